"""The weekly ordering contest VN2, replayed on its history: windows, costs and the public benchmark policy.

Week t is column t of the wide file, 0 to 156. A window stands at the end of week o; orders are placed at the
end of weeks o to o + 5 and are on the shelf from the start of week t + 3; weeks o + 3 to o + 8 cost 0.2 per
unit left at their end and 1 per lost sale. A week with an empty shelf has no demand, costs nothing and
teaches nothing; a series counts once it had 13 weeks with a shelf.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

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


def mean_known(values: Array, axis: int) -> Array:
    """Mean of what is not NaN along `axis`; 0 where nothing is."""
    known = ~np.isnan(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=axis) / np.maximum(known.sum(axis=axis), 1))


def first_state(demand: Array, origin: int) -> tuple[Array, Array]:
    """On hand at the end of week `origin` and receipts (series, 2) of the next two weeks.

    On hand is the mean demand of the last 52 weeks, rounded up; what is in transit fills it up to two weeks.
    """
    mean = mean_known(demand[:, max(origin - 51, 0) : origin + 1], axis=1)
    on_hand = np.ceil(mean)
    later = np.maximum(np.round(2 * mean) - on_hand, 0.0)
    return on_hand, np.stack([np.zeros_like(later), later], axis=1)


def play(demand: Array, origin: int, order: Order) -> float:
    """Cost of the window that stands at the end of week `origin`, ordering by `order`."""
    on_hand, receipts = first_state(demand, origin)
    counts = (~np.isnan(demand[:, : origin + 1])).sum(axis=1) >= LEAST_OBSERVED
    cost = 0.0
    for week in range(origin, origin + LEAD_TIME + ORDERS + 1):
        if week > origin:
            on_hand = on_hand + receipts[:, 0]
            known = ~np.isnan(demand[:, week])
            wanted = np.where(known, demand[:, week], 0.0)
            lost = np.maximum(wanted - on_hand, 0.0)
            on_hand = np.maximum(on_hand - wanted, 0.0)
            if week > origin + LEAD_TIME:
                cost += float((HOLDING_COST * on_hand + SHORTAGE_COST * lost)[known & counts].sum())
            receipts = receipts[:, 1:]
        placed = order(week, on_hand, receipts) if week < origin + ORDERS else np.zeros_like(on_hand)
        receipts = np.concatenate([receipts, placed[:, None]], axis=1)
    return cost


def benchmark_forecast(demand: Array, ds: pd.DatetimeIndex, origin: int, horizon: int) -> Array:
    """The public benchmark's forecast (series, horizon) from the end of week `origin`.

    The mean of the last 13 weeks without their season, times the season: mean sales of all series by week of
    the year over the mean of these means.
    """
    dates = ds[: origin + 1]
    number = np.asarray(dates.isocalendar().week, dtype=np.int64)
    by_week = pd.Series(mean_known(demand[:, : origin + 1], axis=0)).groupby(number).mean()
    season = (by_week / by_week.mean()).reindex(range(1, 54)).fillna(1.0).to_numpy()
    usual = mean_known((demand[:, : origin + 1] / season[number - 1])[:, -13:], axis=1)
    ahead = dates[-1] + pd.to_timedelta(7 * np.arange(1, horizon + 1), unit="D")
    return np.asarray(usual[:, None] * season[np.asarray(ahead.isocalendar().week, dtype=np.int64) - 1])


def benchmark_order(contest: Contest) -> Order:
    """Order up to four weeks of the benchmark's forecast, less what is on hand and in transit."""

    def order(week: int, on_hand: Array, receipts: Array) -> Array:
        wanted = benchmark_forecast(contest.demand, contest.ds, week, COVER).sum(axis=1)
        return np.maximum(np.round(wanted - on_hand - receipts.sum(axis=1)), 0.0)

    return order
