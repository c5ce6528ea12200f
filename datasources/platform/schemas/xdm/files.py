"""Reads the JSON documents of an upload, a zip or a folder, within limits; writes nothing anywhere.

A zip is read entry by entry and never unpacked to disk. What an archive says of its sizes is not believed:
reading stops at the limits.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

import orjson

from journeyorch.phrases import phrase

MIB = 1024 * 1024
MAX_FILE, MAX_ALL, MAX_FILES, MAX_ENTRIES = MIB, 50 * MIB, 5_000, 20_000


class TooMuch(ValueError):
    """The whole is refused; the message says why, for people."""


class Read(NamedTuple):
    """One file: the JSON value in it, or why there is none."""

    name: str
    value: Any = None
    problem: str = ""


def read_path(path: Path) -> list[Read]:
    """Everything JSON in a file, a zip or a folder; ``TooMuch`` if it is refused as a whole."""
    if path.is_dir():
        return list(_documents(_of_folder(path)))
    try:
        with path.open("rb") as file:
            return read_file(path.name, file)
    except OSError as error:
        raise TooMuch(f"{path} cannot be read: {error.strerror}. Name a file, a zip or a folder.") from None


def read_file(name: str, file: IO[bytes]) -> list[Read]:
    """Everything JSON in an open file, which may be a zip; ``TooMuch`` if it is refused as a whole."""
    is_zip = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    file.seek(0)
    if is_zip:
        return list(_documents(_of_zip(file)))
    return list(_documents([(name, file.read)]))


_Source = tuple[str, Callable[[int], bytes]]  # a name, and what reads at most so many bytes


def _documents(sources: Iterator[_Source] | list[_Source]) -> Iterator[Read]:
    total = 0
    for count, (name, read) in enumerate(sources, start=1):
        if count > MAX_FILES:
            raise TooMuch(phrase("It holds more than {most} JSON files. Import it in parts.", most=MAX_FILES))
        data = read(MAX_FILE + 1)
        total += len(data)
        if total > MAX_ALL:
            raise TooMuch(
                phrase("It holds more than {most} MiB of JSON. Import it in parts.", most=MAX_ALL // MIB)
            )
        yield _document(name, data)


def _document(name: str, data: bytes) -> Read:
    if len(data) > MAX_FILE:
        return Read(name, problem=phrase("The file is larger than {most} MiB.", most=MAX_FILE // MIB))
    try:
        value = orjson.loads(data)
        # Written once more: what is nested too deeply to be written could never be stored.
        nul = b"\\u0000" in orjson.dumps(value)
    except orjson.JSONDecodeError as error:
        text = phrase(
            "This is not valid JSON at line {line}, column {column}.", line=error.lineno, column=error.colno
        )
        return Read(name, problem=text)
    except TypeError:
        return Read(name, problem=phrase("It is nested too deeply."))
    return (
        Read(name, problem=phrase("It holds the character NUL, which cannot be stored."))
        if nul
        else Read(name, value)
    )


def _of_folder(folder: Path) -> Iterator[_Source]:
    # Links are passed over: they may lead out of the folder, or in a circle.
    for at, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(at) / name
            if name.lower().endswith(".json") and not path.is_symlink() and path.is_file():
                yield str(path.relative_to(folder)), _reader(path)


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        with path.open("rb") as file:
            return file.read(limit)

    return read


def _of_zip(file: IO[bytes]) -> Iterator[_Source]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise TooMuch(
                    phrase("The zip holds more than {most} files. Import it in parts.", most=MAX_ENTRIES)
                )
            for entry in entries:
                if _is_wanted(entry):
                    yield entry.filename, _entry_reader(archive, entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        if isinstance(error, TooMuch):
            raise
        raise TooMuch(
            phrase("The zip is damaged, encrypted, or packed in an unknown way. Pack it again.")
        ) from None


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    """JSON files; an archive with paths that lead out of it was not packed in good faith."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0][1:2]:
        raise TooMuch(phrase("The zip holds a path that leads out of it. Pack the folder again."))
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() == ".json" and not entry.is_dir() and not is_link and not hidden


def _entry_reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        with archive.open(entry) as file:
            return file.read(limit)

    return read
