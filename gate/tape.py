"""A record in shared memory of what a worker is doing, to be read after it died."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from time import monotonic

__all__ = ["LENGTH", "Tape"]

HEADER = struct.Struct("dQ")
LENGTH = 2**20
"""Attempts that can be recorded of one search; later ones count, but their outcomes are lost."""


class Tape:
    """When the attempt under way began (0 between attempts), how many began, and how each that ended came out.

    An outcome is a byte: 0 where the statement held, else the number of the kind of failure. Hypothesis draws the same
    cases when it is told the same outcomes, so a case that killed its process is found again without trying it.
    """

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(HEADER.size + LENGTH))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), HEADER.size + LENGTH)

    def rewind(self) -> None:
        """Begin a new search."""
        HEADER.pack_into(self._memory, 0, 0.0, 0)

    def begin(self) -> None:
        """An attempt begins."""
        HEADER.pack_into(self._memory, 0, monotonic(), self.count + 1)

    def end(self, outcome: int) -> None:
        """The attempt under way came out like this."""
        count = self.count
        if count <= LENGTH:
            self._memory[HEADER.size + count - 1] = outcome
        HEADER.pack_into(self._memory, 0, 0.0, count)

    @property
    def started(self) -> float:
        """When the attempt under way began, by the monotonic clock; 0 between attempts."""
        return float(HEADER.unpack_from(self._memory, 0)[0])

    @property
    def count(self) -> int:
        """How many attempts have begun."""
        return int(HEADER.unpack_from(self._memory, 0)[1])

    def outcomes(self) -> bytes:
        """The outcomes of all attempts that ended before the last one began."""
        return self._memory[HEADER.size : HEADER.size + min(max(self.count - 1, 0), LENGTH)]
