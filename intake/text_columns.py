"""A column of a file as it was written, before anything is believed about it."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from intake.errors import quoted as quoted  # of texts, and errors need it too

Texts = npt.NDArray[np.object_]
Rows = npt.NDArray[np.intp]
Codes = npt.NDArray[np.integer[Any]]
Values = npt.NDArray[Any]

Scalar = TypeVar("Scalar", bound=np.generic)

# White space of every script, with the no-break and thin ones, and the marks that nobody sees.
BLANKS: Final = "".join(chr(i) for i in range(0x3001) if chr(i).isspace()) + "\u200b\u2060\ufeff"
_DATE: Final = 10  # bytes of 2026-02-01 and 01/02/2026
_LONGEST_TIME: Final = 30
_TIME: Final = r"^([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.,][0-9]{1,9})?)?)?$"


class TextColumn:
    """`texts` has each distinct text once, without the white space around it; row i holds `texts[codes[i]]`.

    What is to know about a text is found out once and `spread` to the rows; that is what makes reading fast.
    `exact` marks the texts that stand for a typed cell (of a workbook or of Parquet): numbers as Python's
    repr writes them and dates as ISO 8601, which are never ambiguous; None where no cell was typed.

    A column in which nearly every cell is another (ticket numbers, times) can be kept as Arrow holds it:
    its texts are told apart when somebody asks for `texts` or `codes`, and never if nobody does.
    """

    def __init__(
        self, header: str, texts: Texts, codes: Codes, exact: npt.NDArray[np.bool_] | None = None
    ) -> None:
        self.header = header
        self.exact = exact
        self._told_apart: tuple[Texts, Codes] | None = (texts, codes)
        self._cells: Any = None

    @classmethod
    def of(cls, header: str, cells: Texts, exact: npt.NDArray[np.bool_] | None = None) -> TextColumn:
        """The column of these cells, which may have white space around them; `exact` marks typed cells.

        A text that is typed in one cell and untyped in another is there twice.
        """
        codes, distinct = pd.factorize(cells)
        column = cls.coded(header, distinct, codes)
        if exact is None or not exact.any():
            return column
        codes, kinds = pd.factorize(column.codes * 2 + exact)
        return cls(header, column.texts[kinds // 2], codes, kinds % 2 == 1)

    @classmethod
    def coded(cls, header: str, texts: Texts, codes: Codes) -> TextColumn:
        """The column whose row i is `texts[codes[i]]`, where texts may repeat and have white space around."""
        trimmed = np.empty(len(texts), dtype=object)
        trimmed[:] = [text.strip(BLANKS) for text in texts]
        merged, distinct = pd.factorize(trimmed)
        if len(distinct) == len(texts):
            return cls(header, distinct, codes)
        return cls(header, distinct, merged.astype(codes.dtype)[codes])

    @classmethod
    def of_arrow(cls, header: str, cells: Any) -> TextColumn:
        """The column of a `pyarrow.ChunkedArray` of strings without nulls, told apart only when needed."""
        column = cls(header, np.empty(0, dtype=object), np.empty(0, dtype=np.int32))
        column._told_apart, column._cells = None, cells
        return column

    @property
    def texts(self) -> Texts:
        """Each distinct text once."""
        return self._tell_apart()[0]

    @property
    def codes(self) -> Codes:
        """The position in `texts` of every row's."""
        return self._tell_apart()[1]

    @property
    def blank(self) -> npt.NDArray[np.bool_]:
        """Which of the distinct texts is the empty one."""
        return np.asarray(self.texts == "", dtype=np.bool_)

    @property
    def cells(self) -> Any:
        """The cells as a `pyarrow.ChunkedArray`, untrimmed, while they are not told apart; else None."""
        return self._cells if self._told_apart is None else None

    @property
    def is_empty(self) -> bool:
        """Whether no row holds anything."""
        # What waits to be told apart has many texts.
        return self._told_apart is not None and bool(self.blank.all())

    def __len__(self) -> int:
        return len(self._cells) if self._told_apart is None else len(self._told_apart[1])

    def blank_rows(self) -> npt.NDArray[np.bool_]:
        """Which rows are empty, found without telling texts apart."""
        if self._told_apart is not None:
            return self.rows_where(self.blank)
        long = pc.greater(pc.binary_length(self._cells), 0).to_numpy()
        empty = ~long if long.all() else pc.equal(_trimmed(self._cells), "").to_numpy()
        return np.asarray(empty, dtype=np.bool_)

    def rows_with(self, text: str, among: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.bool_]:
        """Which of the rows in `among` hold this text."""
        if self._told_apart is None:
            equal = pc.equal(_trimmed(self.take(among).cells), text)
            return np.asarray(equal.to_numpy(), dtype=np.bool_)
        texts, codes = self._told_apart
        holds = np.asarray(texts == text, dtype=np.bool_)
        return holds[codes[among]] if holds.any() else np.zeros(len(among), dtype=np.bool_)

    def text(self, row: int) -> str:
        """What stands in one row."""
        if self._told_apart is None:
            return str(self._cells[row].as_py().strip(BLANKS))
        texts, codes = self._told_apart
        return str(texts[codes[row]])

    def spread(self, values: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """One value per row, from one value per distinct text."""
        return values[self.codes]

    def rows_where(self, holds: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Which rows hold a text of which `holds` is true; at once where that is none."""
        return self.spread(holds) if holds.any() else np.zeros(len(self), dtype=np.bool_)

    def first_row(self, position: int) -> int:
        """The first row that holds `texts[position]`."""
        return int(np.argmax(self.codes == position))

    def renamed(self, header: str) -> TextColumn:
        """The same cells under another header."""
        column = TextColumn(header, np.empty(0, dtype=object), np.empty(0, dtype=np.int32), self.exact)
        column._told_apart, column._cells = self._told_apart, self._cells
        return column

    def taken(self, header: str, rows: npt.NDArray[np.integer[Any]]) -> TextColumn:
        """These rows alone under another header."""
        return self.take(rows).renamed(header)

    def take(self, rows: npt.NDArray[np.integer[Any]]) -> TextColumn:
        """The column of these rows alone; texts that are in none of them are not in it."""
        span = span_of(rows)
        if self._told_apart is None:
            cells = self._cells.take(pa.array(rows)) if span is None else self._cells[span]
            return TextColumn.of_arrow(self.header, cells)
        texts, codes = self._told_apart
        kept = codes[rows if span is None else span]
        used = np.zeros(len(texts), dtype=np.bool_)
        used[kept] = True
        exact = None if self.exact is None else self.exact[used]
        if used.all():
            return TextColumn(self.header, texts, kept, exact)
        moved = (np.cumsum(used) - 1).astype(codes.dtype)
        return TextColumn(self.header, texts[used], moved[kept], exact)

    def at(self, rows: npt.NDArray[np.integer[Any]]) -> TextColumn:
        """These rows, each as often as it is named; texts stay even if no row is left of them."""
        texts, codes = self._tell_apart()
        return TextColumn(self.header, texts, codes[rows], self.exact)

    def runs(self) -> npt.NDArray[np.int64] | None:
        """The number of the run of equal texts that each row stands in, counted from 0.

        None where the texts are not in ascending order, so that those of several runs may be equal, or where
        they are told apart already, or where there are not two.
        """
        if self._told_apart is not None or len(self) < 2:
            return None
        cells = _trimmed(self._cells)
        before, after = cells.slice(0, len(cells) - 1), cells.slice(1)
        if not pc.all(pc.less_equal(before, after)).as_py():
            return None
        return np.cumsum(np.concatenate([[False], pc.not_equal(before, after).to_numpy()]), dtype=np.int64)

    def one_text_per_day(self) -> TextColumn:
        """One text stands for all that differ only in the time of day, which follows ten bytes.

        Itself where its texts are told apart already, or where anything else than times comes after them.
        """
        if self._told_apart is not None:
            return self
        octets = self._cells.cast(pa.binary())
        times = pc.binary_slice(octets, _DATE, _DATE + _LONGEST_TIME)
        if not pc.all(pc.match_substring_regex(times, _TIME)).as_py():
            return self
        days, codes = dictionary_of(
            pc.binary_slice(octets, 0, _DATE).dictionary_encode().unify_dictionaries()
        )
        first = np.empty(len(days), dtype=np.intp)
        first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
        whole = np.array([self._cells[row].as_py() for row in first.tolist()], dtype=object)
        if any(text[:_DATE] != text[:_DATE].strip(BLANKS) for text in whole):
            return self
        return TextColumn(self.header, whole, codes)

    def _tell_apart(self) -> tuple[Texts, Codes]:
        if self._told_apart is None:
            encoded = _trimmed(self._cells).dictionary_encode().unify_dictionaries()
            self._told_apart = dictionary_of(encoded)
            self._cells = None
        return self._told_apart


def span_of(rows: npt.NDArray[np.integer[Any]]) -> slice | None:
    """What `rows` are as a slice, if each comes right after the one before."""
    if not len(rows):
        return slice(0, 0)
    first, last = int(rows[0]), int(rows[-1])
    neighbours = last - first == len(rows) - 1 and bool((rows[1:] > rows[:-1]).all())
    return slice(first, last + 1) if neighbours else None


def dictionary_of(encoded: Any) -> tuple[Texts, Codes]:
    """The texts and the codes of a dictionary-encoded `pyarrow.ChunkedArray` that has one dictionary."""
    chunks = [chunk.indices.to_numpy() for chunk in encoded.chunks]
    if not chunks:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int32)
    return encoded.chunk(0).dictionary.to_numpy(zero_copy_only=False), np.concatenate(chunks)


def _trimmed(cells: Any) -> Any:
    return pc.utf8_trim(cells, characters=BLANKS)
