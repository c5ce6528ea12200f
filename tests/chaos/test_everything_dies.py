"""The short form of tests.chaos.run: most faults have one turn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = {"postgres": 60, "sqlite": 25}


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_everything_dies_and_nothing_is_lost(pytestconfig: pytest.Config) -> None:
    database = pytestconfig.option.database
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "tests.chaos.run", f"--database={database}"]

    done = subprocess.run(
        [*command, f"--seconds={SECONDS[database]}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
