"""A gzip-compressed file as a stream of what is inside, limited while it is read."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from leaderboard.files.limits import Limits
from leaderboard.files.refused import too_large, unreadable

MAGIC = b"\x1f\x8b"
_CHUNK = 2**18
_MOST_MEMBERS = 100_000  # half a gigabyte in the blocks of bgzip is a twelfth of it
_WHOLE = "a whole, undamaged gzip file"


def unzipped(file: BinaryIO, limits: Limits) -> io.BufferedReader:
    """What gzip packed into `file`, all its members one after the other.

    Reading raises Refused when more than `limits.decoded_bytes` come out, and when the archive is cut off, damaged or
    followed by something else.
    """
    return io.BufferedReader(_Members(file, limits.decoded_bytes), _CHUNK)


class _Members(io.RawIOBase):
    def __init__(self, file: BinaryIO, most: int):
        self.file, self.most = file, most
        self.packed = b""  # read, but not yet taken
        self.engine: zlib._Decompress | None = None  # of the present member; None between two
        self.bytes = self.members = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while True:
            if self.engine is None and not self._next_member():
                return 0
            data = self._decompress(len(buffer))
            if data:
                self.bytes += len(data)
                if self.bytes > self.most:
                    raise too_large(f"more than {self.most:,} bytes after decompression", f"at most {self.most:,}")
                buffer[: len(data)] = data
                return len(data)

    def _next_member(self) -> bool:
        """Begin the next member; False where the file ends."""
        if len(self.packed) < len(MAGIC):
            self.packed += self.file.read(_CHUNK)
        if not self.packed:
            return False
        if not self.packed.startswith(MAGIC):
            raise unreadable("the gzip archive is followed by something else", _WHOLE)
        self.members += 1
        if self.members > _MOST_MEMBERS:
            raise too_large("too many gzip members", f"at most {_MOST_MEMBERS:,}")
        self.engine = zlib.decompressobj(wbits=31)  # gzip only, header and checksum included
        return True

    def _decompress(self, most: int) -> bytes:
        self.packed = self.packed or self.file.read(_CHUNK)
        if not self.packed:
            raise unreadable("the gzip archive is cut off", _WHOLE)
        try:
            data = self.engine.decompress(self.packed, most)
        except zlib.error as error:
            raise unreadable(f"gzip: {error}", _WHOLE) from None
        if self.engine.eof:
            self.packed, self.engine = self.engine.unused_data, None
        else:
            self.packed = self.engine.unconsumed_tail
        return data
