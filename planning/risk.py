"""What a plan may cost and what may go wrong: its orders, played against every joint path of demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.paths.sample_quantiles import sample_quantiles
from intake.errors import InputError
from planning.inventory_position import Shelf, receipts_from, shelf_from
from planning.inventory_simulator import Quantities, Simulation, parts, simulate
from planning.simulation.stock_rules import StockRules, whole_shelf_life

if TYPE_CHECKING:
    from forecasting.paths.demand_paths import DemandPaths

RISK_COLUMNS: Final = (
    "scope",
    "until",
    "currency",
    "supplier_id",
    "unique_id",
    "lines",
    "periods",
    "order_quantity",
    "purchase",
    "holding",
    "shortage",
    "waste",
    "cost",
    "cost_p10",
    "cost_p50",
    "cost_p90",
    "cost_cvar",
    "stockout_probability",
    "stockout_probability_after_arrival",
    "lines_out",
    "lost_sales",
    "waste_probability",
    "waste_units",
)
NEXT_ORDER: Final = "next order"
HORIZON: Final = "horizon"
TAIL_SHARE: Final = 0.1
_COST_QUANTILES: Final = {"cost_p10": 0.1, "cost_p50": 0.5, "cost_p90": 0.9}
_CAUSES: Final = {"holding": "holding_price", "shortage": "shortage_price", "waste": "unit_cost"}
_ADDED: Final = (
    *("lines", "order_quantity", "purchase", "holding", "shortage", "waste", "cost"),
    *("lines_out", "lost_sales", "waste_units"),
)
_SUPPLIER: Final = ("currency", "supplier_id")
_FLOAT_DUST: Final = 1e-9

Money = Mapping[str, Quantities]
"""By cause, what a unit costs, one number per line; NaN where nothing tells."""


@dataclass(frozen=True)
class Risk:
    """What may come of a plan.

    table: RISK_COLUMNS, one row per line, supplier and currency (`scope` is line, supplier or total), each
    `until` the next order can arrive; and, where the paths of a line go on after that, until the horizon
    ends, with no further order. Expected money by cause: purchase, which is no loss; holding; shortage, of
    lost sales; waste, of what expires, at its unit_cost. NaN on a line without a price of the cause. cost =
    holding + shortage + waste as far as priced; cost_p10 to cost_p90: its quantiles; cost_cvar: its mean over
    the worst paths. stockout_probability: that sales are lost (of a supplier or in total, on any line), in
    any period or from the arrival of the order on; lines_out: expected number of lines that lose some.
    lost_sales, waste_units: expected units. waste_probability: that any unit expires. periods: how many
    count, those of the longest line.

    joint_cost: by currency, the cost of all lines until the next order, path by path. notes: what the money
    leaves out.
    """

    table: pd.DataFrame
    joint_cost: Mapping[str, Quantities] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def assess(
    lines: pd.DataFrame,
    paths: DemandPaths,
    *,
    stock: pd.DataFrame,
    open_orders: pd.DataFrame,
    cutoff: pd.Timestamp,
    freq: str,
    tail_share: float = TAIL_SHARE,
) -> Risk:
    """Play the orders of a plan, the same on all paths, against each joint path.

    lines: `plan.LINE_COLUMNS`. paths to freq: what `replenish` was given. A line counts from the first period
    to the last before the next order can arrive, lead_time + review_period; what is left on the shelf is
    neither loss nor gain, and units of the floor are not for sale. Lines are added path by path before any
    quantile is read, because the P90 of a sum is not the sum of P90s. InputError for a tail_share outside
    (0, 1] or a line without demand paths.
    """
    if not 0 < tail_share <= 1:
        raise InputError(f"tail_share must lie above 0 and not above 1, not {tail_share}; 0.1 is a tenth")
    if lines.empty:
        return Risk(pd.DataFrame(columns=list(RISK_COLUMNS)))
    lines = lines.sort_values(["currency", "supplier_id", "unique_id"], kind="stable", ignore_index=True)
    ids, horizon = tuple(lines["unique_id"]), len(paths.ds)
    at = pd.Index(paths.unique_id).get_indexer(pd.Index(ids))
    if (at < 0).any():
        raise InputError(f"'{ids[int((at < 0).argmax())]}' is ordered and has no demand paths: forecast it")
    interval = (lines["lead_time"] + lines["review_period"]).to_numpy(dtype=np.int64)
    if (interval > horizon).any():
        raise InputError(f"the demand paths end after {horizon} periods, before the next order: go further")
    shelf = shelf_from(stock, ids, cutoff=cutoff, horizon=horizon, freq=freq)
    board = _Board(
        lines,
        np.asarray(paths.values),
        at,
        shelf,
        _receipts(lines, open_orders, cutoff=cutoff, horizon=horizon, freq=freq),
        {cause: lines[column].to_numpy(dtype=np.float64) for cause, column in _CAUSES.items()},
    )
    table, joint_cost = board.until(NEXT_ORDER, interval, tail_share)
    if (interval < horizon).any():
        further, _ = board.until(HORIZON, np.full(len(lines), horizon), tail_share)
        table = pd.concat([table, further])
    table = table.reindex(columns=list(RISK_COLUMNS)).reset_index(drop=True)
    return Risk(table, joint_cost, _notes(lines, board.money))


def conditional_value_at_risk(values: Quantities, tail_share: float) -> Quantities:
    """Mean of the worst `tail_share` of equally likely values along the last axis (the largest are worst).

    The minimum over t of t + E[max(X - t, 0)] / tail_share, taken at the quantile t = 1 - tail_share:
    Rockafellar & Uryasev, Journal of Risk 2 (2000) 21-41. Where the tail is no whole number of values, the
    least bad of them counts in part.

    >>> conditional_value_at_risk(np.array([1.0, 2.0, 3.0, 4.0]), 0.5)
    array(3.5)
    """
    flat = values.reshape(-1, values.shape[-1])
    (quantile,) = sample_quantiles(flat, (1 - tail_share,))
    beyond = np.maximum(flat - quantile[:, None], 0).mean(axis=1)
    return np.asarray((quantile + beyond / tail_share).reshape(values.shape[:-1]))


@dataclass(frozen=True, eq=False)
class _Units:
    """By line x path, over the periods that count: units held at period ends, lost and expired."""

    holding: Quantities
    shortage: Quantities
    waste: Quantities
    lost_after_arrival: Quantities

    @classmethod
    def of(
        cls, played: Simulation, lead_time: npt.NDArray[np.int64], periods: npt.NDArray[np.int64]
    ) -> _Units:
        """The first `periods` of each line count."""
        period = np.arange(played.demand.shape[2])
        counted = (period < periods[:, None]).astype(np.float64)
        arrived = counted * (period >= lead_time[:, None])
        each = (
            (played.on_hand, counted),
            (played.lost_sales, counted),
            (played.expired, counted),
            (played.lost_sales, arrived),
        )
        return cls(*(np.einsum("lpt,lt->lp", units, weight) for units, weight in each))

    def cost(self, money: Money, rows: slice) -> Quantities:
        """Money by line x path, of the causes whose price is stated."""
        each = [np.nan_to_num(money[cause][rows, None]) * getattr(self, cause) for cause in _CAUSES]
        return np.asarray(np.sum(each, axis=0), dtype=np.float64)

    def expected(self, money: Money, rows: slice) -> dict[str, Quantities]:
        """Means over the paths, which add up over lines."""
        mean = {cause: getattr(self, cause).mean(axis=1) for cause in _CAUSES}
        spent = {cause: money[cause][rows] * mean[cause] for cause in _CAUSES}
        return {
            **spent,
            "cost": np.nansum(list(spent.values()), axis=0),
            "lines_out": (self.shortage > _FLOAT_DUST).mean(axis=1),
            "lost_sales": mean["shortage"],
            "waste_units": mean["waste"],
        }


@dataclass(frozen=True, eq=False)
class _Joint:
    """By row x path: money; lines that lose sales, at all and after the arrival; units that expire."""

    cost: Quantities
    out: Quantities
    out_after_arrival: Quantities
    wasted: Quantities

    @classmethod
    def of(cls, units: _Units, money: Money, rows: slice) -> _Joint:
        """The joint of single lines."""
        return cls(
            units.cost(money, rows),
            (units.shortage > _FLOAT_DUST).astype(np.float64),
            (units.lost_after_arrival > _FLOAT_DUST).astype(np.float64),
            units.waste,
        )

    def add(self, other: _Joint, group: npt.NDArray[np.integer]) -> None:
        """Add each row of `other` to the row of its group, path by path."""
        for total, each in (
            (self.cost, other.cost),
            (self.out, other.out),
            (self.out_after_arrival, other.out_after_arrival),
            (self.wasted, other.wasted),
        ):
            np.add.at(total, group, each)

    def figures(self, tail_share: float) -> dict[str, Quantities]:
        """What does not add up: quantiles of money, and probabilities that anything happens."""
        quantiles = sample_quantiles(self.cost, tuple(_COST_QUANTILES.values()))
        return {
            **dict(zip(_COST_QUANTILES, quantiles, strict=True)),
            "cost_cvar": conditional_value_at_risk(self.cost, tail_share),
            "stockout_probability": (self.out > 0).mean(axis=1),
            "stockout_probability_after_arrival": (self.out_after_arrival > 0).mean(axis=1),
            "waste_probability": (self.wasted > _FLOAT_DUST).mean(axis=1),
        }


@dataclass(frozen=True, eq=False)
class _Board:
    """All that is played: lines in their order with their stock, receipts (the orders too) and money."""

    lines: pd.DataFrame
    demand: Quantities
    at: npt.NDArray[np.intp]
    shelf: Shelf
    receipts: Quantities
    money: Money

    def until(
        self, name: str, periods: npt.NDArray[np.int64], tail_share: float
    ) -> tuple[pd.DataFrame, dict[str, Quantities]]:
        """The rows of lines, suppliers and currencies; and the joint cost of each currency."""
        paths = self.demand.shape[1]
        lines = self.lines.assign(lines=1, periods=periods, purchase=self.lines["amount"])
        suppliers = lines.groupby(list(_SUPPLIER), sort=False)
        of_line = suppliers.ngroup().to_numpy()
        by_path = _Joint(*np.zeros((4, suppliers.ngroups, paths)))
        blocks = []
        for rows in parts(len(lines), paths):
            units = _Units.of(self._play(rows), lines["lead_time"].to_numpy()[rows], periods[rows])
            each = _Joint.of(units, self.money, rows)
            by_path.add(each, of_line[rows])
            blocks.append(lines[rows].assign(**units.expected(self.money, rows), **each.figures(tail_share)))
        by_line = pd.concat(blocks)
        by_supplier = _added(by_line, list(_SUPPLIER)).assign(**by_path.figures(tail_share))
        total = _added(by_line, ["currency"])
        in_all = _Joint(*np.zeros((4, len(total), paths)))
        in_all.add(by_path, by_supplier.groupby("currency", sort=False).ngroup().to_numpy())
        total = total.assign(**in_all.figures(tail_share))
        scopes = {"line": by_line, "supplier": by_supplier, "total": total}
        table = pd.concat([rows.assign(scope=scope, until=name) for scope, rows in scopes.items()])
        return table, dict(zip(total["currency"], in_all.cost, strict=True))

    def _play(self, rows: slice) -> Simulation:
        lines = self.lines.iloc[rows]
        floor = lines["floor"].to_numpy(dtype=np.float64)
        order = lines["order_quantity"].to_numpy(dtype=np.float64)
        not_for_sale = np.minimum(floor, self.shelf.on_hand[rows])
        receipts = self.receipts[rows].copy()
        receipts[np.arange(len(lines)), lines["lead_time"]] += np.maximum(order - (floor - not_for_sale), 0)
        return simulate(
            self.demand[self.at[rows]],
            on_hand=self.shelf.on_hand[rows] - not_for_sale,
            expiring=self.shelf.expiring[rows],
            receipts=receipts,
            rules=StockRules(shelf_life=whole_shelf_life(lines["shelf_periods"].to_numpy(np.float64))),
        )


def _receipts(
    lines: pd.DataFrame, open_orders: pd.DataFrame, *, cutoff: pd.Timestamp, horizon: int, freq: str
) -> Quantities:
    """Line x period: what is on order; what has no date comes with the order of its line."""
    open_ = receipts_from(open_orders, tuple(lines["unique_id"]), cutoff=cutoff, horizon=horizon, freq=freq)
    receipts = open_.due.copy()
    receipts[np.arange(len(lines)), lines["lead_time"]] += open_.undated
    return receipts


def _added(by_line: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What lines add up to; sums leave out what is not stated."""
    groups = by_line.groupby(keys, sort=False)
    return groups[list(_ADDED)].sum().assign(periods=groups["periods"].max()).reset_index()


def _notes(lines: pd.DataFrame, money: Money) -> tuple[str, ...]:
    return tuple(
        f"{int(np.isnan(money[cause]).sum())} of {len(lines)} lines have no {column}: "
        f"the cost at risk leaves out their {cause}."
        for cause, column in _CAUSES.items()
        if np.isnan(money[cause]).any()
    )
