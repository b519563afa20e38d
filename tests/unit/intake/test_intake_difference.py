from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from intake.difference import compare_sales

Rows = dict[tuple[str, int], float]
rows = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.integers(1, 5)), st.integers(-3, 9).map(float), max_size=10
)


def frame(told: Rows) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unique_id": pd.Series([series for series, _ in told], dtype=object),
            "ds": pd.to_datetime([f"2026-01-{day:02d}" for _, day in told]),
            "y": pd.Series(list(told.values()), dtype=float),
        }
    )


def told_by(difference: pd.DataFrame, column: str) -> Rows:
    return {(row["unique_id"], row["ds"].day): row[column] for row in difference.to_dict("records")}


@given(rows, rows)
def test_a_difference_is_what_a_loop_finds(before: Rows, after: Rows) -> None:
    found = compare_sales(frame(before), frame(after))
    assert told_by(found.added, "y") == {key: y for key, y in after.items() if key not in before}
    assert told_by(found.removed, "y") == {key: y for key, y in before.items() if key not in after}
    assert told_by(found.changed, "y_after") == {
        key: y for key, y in after.items() if key in before and before[key] != y
    }
    assert found.quantity_after - found.quantity_before == sum(after.values()) - sum(before.values())
    assert set(found.new_series) == {key[0] for key in after} - {key[0] for key in before}
    assert set(found.gone_series) == {key[0] for key in before} - {key[0] for key in after}


def test_another_column_counts_where_y_is_the_same() -> None:
    before = frame({("a", 1): 5.0, ("a", 2): 6.0}).assign(price=[1.0, float("nan")])
    after = frame({("a", 1): 5.0, ("a", 2): 6.0}).assign(price=[1.5, float("nan")])
    assert compare_sales(before, after).other_columns == {"price": 1}
