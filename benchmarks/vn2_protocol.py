"""The weekly ordering contest VN2, replayed on its history: windows, costs and the public benchmark policy.

Week t is column t of the wide file, 0 to 156. A window stands at the end of week o; orders are placed at the
end of weeks o to o + 5 and are on the shelf from the start of week t + 3; weeks o + 3 to o + 8 cost 0.2 per
unit left at their end and 1 per lost sale. A week with an empty shelf has no demand, costs nothing and
teaches nothing; a series counts once it had 13 weeks with a shelf.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from planning.decision_cost import opening_stock
from planning.policies.seasonal_cover import order_for_cover, seasonal_moving_average
from planning.replay import account, replay
from planning.simulation.money import Costs

Array = npt.NDArray[np.float64]
Order = Callable[[int, Array, Array], Array]
"""(week, on hand by series, receipts of the next two weeks by series) -> units to order."""

WINDOWS: Final = tuple(range(92, 147, 6))
ORDERS: Final = 6
LEAD_TIME: Final = 2  # whole weeks between the decision and the week on whose shelf the order is
COVER: Final = 4  # weeks of forecast that the benchmark policy orders up to
HOLDING_COST: Final = 0.2
SHORTAGE_COST: Final = 1.0
LEAST_OBSERVED: Final = 13
PUBLISHED: Final = (4529, 4277, 4535, 4373, 4273, 4653, 6458, 8432, 4528, 4008)
"""What the benchmark policy costs on the ten windows, computed elsewhere from the same protocol."""


@dataclass(frozen=True)
class Contest:
    """`demand` (series, weeks; NaN where the shelf was empty), and `sales` and `attributes` for a panel."""

    demand: Array
    ds: pd.DatetimeIndex
    sales: pd.DataFrame
    attributes: pd.DataFrame

    @property
    def unique_id(self) -> list[str]:
        """Names of the series, in the order of `demand`."""
        return self.attributes["unique_id"].tolist()


def read_contest(folder: Path) -> Contest:
    """The files sales.csv, in_stock.csv and master.csv of `folder`, series sorted by unique_id."""
    keys = ["Store", "Product"]
    sales, in_stock, master = (
        pd.read_csv(folder / f"{name}.csv") for name in ("sales", "in_stock", "master")
    )
    items = sales[keys].merge(master, on=keys, how="left").astype(str)
    items.insert(0, "unique_id", items["Store"] + "/" + items["Product"])
    order = items["unique_id"].argsort().to_numpy()
    ds = pd.DatetimeIndex(pd.to_datetime(sales.columns[len(keys) :]))
    y = sales.drop(columns=keys).to_numpy(dtype=np.float64)[order]
    there = in_stock.drop(columns=keys).to_numpy(dtype=np.float64)[order]
    attributes = items.iloc[order].reset_index(drop=True)
    long = pd.DataFrame(
        {
            "unique_id": np.repeat(attributes["unique_id"].to_numpy(), len(ds)),
            "ds": np.tile(ds.to_numpy(), len(y)),
            "y": y.reshape(-1),
            "in_stock": there.reshape(-1),
        }
    )
    return Contest(np.where(there > 0, y, np.nan), ds, long, attributes)


def first_state(demand: Array, origin: int) -> tuple[Array, Array]:
    """On hand at the end of week `origin` and receipts (series, 2) of the next two weeks.

    On hand is the mean demand of the last 52 weeks, rounded up; what is in transit fills it up to two weeks.
    """
    opening = opening_stock(demand[:, max(origin - 51, 0) : origin + 1], LEAD_TIME)
    return opening.on_hand, opening.receipts


def play(demand: Array, origin: int, order: Order) -> float:
    """Cost of the window that stands at the end of week `origin`, ordering by `order`."""
    on_hand, receipts = first_state(demand, origin)
    counts = (~np.isnan(demand[:, : origin + 1])).sum(axis=1) >= LEAST_OBSERVED
    played = replay(
        demand[:, origin + 1 : origin + 1 + LEAD_TIME + ORDERS],
        lambda period, shelf, due: order(origin + period, shelf, due[:, :LEAD_TIME]),
        on_hand=on_hand,
        receipts=receipts,
        lead_time=np.full(len(demand), LEAD_TIME),
        orders=ORDERS,
    )
    weeks = account(played, Costs(holding_cost=HOLDING_COST, shortage_cost=SHORTAGE_COST), counts)
    return float(weeks["cost"].iloc[LEAD_TIME:].sum())


def benchmark_forecast(demand: Array, ds: pd.DatetimeIndex, origin: int, horizon: int) -> Array:
    """The public benchmark's forecast (series, horizon) from the end of week `origin`."""
    return seasonal_moving_average(demand[:, : origin + 1], ds[: origin + 1], "W-MON", horizon)


def benchmark_order(contest: Contest) -> Order:
    """Order up to four weeks of the benchmark's forecast, less what is on hand and in transit."""

    def order(week: int, on_hand: Array, receipts: Array) -> Array:
        forecast = benchmark_forecast(contest.demand, contest.ds, week, COVER)
        return order_for_cover(forecast, on_hand, receipts)

    return order


def average_order(contest: Contest, service_level: float | None = None) -> Order:
    """Order up to three weeks of the mean m of the last 52; or, where a service_level is named, up to
    3 m + z s sqrt(3), rounded up, with s their standard deviation and z the level's quantile of the normal
    law, which is what many shops do.
    """

    def order(week: int, on_hand: Array, receipts: Array) -> Array:
        year = contest.demand[:, max(week - 51, 0) : week + 1]
        known = ~np.isnan(year)
        count = known.sum(axis=1)
        mean = np.where(known, year, 0.0).sum(axis=1) / np.maximum(count, 1)
        weeks = LEAD_TIME + 1
        if service_level is None:
            wanted = np.round(weeks * mean - on_hand - receipts.sum(axis=1))
        else:
            squares = np.where(known, year - mean[:, None], 0.0) ** 2
            spread = np.sqrt(squares.sum(axis=1) / np.maximum(count - 1, 1))
            up_to = weeks * mean + norm.ppf(service_level) * spread * math.sqrt(weeks)
            wanted = np.ceil(up_to - on_hand - receipts.sum(axis=1))
        return np.maximum(wanted, 0.0)

    return order
