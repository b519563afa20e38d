"""A column of weekdays says again what the date says: found out how it counts, then used as a check."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.periods import WEEKDAY_NAMES
from intake.problems import Problem
from intake.text_columns import TextColumn, quoted
from intake.values.names import LANGUAGES, plain, weekdays

_SCHEMES: Final[dict[str, dict[str, int]]] = {
    **{f"by its {name} name": weekdays(language) for language, name in LANGUAGES.items()},
    "1 is Monday": {str(i + 1): i for i in range(7)},
    "0 is Monday": {str(i): i for i in range(7)},
    "1 is Sunday": {str((i + 1) % 7 + 1): i for i in range(7)},
    "0 is Sunday": {str((i + 1) % 7): i for i in range(7)},
}


def check_weekdays(
    weekday: TextColumn, date_header: str, days: npt.NDArray[np.datetime64]
) -> tuple[Problem, str]:
    """Compare weekdays with the days (NaT where unknown) of the same rows.

    The way of counting is the one that agrees most often. Returns the rows that disagree, and a note; an
    empty cell or an unknown day disagrees with nothing.
    """
    actual = pd.DatetimeIndex(days).weekday.to_numpy()
    comparable = ~np.isnat(days) & ~weekday.spread(weekday.blank)
    names = [plain(text).removesuffix(".0").rstrip(".") for text in weekday.texts]

    def stated(scheme: str) -> npt.NDArray[np.int64]:
        return weekday.spread(np.array([_SCHEMES[scheme].get(name, -1) for name in names], dtype=np.int64))

    scheme = max(_SCHEMES, key=lambda each: int((comparable & (stated(each) == actual)).sum()))
    wrong = np.flatnonzero(comparable & (stated(scheme) != actual))
    texts = weekday.spread(weekday.texts)
    reasons = {
        int(row): f"{quoted(texts[row])} ({scheme}) but {np.datetime_as_string(days[row], unit='D')} "
        f"is a {WEEKDAY_NAMES[int(actual[row])]}"
        for row in wrong
    }
    note = (
        f"{quoted(weekday.header)} repeats the weekday of {quoted(date_header)} ({scheme}), so it is not kept"
    )
    return Problem.of(weekday.header, reasons), note
