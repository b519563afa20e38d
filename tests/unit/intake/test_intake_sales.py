from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import MissingError
from intake.sales import merge_sales

DAYS = pd.date_range("2026-01-01", periods=4)
cells = st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from(list(DAYS))), st.floats(-9, 9), min_size=1
)


def as_frame(sales: dict[tuple[str, pd.Timestamp], float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(unique_id, ds, y) for (unique_id, ds), y in sales.items()], columns=["unique_id", "ds", "y"]
    )


@given(st.lists(cells, min_size=1, max_size=4))
def test_a_later_file_replaces_what_it_covers_and_nothing_else(
    drops: list[dict[tuple[str, pd.Timestamp], float]],
) -> None:
    together: dict[tuple[str, pd.Timestamp], float] = {}
    for drop in drops:
        together.update(drop)
    frames = [as_frame(drop) for drop in drops]
    copies = [frame.copy() for frame in frames]
    pd.testing.assert_frame_equal(merge_sales(frames), as_frame(dict(sorted(together.items()))))
    for frame, copy in zip(frames, copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_a_correction_replaces_the_whole_row() -> None:
    old = as_frame({("a", DAYS[0]): 1, ("a", DAYS[1]): 2}).assign(price=[5.0, 6.0])
    new = as_frame({("a", DAYS[1]): 3})
    merged = merge_sales([old, new])
    assert list(merged["y"]) == [1, 3]
    np.testing.assert_array_equal(merged["price"], [5.0, np.nan])


def test_nothing_to_merge_is_an_error() -> None:
    with pytest.raises(MissingError, match="upload at least one"):
        merge_sales([])
