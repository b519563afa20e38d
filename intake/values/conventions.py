"""One text, two readings (01/02/2026, 1.234): decided by the whole column, never cell by cell, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.layout.sheet import Sheet
from intake.mapping import Order
from intake.text_columns import TextColumn, Texts, Values, quoted


@dataclass(frozen=True)
class Convention:
    """A way to write things, such as "with a decimal comma"; `read` gives NaN or NaT for other texts.

    `statement` is the line of a mapping file that says it.
    """

    name: str
    read: Callable[[Texts], Values]
    statement: str = ""


@dataclass(frozen=True)
class Settled:
    """What the files of a dataset have decided so far, for later ones that do not decide themselves."""

    dates: Order | None = None
    decimal: Literal[".", ","] | None = None


NOTHING_SETTLED: Final = Settled()


@dataclass(frozen=True, eq=False)
class Readings:
    """A column and what its distinct texts mean by each convention, in the order of the conventions.

    Texts of typed cells mean the same by all of them, and so they decide nothing.
    """

    column: TextColumn
    values: tuple[Values, ...]


@dataclass(frozen=True, eq=False)
class Interpretation:
    """What the distinct texts of a column mean.

    `convention` is None if all conventions read every text alike; `evidence` says what decided. `borrowed`:
    whether another file decided. `complaints` says of texts with a value why they cannot be used all the
    same ('' where they can), and of texts without one what is wrong with them; None where that is nothing.
    """

    values: Values
    convention: Convention | None = None
    evidence: str = ""
    borrowed: bool = False
    complaints: Texts | None = None


TieBreak = Callable[[Mapping[int, Values]], tuple[int, str] | None]


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What is done where a column can be read in several ways.

    `stated` by a person always wins. `usual` is what holds if nothing in the file says otherwise, with the
    reason; `settled` is what the files before it say. `tie_break` may choose among readings of equally many
    texts (it gets those by the position of their convention, and returns a position and a reason, or None).
    `way_out` ends the refusal.
    """

    way_out: str
    stated: Convention | None = None
    usual: tuple[Convention, str] | None = None
    settled: Convention | None = None
    tie_break: TieBreak | None = None


def interpret(
    columns: Sequence[Readings], conventions: Sequence[Convention], sheet: Sheet, doubt: Doubt
) -> list[Interpretation]:
    """Read each column by the convention that can read most of its distinct texts.

    A column that several read equally well, but not alike, follows the decided columns of the file if those
    agree, else what is usual or what earlier files settled; without any of these, or where these two
    contradict each other, the file is refused with an InputError that shows both readings.
    """
    if doubt.stated is not None:
        position = list(conventions).index(doubt.stated)
        return [_stated(each, position, doubt.stated) for each in columns]
    decided = [_decide(each, conventions, sheet, doubt.tie_break) for each in columns]
    found = list({each.convention for each in decided if each and each.convention})
    of_the_others = found[0] if len(found) == 1 else None
    return [
        interpretation or _follow(each, conventions, sheet, doubt, of_the_others)
        for each, interpretation in zip(columns, decided, strict=True)
    ]


def _stated(readings: Readings, position: int, convention: Convention) -> Interpretation:
    values = readings.values[position]
    if all(np.array_equal(values, other, equal_nan=True) for other in readings.values):
        return Interpretation(values)
    return Interpretation(values, convention, "the mapping says so")


def _best(readings: Readings) -> list[int]:
    """The positions of the conventions that read most of the texts, or fewer if some of them read alike."""
    counts = [int((~np.isnan(values)).sum()) for values in readings.values]
    best: list[int] = []
    for position, values in enumerate(readings.values):
        known = any(np.array_equal(values, readings.values[other], equal_nan=True) for other in best)
        if counts[position] == max(counts) and not known:
            best.append(position)
    return best


def _decide(
    readings: Readings, conventions: Sequence[Convention], sheet: Sheet, tie_break: TieBreak | None
) -> Interpretation | None:
    best = _best(readings)
    values = readings.values[best[0]]
    if len(best) == 1:
        alike = [np.array_equal(values, other, equal_nan=True) for other in readings.values]
        if sum(alike) > 1:  # the others can read less, so that nobody has to choose between these
            return Interpretation(values)
        others = np.array(
            [~np.isnan(other) for other, same in zip(readings.values, alike, strict=True) if not same]
        )
        only = ~np.isnan(values) & (others.sum(axis=0) == others[:, ~np.isnan(values)].sum(axis=0).min())
        return Interpretation(
            values,
            conventions[best[0]],
            f"{_where(readings.column, int(np.argmax(only)), sheet)} cannot be read otherwise",
        )
    chosen = tie_break({position: readings.values[position] for position in best}) if tie_break else None
    if chosen is None:
        return None
    return Interpretation(readings.values[chosen[0]], conventions[chosen[0]], chosen[1])


def _follow(
    readings: Readings,
    conventions: Sequence[Convention],
    sheet: Sheet,
    doubt: Doubt,
    of_the_others: Convention | None,
) -> Interpretation:
    possible = _best(readings)
    usual, reason = doubt.usual or (None, "")
    settled = doubt.settled
    if usual is not None and settled is not None and usual != settled:
        usual = settled = None
    for convention, why, borrowed in (
        (of_the_others, "as the other columns of the file", False),
        (usual, reason, False),
        (settled, "as the earlier files of the dataset; this one does not decide", True),
    ):
        if convention is not None and (position := list(conventions).index(convention)) in possible:
            return Interpretation(readings.values[position], convention, why, borrowed)
    raise _ambiguous(readings, conventions, possible, sheet, doubt.way_out)


def _where(column: TextColumn, position: int, sheet: Sheet) -> str:
    return f"{quoted(column.texts[position])} in line {sheet.first_lines[column.first_row(position)]}"


def _ambiguous(
    readings: Readings, conventions: Sequence[Convention], possible: Sequence[int], sheet: Sheet, way_out: str
) -> InputError:
    one, other = (conventions[position] for position in possible[:2])
    first, second = (readings.values[position] for position in possible[:2])
    column = readings.column
    differs = (first != second) & ~np.isnan(first)
    both: npt.NDArray[np.bool_] = differs & ~np.isnan(second)
    position = int(np.argmax(both if both.any() else differs))
    text = quoted(column.texts[position])
    if both.any():
        doubt = f"{text} is {first[position]} {one.name} but {second[position]} {other.name}"
    else:
        only_other = column.texts[np.argmax(np.isnan(first) & ~np.isnan(second))]
        doubt = f"{text} can only be read {one.name} but {quoted(only_other)} only {other.name}"
    statements = f", or state one of them in mapeo.toml: {one.statement} or {other.statement}"
    return InputError(
        f"{doubt}, and the rest of the column does not decide; {way_out}{statements}",
        file=sheet.name,
        line=int(sheet.first_lines[column.first_row(position)]),
        column=column.header,
    )
