"""Files in pieces: uploads and results, written and read a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction

from journeyorch.access.models import Sandbox
from journeyorch.background.models import StoredFile, StoredPiece

#: Bytes of a piece, at most.
PIECE = 256 * 1024
#: Of a body of the REST API with the text of a file in it.
MOST_IN_BODY = 16 * 1024**2


class TooLarge(ValueError):
    """The file holds more than was allowed."""


def store(sandbox: Sandbox, name: str, data: Iterable[bytes], *, most: int) -> StoredFile:
    """Store all of it, or nothing; raises ``TooLarge`` beyond ``most`` bytes. Memory: one piece."""
    with transaction.atomic():
        file = StoredFile.objects.create(sandbox=sandbox, name=name.replace("\x00", "")[-200:])
        for piece in pieces_of(data):
            append(file, piece)
            if file.size > most:
                raise TooLarge(f"The file is larger than {most // 1024**2} MiB. Divide it.")
    return file


def append(file: StoredFile, data: bytes) -> None:
    """Write on at the end; inside the transaction of whoever alone may write the file."""
    for at in range(0, len(data), PIECE):
        piece = data[at : at + PIECE]
        StoredPiece.objects.create(file=file, start=file.size, data=piece)
        file.size += len(piece)
    StoredFile.objects.filter(pk=file.pk).update(size=file.size)


def read_from(file_id: int, start: int) -> Iterator[bytes]:
    """The bytes from a place on, piece by piece."""
    at = start
    while (piece := _piece_at(file_id, at)) is not None:
        data = bytes(piece.data)[at - piece.start :]
        if not data:
            return
        yield data
        at += len(data)


def pieces_of(data: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, the last one shorter."""
    held = bytearray()
    for part in data:
        held += part
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)


def _piece_at(file_id: int, at: int) -> StoredPiece | None:
    return StoredPiece.objects.filter(file=file_id, start__lte=at).order_by("-start").first()
