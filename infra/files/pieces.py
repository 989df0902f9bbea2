"""A file that comes in pieces, each sealed as it comes, over as many requests as a bad line needs.

    attachments/pieces/<person>/<upload>/about        what it is, sealed
    attachments/pieces/<person>/<upload>/<offset>.<size>.<id>   a piece, sealed under its id
    attachments/pieces/<person>/<upload>/done         the attachment that it has become

A piece counts from the moment it has its name, so what was cut off counts for nothing. Each person has a folder of his
own: nobody finds another's.
"""

from __future__ import annotations

import io
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from domain.base import Model
from infra.files.sealing import CHUNK, SealedReader, SealedWriter
from infra.files.store import FileStore, Incoming
from infra.runtime.crypto import KeyRing

FOLDER = "pieces"
_ID = re.compile(r"[0-9a-f-]{36}")


class About(Model):
    """What somebody said that he is about to send."""

    dispute_no: str
    name: str
    size: int


class Pieces:
    """The pieces of one upload; its methods block."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self._folder, self._keys, self.upload_id = folder, keys, folder.name

    def about(self) -> About:
        """What was said of it.

        Raises:
            OSError: there is no such upload.
        """
        with SealedReader((self._folder / "about").open("rb"), self._keys, self.upload_id) as file:
            return About.model_validate_json(io.BufferedReader(file).read())

    def begin(self, about: About) -> None:
        """The beginning of it."""
        self._folder.mkdir(parents=True, mode=0o700)
        with (self._folder / "about").open("xb") as file:
            writer = SealedWriter(file, self._keys, self.upload_id)
            writer.write(about.model_dump_json().encode())
            writer.finish()

    def offset(self) -> int:
        """How much of it is there, from its beginning without a gap."""
        return self._there()[1]

    def take(self, piece: Incoming, part: Path, offset: int) -> None:
        """Takes what was written as the piece at an offset. Of two that came for the same place one counts."""
        part.rename(self._folder / f"{offset:015}.{piece.size}.{piece.attachment_id}")

    def read(self) -> Iterator[bytes]:
        """All that is there, from its beginning."""
        for path in self._there()[0]:
            piece_id = path.name.rpartition(".")[2]
            with io.BufferedReader(SealedReader(path.open("rb"), self._keys, piece_id), CHUNK) as file:
                while some := file.read(CHUNK):
                    yield some

    def idle(self) -> float:
        """Seconds since its last piece, or its beginning.

        Raises:
            OSError: there is no such upload.
        """
        return time.time() - self._folder.stat().st_mtime

    def done(self) -> str:
        """The attachment that it has become; empty while it has not."""
        with suppress(OSError):
            return (self._folder / "done").read_text(encoding="ascii")
        return ""

    def finish(self, attachment_id: str) -> None:
        """It has become an attachment: the pieces are no longer needed."""
        (self._folder / "done").write_text(attachment_id, encoding="ascii")
        for path in self._folder.glob("*.*.*"):
            path.unlink(missing_ok=True)

    def drop(self) -> None:
        """The end of it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _there(self) -> tuple[list[Path], int]:
        found, at = [], 0
        for path in sorted(self._folder.glob("*.*.*")):
            offset, size, _ = path.name.split(".")
            if int(offset) == at:
                found.append(path)
                at += int(size)
        return found, at


class Uploads:
    """The uploads that have begun, beside the files of a store."""

    def __init__(self, store: FileStore) -> None:
        self._store, self._root = store, store.root / FOLDER

    def of(self, person_id: str, upload_id: str) -> Pieces | None:
        """An upload of a person's own; none where there is no such one."""
        folder = self._root / person_id / upload_id
        return Pieces(folder, self._store.keys) if _ID.fullmatch(upload_id) and folder.is_dir() else None

    def begin(self, person_id: str, upload_id: str, about: About) -> Pieces:
        """A new one."""
        pieces = Pieces(self._root / person_id / upload_id, self._store.keys)
        pieces.begin(about)
        return pieces

    def open_of(self, person_id: str) -> list[Pieces]:
        """The uploads of a person that have not become attachments, what was gone on with last first."""
        folder = self._root / person_id
        there = folder.iterdir() if folder.is_dir() else ()
        latest = sorted(there, key=lambda path: path.stat().st_mtime, reverse=True)
        return [pieces for path in latest if not (pieces := Pieces(path, self._store.keys)).done()]

    def promised(self, person_id: str, within: float) -> int:
        """Bytes that a person has said will come, of uploads gone on with in the last so many seconds."""
        total = 0
        for pieces in self.open_of(person_id):
            with suppress(OSError):  # dropped meanwhile
                total += pieces.about().size if pieces.idle() <= within else 0
        return total

    def sweep(self, older: float) -> int:
        """Drops what was last added to more than `older` seconds ago; answers how many."""
        swept = 0
        for folder in self._root.glob("*/*"):
            with suppress(OSError):
                if folder.stat().st_mtime < time.time() - older:
                    shutil.rmtree(folder)
                    swept += 1
        return swept
