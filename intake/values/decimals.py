"""Texts to numbers, with a decimal point or with a decimal comma."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from intake.text_columns import Texts
from intake.values.conventions import Convention

# Thousands come in threes and do not start with 0, so that 0.125 and 1.50 can be read in one way only.
_NUMBER: Final = (
    r"[+-]?(?:(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
)
_LARGEST: Final = 1e15  # beyond it a float no longer counts single units; sums stay finite
_SWAP_MARKS: Final = str.maketrans(".,", ",.")


def read_decimal_point(texts: Texts) -> npt.NDArray[np.float64]:
    """One number per text, such as 1234, 1,234.5, -.5 or 1e-05; NaN for other texts and beyond 1e15."""
    series = pd.Series(texts, dtype=object)
    written = series.str.fullmatch(_NUMBER).to_numpy(dtype=np.bool_)
    numbers = np.full(len(series), np.nan)
    numbers[written] = series[written].str.replace(",", "").astype(np.float64)
    numbers[np.abs(numbers) > _LARGEST] = np.nan
    return numbers


def read_decimal_comma(texts: Texts) -> npt.NDArray[np.float64]:
    """One number per text, such as 1234 or 1.234,5; NaN for other texts and beyond 1e15."""
    return read_decimal_point(pd.Series(texts, dtype=object).str.translate(_SWAP_MARKS).to_numpy())


DECIMAL_CONVENTIONS: Final = (
    Convention("with a decimal point", read_decimal_point),
    Convention("with a decimal comma", read_decimal_comma),
)
