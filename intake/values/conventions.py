"""One text, two readings (01/02/2026, 1.234): decided by the whole column, never cell by cell, or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from intake.errors import InputError
from intake.layout.sheet import Sheet
from intake.text_columns import TextColumn, Texts, Values, quoted


@dataclass(frozen=True)
class Convention:
    """A way to write things, such as "with a decimal comma"; `read` gives NaN or NaT for other texts."""

    name: str
    read: Callable[[Texts], Values]


@dataclass(frozen=True, eq=False)
class Interpretation:
    """What the distinct texts of a column mean.

    `convention` is None if both conventions read every text alike; `evidence` says what decided.
    """

    values: Values
    convention: Convention | None = None
    evidence: str = ""


def interpret(
    columns: Sequence[TextColumn],
    conventions: tuple[Convention, Convention],
    sheet: Sheet,
    *,
    usual: Convention | None,
    way_out: str,
) -> list[Interpretation]:
    """Read each column by the convention that can read more of its distinct texts.

    A column that both read equally well, but not alike, follows the decided columns of the file if those
    agree, else `usual`; without a `usual` one the file is refused with an InputError that shows both
    readings.
    """
    decided = [_decide(column, conventions) for column in columns]
    found = {each.convention for each in decided if each and each.convention}
    if len(found) == 1:
        usual = found.pop()
    interpretations = []
    for column, interpretation in zip(columns, decided, strict=True):
        if interpretation is None:
            if usual is None:
                raise _ambiguous(column, conventions, sheet, way_out)
            interpretation = Interpretation(usual.read(column.texts), usual, "nothing in it says otherwise")
        interpretations.append(interpretation)
    return interpretations


def _decide(column: TextColumn, conventions: tuple[Convention, Convention]) -> Interpretation | None:
    first, second = (convention.read(column.texts) for convention in conventions)
    if np.array_equal(first, second, equal_nan=True):
        return Interpretation(first)
    by_first, by_second = ~np.isnan(first), ~np.isnan(second)
    if by_first.sum() == by_second.sum():
        return None
    if by_first.sum() > by_second.sum():
        values, convention, only = first, conventions[0], by_first & ~by_second
    else:
        values, convention, only = second, conventions[1], by_second & ~by_first
    return Interpretation(
        values, convention, f"{quoted(column.texts[np.argmax(only)])} cannot be read otherwise"
    )


def _ambiguous(
    column: TextColumn, conventions: tuple[Convention, Convention], sheet: Sheet, way_out: str
) -> InputError:
    one, other = conventions
    first, second = one.read(column.texts), other.read(column.texts)
    differs = (first != second) & ~np.isnan(first)
    both = differs & ~np.isnan(second)
    position = int(np.argmax(both if both.any() else differs))
    text = quoted(column.texts[position])
    if both.any():
        doubt = f"{text} is {first[position]} {one.name} but {second[position]} {other.name}"
    else:
        only_other = column.texts[np.argmax(np.isnan(first) & ~np.isnan(second))]
        doubt = f"{text} can only be read {one.name} but {quoted(only_other)} only {other.name}"
    return InputError(
        f"{doubt}, and the rest of the column does not decide; {way_out}",
        file=sheet.name,
        line=int(sheet.first_lines[column.first_row(position)]),
        column=column.header,
    )
