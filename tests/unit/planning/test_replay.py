"""Decisions of the past played again, against a slow loop and against what must hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.judging.past_forecasts import PastForecasts, past_forecasts
from forecasting.paths.rolling_paths import RollingPaths
from forecasting.recipes.registry import Candidate
from forecasting.series.history import History
from forecasting.series.panel import Panel, build_panel
from intake.errors import InputError
from planning.closed_loop import SeenSales
from planning.decision_rules import DecisionRules
from planning.inventory_simulator import Quantities
from planning.past_windows import correction_before
from planning.plan import PlanSettings
from planning.policies.seasonal_cover import order_for_cover, seasonal_moving_average
from planning.replay import account, replay, totals_of
from planning.replayed_history import Replay, ReplayRules, Window
from planning.simulation.money import Costs
from planning.stated_terms import StatedTerms, completed

DS = pd.date_range("2024-01-01", periods=60, freq="W-MON")


def slow_loop(
    demand: list[float | None], on_hand: float, due: list[float], orders: list[float], lead_time: int
) -> tuple[float, float, float]:
    """Holding at .2, shortage at 1 and units ordered of one series, week by week."""
    coming = dict(enumerate(due))
    holding = shortage = 0.0
    for week, wanted in enumerate(demand):
        if week < len(orders):
            coming[week + lead_time] = coming.get(week + lead_time, 0.0) + orders[week]
        on_hand += coming.get(week, 0.0)
        if wanted is None:
            continue
        shortage += max(wanted - on_hand, 0.0)
        on_hand = max(on_hand - wanted, 0.0)
        holding += 0.2 * on_hand
    return holding, shortage, sum(orders)


UNITS = st.integers(0, 9).map(float)


@settings(max_examples=40, deadline=None)
@given(
    demand=st.lists(st.none() | UNITS, min_size=4, max_size=8),
    on_hand=UNITS,
    due=st.lists(UNITS, min_size=2, max_size=2),
    orders=st.lists(UNITS, min_size=1, max_size=4),
    lead_time=st.integers(0, 2),
)
def test_the_account_is_that_of_a_slow_loop(
    demand: list[float | None], on_hand: float, due: list[float], orders: list[float], lead_time: int
) -> None:
    known: list[tuple[float, float]] = []

    def decide(period: int, shelf: Quantities, receipts: Quantities) -> Quantities:
        known.append((float(shelf[0]), float(receipts[0, 0])))
        return np.array([orders[period]])

    played = replay(
        np.array([[np.nan if wanted is None else wanted for wanted in demand]]),
        decide,
        on_hand=np.array([on_hand]),
        receipts=np.array([due]),
        lead_time=np.array([lead_time]),
        orders=len(orders),
    )
    rows = account(played, Costs(holding_cost=0.2, shortage_cost=1.0))
    holding, shortage, ordered = slow_loop(demand, on_hand, due, orders, lead_time)
    assert rows["holding"].sum() == pytest.approx(holding)
    assert rows["shortage"].sum() == pytest.approx(shortage)
    assert rows["order_quantity"].sum() == pytest.approx(ordered)
    assert known[0] == (on_hand, due[0]), "the first decision sees the opening, and what is due"
    wanted = sum(each for each in demand if each)
    if any(each is not None for each in demand):
        assert totals_of(rows).fill_rate == pytest.approx(1 - shortage / max(wanted, 1e-9))
    assert account(played, Costs(holding_cost=0.2), np.array([False]))["cost"].sum() == 0


def test_a_season_that_all_share_is_forecast_as_it_is() -> None:
    weeks = pd.date_range("2022-01-03", periods=104, freq="W-MON")
    number = np.asarray(weeks.isocalendar().week, dtype=np.float64)
    season = 1 + 0.5 * np.sin(number)
    demand = np.outer([10.0, 4.0], season)
    ahead = pd.date_range("2024-01-01", periods=4, freq="W-MON")
    number = np.asarray(ahead.isocalendar().week, dtype=np.float64)
    expected = np.outer([10.0, 4.0], 1 + 0.5 * np.sin(number))
    forecast = seasonal_moving_average(demand, weeks, "W-MON", 4)
    np.testing.assert_allclose(forecast, expected)
    demand[:, -5:] = np.nan  # what is not known is not zero
    np.testing.assert_allclose(seasonal_moving_average(demand, weeks, "W-MON", 4), expected)
    order = order_for_cover(expected, np.array([12.2, 99.0]), np.array([[3.0, 2.0], [0.0, 0.0]]))
    assert order.tolist() == [round(expected[0].sum() - 17.2), 0]


def sold(changed_from: int = 60) -> pd.DataFrame:
    y = np.random.default_rng(2).poisson([[6], [11], [3]], (3, len(DS))).astype(np.float64)
    y[:, changed_from:] += 40
    return pd.concat(
        [pd.DataFrame({"unique_id": f"n/{name}", "ds": DS, "y": y[at]}) for at, name in enumerate("abc")],
        ignore_index=True,
    )


def past(panel: Panel, rules: ReplayRules, window: Window) -> Replay:
    tables = completed(
        tuple(panel.series[1]), StatedTerms(2, 0.2, 1.0), items=None, suppliers=None, terms=None, freq="W-MON"
    )
    return Replay(panel, tables, PlanSettings(paths=50), Candidate("moving_average"), rules, (window,))


STATED = ReplayRules(tuned=False)


def test_orders_do_not_know_what_comes_after_them() -> None:
    window, quantities = Window(40, 4), []
    for changed_from in (60, 41):
        whole = past(build_panel(sold(changed_from), freq="W-MON"), STATED, window)
        plans = whole.plans(window)
        whole.play(window, whole.opening(window), plans)
        assert sorted(plans.plans) == [40, 41], "orders that arrive within the four periods"
        quantities.append([plans.plans[at].lines["order_quantity"].tolist() for at in (40, 41)])
    assert quantities[0][0] == quantities[1][0]
    assert quantities[0][1] != quantities[1][1]


def test_a_window_outside_the_history_or_without_an_order_is_refused() -> None:
    panel = build_panel(sold(), freq="W-MON")
    with pytest.raises(InputError, match="2024-01-01 to 2025-02-17"):
        past(panel, STATED, Window(56, 4))
    with pytest.raises(InputError, match="no order arrives"):
        past(panel, STATED, Window(50, 2))


def test_a_shop_that_starts_with_an_empty_shelf_finds_out_what_is_wanted() -> None:
    panel = build_panel(sold(), freq="W-MON")
    window = Window(28, 12)
    whole = past(panel, STATED, window)
    opening = whole.opening(window)
    opening.on_hand[:] = 1
    opening.receipts[:] = 0
    plans, watching = whole.closed_plans(window)
    rows = whole.accounted(window, whole.play(window, opening, watching))
    assert rows["lost_sales"].head(2).sum() > 20
    late = rows.tail(5)
    assert 1 - late["lost_sales"].sum() / late["demand"].sum() > 0.8
    assert len(plans.plans) == 10


def test_what_an_empty_shelf_hides_is_not_seen() -> None:
    panel = build_panel(sold(), freq="W-MON")
    shop = SeenSales(panel)
    shop.see(50, np.array([5.0, 9.0, np.nan]), np.array([8.0, 4.0, 3.0]))
    shop.see(51, np.array([5.0, 5.0, 5.0]), np.array([0.0, 5.0, 6.0]))
    frame = shop.panel().frame
    week = frame[frame["ds"] == DS[50]]
    assert week["y"].fillna(-1).tolist() == [5, 4, -1]
    assert week["in_stock"].tolist() == [1, 0.5, 0]
    week = frame[frame["ds"] == DS[51]]
    assert week["y"].fillna(-1).tolist() == [-1, 5, 5]
    assert week["in_stock"].tolist() == [0, 0.5, 1]
    rest = ~frame["ds"].isin(DS[50:52])
    pd.testing.assert_frame_equal(frame[rest], panel.frame[rest])


def test_a_correction_is_tuned_on_windows_that_were_over_and_on_them_once() -> None:
    panel = build_panel(sold(), freq="W-MON")
    history = History.of(panel)
    forecasts = past_forecasts(history, 57, PastForecasts(Candidate("moving_average"), 3, 60))
    rolling = RollingPaths(forecasts, panel, history, 3)
    rules = DecisionRules(2, 1, np.full(3, 0.2), np.ones(3))
    kept: dict[str, np.ndarray] = {}

    def keep(fingerprint: str, count: int, make: object) -> np.ndarray:
        assert callable(make)
        if fingerprint not in kept:
            kept[fingerprint] = make()
        assert kept[fingerprint].shape == (count,)
        return kept[fingerprint]

    early = correction_before(rolling, 30, rules, 1.3, keep)
    assert early.carry_over_factor == 1.3
    assert "are needed" in early.reason
    tuned = correction_before(rolling, 56, rules, 1.3, keep)
    assert 6 <= tuned.windows <= 8
    assert 1 <= tuned.carry_over_factor <= 2
    before = len(kept)
    correction_before(rolling, 57, rules, 1.3, keep)
    assert len(kept) <= before + 1

    changed = build_panel(sold(57), freq="W-MON")
    later = RollingPaths(forecasts, changed, History.of(changed), 3)
    assert correction_before(later, 56, rules, 1.3, keep) == tuned


def test_less_than_nothing_is_no_order_and_takes_nothing_off_the_way() -> None:
    seen: list[tuple[float, float]] = []

    def decide(_: int, on_hand: Quantities, receipts: Quantities) -> Quantities:
        seen.append((float(on_hand[0]), float(receipts.sum())))
        return np.array([-4.0])

    replay(
        np.full((1, 4), 1.0),
        decide,
        on_hand=np.array([10.0]),
        receipts=np.zeros((1, 1)),
        lead_time=np.array([1]),
        orders=3,
    )
    assert seen == [(10, 0), (9, 0), (8, 0)]


def test_a_cost_of_nothing_is_a_cost_and_nobody_to_order_from_is_said() -> None:
    panel = build_panel(sold(), freq="W-MON")
    firms = pd.DataFrame({"supplier_id": ["mill", "farm"], "lead_time": [7.0, 7.0]})
    terms = pd.DataFrame({"supplier_id": ["mill"], "unique_id": ["n/a"]})
    free = StatedTerms(None, 0.0, 1.0)

    def played(terms: pd.DataFrame | None) -> Replay:
        ids = ("n/a", "n/b", "n/c")
        tables = completed(ids, free, items=None, suppliers=firms, terms=terms, freq="W-MON")
        window = (Window(40, 6),)
        return Replay(
            panel, tables, PlanSettings(), Candidate("moving_average"), ReplayRules(), window, stated=free
        )

    assert not np.any(played(terms).costs.holding_cost)
    with pytest.raises(InputError, match="nobody supplies any of the series"):
        played(None)


def test_a_supplier_who_takes_orders_on_thursdays_delivers_a_week_later_and_is_ordered_from() -> None:
    firms = pd.DataFrame({"supplier_id": ["mill"], "lead_time": [7.0], "order_weekdays": ["thu"]})
    costs = StatedTerms(None, 0.2, 1.0)
    ids = ("n/a", "n/b", "n/c")

    def past_of(frame: pd.DataFrame, freq: str) -> Replay:
        tables = completed(ids, costs, items=None, suppliers=firms, terms=None, freq=freq)
        panel, window = build_panel(frame, freq=freq), (Window(40, 6),)
        return Replay(panel, tables, PlanSettings(paths=50), Candidate("moving_average"), STATED, window)

    whole = past_of(sold(), "W-MON")
    assert whole.lead_time.tolist() == [2, 2, 2]
    plans = whole.plans(whole.windows[0])
    whole.play(whole.windows[0], whole.opening(whole.windows[0]), plans)
    assert all((plan.lines["lead_time"] == 2).all() and len(plan.lines) == 3 for plan in plans.plans.values())
    daily = sold().assign(ds=list(pd.date_range("2024-01-01", periods=len(DS))) * 3)
    with pytest.raises(InputError, match="mill takes orders on some weekdays"):
        past_of(daily, "D")
