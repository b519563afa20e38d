from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting_samples import weekly_series

from forecasting.features import rows as rows_module
from forecasting.features.rows import RowLimits, Rows, training_rows
from forecasting.series.history import History
from forecasting.series.panel import build_panel

CUTOFF = 139


def long_history(*, others: bool = True) -> History:
    """Twelve series of 140 weeks, one of which sold for the last time in week 30, and three short ones."""
    sales = weekly_series(12, 140)
    dead = (sales["unique_id"] == "s05") & (sales["ds"] > sales["ds"].min() + pd.Timedelta(weeks=30))
    sales["y"] = sales["y"].mask(dead, 0.0)
    short = sales[sales["unique_id"] < "s03"].groupby("unique_id").tail(30)
    more = [short.assign(unique_id="a" + short["unique_id"])] if others else []
    return History.of(build_panel(pd.concat([sales, *more]), freq="W-MON"))


def named(history: History, rows: Rows) -> set[tuple[str, int, int]]:
    ids = [history.unique_id[place] for place in rows.series]
    return set(zip(ids, rows.period.tolist(), rows.horizon.tolist(), strict=True))


def slow_rank(history: History, row: tuple[str, int, int]) -> tuple[bool, bool, bool]:
    """What comes first, by a loop over one series: enough seen, sold in the last year, a recent period."""
    unique_id, period, horizon = row
    past = history.demand[history.unique_id.index(unique_id), : period - horizon + 1].tolist()
    seen = [value for value in past if value == value]
    return len(seen) < 8, not any(value > 0 for value in past[-52:]), CUTOFF - period >= 104


@pytest.mark.parametrize("most_rows", [50, 400, 3_000, 5_000])
def test_above_the_cap_recent_rows_of_series_that_sell_come_first(most_rows: int) -> None:
    history = long_history()
    everything = named(history, training_rows(history, CUTOFF, 13, RowLimits()))
    kept = named(history, training_rows(history, CUTOFF, 13, RowLimits(most_rows=most_rows)))
    assert len(kept) == most_rows < len(everything)
    assert kept < everything
    worst = max(slow_rank(history, row) for row in kept)
    assert all(slow_rank(history, row) >= worst for row in everything - kept)


def test_where_blocks_of_series_end_changes_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    history = long_history()
    limits = RowLimits(most_rows=300)
    together = training_rows(history, CUTOFF, 13, limits)
    monkeypatch.setattr(rows_module, "BLOCK_CELLS", 1)
    one_by_one = training_rows(history, CUTOFF, 13, limits)
    for name in ("series", "origin", "horizon"):
        np.testing.assert_array_equal(getattr(together, name), getattr(one_by_one, name))


def test_other_series_only_take_places_and_seeds_draw_other_rows() -> None:
    alone, together = long_history(others=False), long_history()
    few, more = (named(h, training_rows(h, CUTOFF, 13, RowLimits(most_rows=900))) for h in (alone, together))
    assert {row for row in more if not row[0].startswith("a")} < few
    other = named(alone, training_rows(alone, CUTOFF, 13, RowLimits(most_rows=900, seed=1)))
    assert len(other & few) < 0.5 * len(few)


def test_every_row_of_a_short_history_teaches() -> None:
    history = History.of(build_panel(weekly_series(8, 9), freq="W-MON"))
    rows = training_rows(history, 8, 2, RowLimits())
    assert len(rows) > 50
    assert rows.origin.min() == 0
