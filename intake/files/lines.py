"""The physical lines of a text: where each begins, without a copy of any of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.files.limits import LONGEST_LINE, long_line

Octets = npt.NDArray[np.uint8]
LF, CR, QUOTE = 10, 13, 34
BLOCK: Final = 1 << 22


@dataclass(frozen=True, eq=False)
class Lines:
    """Line i (0 = first) is `octets[bounds[i] : bounds[i + 1]]`, UTF-8 and with its end: LF, CR or CRLF."""

    octets: Octets
    bounds: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def text(self, line: int, count: int = 1) -> str:
        """The text of a line, or of several, with their ends."""
        return self.octets[self.bounds[line] : self.bounds[line + count]].tobytes().decode()

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """Where the text of each line ends and its line end begins."""
        ends = self.bounds[1:].copy()
        for end in (LF, CR):
            there = (ends > self.bounds[:-1]) & (self.octets[ends - 1] == end)
            ends -= there
        return ends


def physical_lines(content: memoryview | bytes, name: str, longest: int = LONGEST_LINE) -> Lines:
    """Find the lines; InputError at the first one that is longer than `longest` bytes."""
    octets = np.frombuffer(content, dtype=np.uint8)
    bounds = [np.zeros(1, dtype=np.int64)]
    count = 0
    for start in range(0, len(octets), BLOCK):
        block = octets[start : start + BLOCK]
        ends = block == LF
        returns = block == CR
        if returns.any():
            followed = np.zeros_like(returns)
            following = octets[start + 1 : start + BLOCK + 1]
            followed[: len(following)] = following == LF
            ends |= returns & ~followed
        found = np.flatnonzero(ends) + (start + 1)
        last = int(bounds[-1][-1])
        reach = np.concatenate([[last], found, [start + len(block)]])
        gaps = np.diff(reach)
        if gaps.max() > longest:
            raise long_line(name, count + int(np.argmax(gaps > longest)) + 1, longest)
        if len(found):
            bounds.append(found)
            count += len(found)
    whole = np.concatenate(bounds)
    if whole[-1] != len(octets):
        whole = np.append(whole, len(octets))
    return Lines(octets, whole)
