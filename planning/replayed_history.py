"""A replay as a whole: a panel and its tables in, what each way of ordering did and cost out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.judging.past_forecasts import Keep, PastForecasts, made_now, past_forecasts
from forecasting.paths.rolling_paths import RollingPaths
from forecasting.series.history import History
from intake.errors import InputError
from intake.periods import periods_a_year, shift, unit_of, whole_days
from planning.closed_loop import ClosedLoop
from planning.decision_cost import Opening, opening_stock
from planning.decision_rules import DecisionRules
from planning.inventory_simulator import Quantities
from planning.order_days import on_order_days
from planning.past_windows import archive_cutoffs, correction_before
from planning.plan import PlanSettings
from planning.policies.tuned_correction import TunedCorrection
from planning.replay import Decide, Replayed, account, replay
from planning.replayed_plans import ReplayedPlans, as_ordered, by_rule_of_thumb
from planning.simulation.money import Costs
from planning.simulation.stock_rules import whole_shelf_life
from planning.sourcing import choose_terms
from planning.stated_terms import PlanningTables, StatedTerms

if TYPE_CHECKING:
    from forecasting.recipes.registry import Candidate
    from forecasting.series.panel import Panel

ARCHIVE_REFIT: Final = 4
"""Decisions before the replay that one fit serves; they only tell how forecasts err."""


@dataclass(frozen=True, kw_only=True)
class ReplayRules:
    """How decisions are replayed.

    retrain_every: decisions that a fit serves. tuned: whether the correction of the critical ratio is chosen
    for each decision from windows before it. closed_loop: whether forecasts see what our own shelf sold
    instead of demand. least_observed: a series counts in a window where so many periods before it are known.
    """

    retrain_every: int = 1
    tuned: bool = True
    closed_loop: bool = False
    least_observed: int = 13

    def __post_init__(self) -> None:
        """Raise InputError for what cannot be."""
        if self.retrain_every < 1 or self.least_observed < 0:
            raise InputError("retrain_every is 1 decision or more, least_observed 0 periods or more")


@dataclass(frozen=True)
class Window:
    """The periods after `origin` (numbered from the panel's first), and how many of them are played."""

    origin: int
    periods: int


@dataclass(eq=False)
class Replay:
    """The past of a panel, to be decided again with tables and settings of today.

    `candidate` forecasts. `stated`: costs of items that have none. `keep` as in `past_forecasts`,
    `keep_costs` as in `correction_before`. corrections: what was chosen at the end of each period, where it
    is tuned.
    """

    panel: Panel
    tables: PlanningTables
    settings: PlanSettings
    candidate: Candidate
    rules: ReplayRules
    windows: tuple[Window, ...]
    stated: StatedTerms = field(default_factory=StatedTerms)
    keep: Keep = made_now
    keep_costs: Keep = made_now
    corrections: dict[int, TunedCorrection] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise InputError where the windows do not lie in the history or no lead time, cost is known."""
        last = self.history.position(self.panel.last_observation)
        for window in self.windows:
            if window.origin < 0 or window.origin + window.periods > last:
                first, end = self.history.ds[0], self.history.ds[last]
                after = shift(first, window.origin, self.panel.freq)
                raise InputError(
                    f"the {window.periods} periods after {after:%Y-%m-%d} are not all in the history, which "
                    f"goes from {first:%Y-%m-%d} to {end:%Y-%m-%d}: begin earlier, or play fewer"
                    if window.origin >= 0
                    else f"the history begins on {first:%Y-%m-%d}, after {after:%Y-%m-%d}: begin later"
                )
        if self.orders(self.windows[0]) < 1:
            raise InputError(
                f"no order arrives within {self.windows[0].periods} periods at a lead time of "
                f"{self.longest_lead_time}; play more periods"
            )

    @cached_property
    def history(self) -> History:
        """Everything that was ever known; column t of it was known at the end of period t."""
        return History.of(self.panel)

    @cached_property
    def unique_id(self) -> tuple[str, ...]:
        """All series, in the order of every array."""
        return self.history.unique_id

    @cached_property
    def _sourced(self) -> pd.DataFrame:
        """Terms by series, as every decision meets them; InputError where order days change them from one
        decision to the next."""
        tables, freq = self.tables, self.panel.freq
        frame = choose_terms(
            self.unique_id, items=tables.items, suppliers=tables.suppliers, terms=tables.terms, freq=freq
        ).frame
        same_weekday = unit_of(freq) == "W" or (freq == "D" and self.step % 7 == 0)
        some_days = frame["order_weekdays"] != ""
        if some_days.any() and not same_weekday:
            raise InputError(
                f"{frame.loc[some_days, 'supplier_id'].iloc[0]} takes orders on some weekdays, so that an "
                "order takes longer after one decision than after another: replay decisions that are whole "
                "weeks apart, or leave order_weekdays out"
            )
        decided = self.history.ds[self.windows[0].origin]
        frame = on_order_days(frame, cutoff=decided, freq=freq, review_period=self.step, exceptions=[])
        return frame.set_index("unique_id").reindex(list(self.unique_id))

    @cached_property
    def lead_time(self) -> npt.NDArray[np.int64]:
        """By series, in periods; the longest of all for a series that nobody supplies."""
        return self._sourced["lead_time"].fillna(self.longest_lead_time).to_numpy(dtype=np.int64)

    @cached_property
    def longest_lead_time(self) -> int:
        """Of all series, in periods; InputError where nobody supplies any."""
        longest = self._sourced["lead_time"].max()
        if np.isnan(longest):
            raise InputError(
                "nobody supplies any of the series: state a lead time and no suppliers, or complete the terms"
            )
        return int(longest)

    @cached_property
    def horizon(self) -> int:
        """Periods to forecast: the longest protection interval."""
        return self.longest_lead_time + int(self._sourced["review_period"].max())

    @cached_property
    def costs(self) -> Costs:
        """Money by series; what expires costs its purchase price, where that is known."""
        stated = self.stated
        once = {"holding_cost": stated.holding_cost, "shortage_cost": stated.shortage_cost}
        costs = pd.DataFrame(
            {
                name: self._sourced[name].astype(np.float64).fillna(np.nan if cost is None else cost)
                for name, cost in once.items()
            }
        )
        if costs.isna().any(axis=None):
            name = costs.index[costs.isna().any(axis=1)][0]
            raise InputError(
                f"a replay counts money, and {name} has no holding_cost or shortage_cost: state both "
                "(--holding-cost 0.2 --shortage-cost 1), or fill them in the items table"
            )
        return Costs(
            holding_cost=costs["holding_cost"].to_numpy(dtype=np.float64),
            shortage_cost=costs["shortage_cost"].to_numpy(dtype=np.float64),
            waste_cost=self._sourced["unit_cost"].fillna(0.0).to_numpy(dtype=np.float64),
        )

    @cached_property
    def shelf_life(self) -> Quantities:
        """Whole periods by series, as the plan counts them; infinite where nothing is stated."""
        days = self._sourced["shelf_life"].to_numpy(dtype=np.float64)
        return whole_shelf_life(days / whole_days(1, self.panel.freq))

    def orders(self, window: Window) -> int:
        """Decisions of a window: those whose orders arrive within it."""
        return max(-(-(window.periods - self.longest_lead_time) // self.settings.review_period), 0)

    def opening(self, window: Window) -> Opening:
        """Stock by the rule of `decision_cost.opening_stock`, from the year before."""
        year = periods_a_year(self.panel.freq)
        past = self.history.demand[:, max(window.origin + 1 - year, 0) : window.origin + 1]
        return opening_stock(past, self.longest_lead_time)

    def counts(self, window: Window) -> npt.NDArray[np.bool_]:
        """Which series have been observed often enough before a window."""
        seen = (~np.isnan(self.history.demand[:, : window.origin + 1])).sum(axis=1)
        return np.asarray(seen >= self.rules.least_observed)

    def play(self, window: Window, opening: Opening, decide: Decide) -> Replayed:
        """One way of ordering, played against what was really asked for."""
        demand = self.history.demand[:, window.origin + 1 : window.origin + 1 + window.periods]
        return replay(
            demand,
            decide,
            on_hand=opening.on_hand,
            receipts=opening.receipts,
            lead_time=self.lead_time,
            orders=self.orders(window),
            review_period=self.settings.review_period,
            shelf_life=self.shelf_life,
        )

    def accounted(self, window: Window, replayed: Replayed) -> pd.DataFrame:
        """`replay.account` with the date of every period as ds."""
        rows = account(replayed, self.costs, self.counts(window))
        ds = self.history.ds[window.origin + 1 : window.origin + 1 + window.periods]
        return rows.assign(ds=ds)

    def by_rule_of_thumb(self, window: Window) -> Decide:
        """The seasonal moving average that orders one period more than the protection interval."""
        history = self.history
        return by_rule_of_thumb(
            lambda origin: history.demand[:, : origin + 1],
            history.ds,
            self.panel.freq,
            window.origin + 1,
            self.horizon + 1,
        )

    def as_ordered(self, window: Window, ordered: pd.DataFrame) -> Decide:
        """What was really ordered; `ordered`: unique_id, ds (the period at whose end), order_quantity."""
        wide = np.zeros(self.history.demand.shape)
        known = ordered[ordered["unique_id"].isin(self.unique_id)]
        series = pd.Index(self.unique_id).get_indexer(pd.Index(known["unique_id"]))
        period = self.history.ds.get_indexer(pd.DatetimeIndex(known["ds"]))
        inside = period >= 0
        wide[series[inside], period[inside]] = known["order_quantity"].fillna(0).to_numpy()[inside]
        return as_ordered(wide, window.origin + 1)

    def plans(self, window: Window) -> ReplayedPlans:
        """Our own decisions, forecasts seeing demand."""
        return self._planning(window, lambda: self._open)

    def closed_plans(self, window: Window) -> tuple[ReplayedPlans, Decide]:
        """Our own decisions, and what asks for them: forecasts see what our own shelf sold from the window's
        first period on.
        """
        before = self.past(self.history, window.origin - self.step, self._archive, ARCHIVE_REFIT)
        loop = ClosedLoop(
            self.panel,
            self.history.demand,
            before,
            candidate=self.candidate,
            horizon=self.horizon,
            lead_time=self.lead_time,
            review_period=self.step,
            retrain_every=self.rules.retrain_every,
            first=window.origin + 1,
        )
        plans = self._planning(window, lambda: loop.rolling)
        return plans, loop.deciding_by(plans)

    @cached_property
    def _open(self) -> RollingPaths:
        decided = [window.origin for window in self.windows]
        first, end = decided[0], decided[-1] + (self.orders(self.windows[-1]) - 1) * self.step
        before = self.past(self.history, first - self.step, self._archive, ARCHIVE_REFIT)
        during = self.past(self.history, end, (end - first) // self.step + 1, self.rules.retrain_every)
        forecasts = pd.concat([before, during], ignore_index=True)
        return RollingPaths(forecasts, self.panel, self.history, self.horizon)

    @property
    def step(self) -> int:
        """Periods between two decisions."""
        return self.settings.review_period

    @property
    def _archive(self) -> int:
        return archive_cutoffs(len(self.unique_id), tuned=self.rules.tuned)

    def past(self, history: History, last: int, cutoffs: int, refit: int) -> pd.DataFrame:
        """Forecasts from `cutoffs` decisions up to the one at the end of period `last`."""
        wanted = PastForecasts(self.candidate, self.horizon, cutoffs, refit, self.step)
        return past_forecasts(history, last + self.horizon, wanted, self.keep)

    def _planning(self, window: Window, known: Callable[[], RollingPaths]) -> ReplayedPlans:
        settings = self.settings
        return ReplayedPlans(
            paths_at=lambda origin: known().at(origin, settings.paths, settings.seed),
            correction_at=lambda origin: self.correction(known(), origin),
            tables=self.tables,
            settings=settings,
            unique_id=self.unique_id,
            ds=self.history.ds,
            freq=self.panel.freq,
            first=window.origin + 1,
        )

    def correction(self, rolling: RollingPaths, origin: int) -> float:
        """The carry_over_factor of a decision: that of the settings, or tuned on windows before it."""
        stated = self.settings.carry_over_factor
        if not self.rules.tuned:
            return stated
        decided = DecisionRules(
            lead_time=self.longest_lead_time,
            review_period=self.settings.review_period,
            holding_cost=np.asarray(self.costs.holding_cost, dtype=np.float64),
            shortage_cost=np.asarray(self.costs.shortage_cost, dtype=np.float64),
        )
        self.corrections[origin] = correction_before(rolling, origin, decided, stated, self.keep_costs)
        return self.corrections[origin].carry_over_factor
