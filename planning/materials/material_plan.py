"""Material requirements planning: what is required, exploded through bills of materials and netted level by
level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from intake.errors import InputError
from intake.periods import following, period_number
from planning.inventory_position import Receipts, Shelf, receipts_from, shelf_from
from planning.materials.bill_of_materials import BillOfMaterials, bill_of_materials
from planning.materials.netting import Netting, Quantities, Rules, Supply, net

RECORD_COLUMNS: Final = (
    "unique_id",
    "ds",
    "gross_requirements",
    "receipts",
    "net_requirements",
    "planned_receipts",
    "planned_releases",
    "on_hand",
    "expired",
)
EXPEDITE_COLUMNS: Final = ("unique_id", "ds", "quantity", "late_by")
EXCEPTION_COLUMNS: Final = ("unique_id", "ds", "quantity", "reason")

Schedule = Callable[[tuple[str, ...], Quantities, Supply, Rules], Netting]
"""Names of one low-level code, their gross requirements, supply and rules -> what must arrive, as `net`."""


@dataclass(frozen=True, eq=False)
class MaterialPlan:
    """The MRP records of everything in `bill`, arrays by thing x period in the order of bill.unique_id.

    independent: units required from outside. gross_requirements: those and what planned releases of parents
    need. supply, rules: what the plan was made with. netting: what must arrive, what is left.
    planned_releases: units to order or start in the period; what should have been released before the first
    is in the first. expedite: unique_id, ds (when the planned receipt is needed), quantity, late_by
    (periods for which its release is too late). exceptions: unique_id, ds, quantity, reason; what the plan
    met and could not take as it stands.
    """

    bill: BillOfMaterials
    ds: pd.DatetimeIndex
    independent: Quantities
    gross_requirements: Quantities
    supply: Supply
    rules: Rules
    netting: Netting
    planned_releases: Quantities
    expedite: pd.DataFrame
    exceptions: pd.DataFrame

    def records(self) -> pd.DataFrame:
        """The columns of RECORD_COLUMNS, a row for each thing and period, things by low-level code."""
        things, periods = self.gross_requirements.shape
        return pd.DataFrame(
            {
                "unique_id": np.repeat(np.array(self.bill.unique_id, dtype=object), periods),
                "ds": np.tile(self.ds.to_numpy(), things),
                "gross_requirements": self.gross_requirements.reshape(-1),
                "receipts": self.supply.receipts.reshape(-1),
                "net_requirements": self.netting.net_requirements.reshape(-1),
                "planned_receipts": self.netting.planned_receipts.reshape(-1),
                "planned_releases": self.planned_releases.reshape(-1),
                "on_hand": self.netting.on_hand.reshape(-1),
                "expired": self.netting.expired.reshape(-1),
            }
        )


def plan_materials(
    links: pd.DataFrame,
    gross_requirements: pd.DataFrame,
    *,
    materials: pd.DataFrame,
    stock: pd.DataFrame,
    open_orders: pd.DataFrame,
    cutoff: pd.Timestamp,
    horizon: int,
    freq: str,
    schedule: Schedule | None = None,
) -> MaterialPlan:
    """Explode, net, size lots and offset by lead times over the `horizon` periods after `cutoff`.

    links: as in `bill_of_materials`. gross_requirements: unique_id, ds, quantity, what is required from
    outside, of products and of components. materials: unique_id and any of lead_time,
    minimum_order_quantity, pack_size, periods_covered, safety_stock, shelf_life as in `Rules`; what it does
    not name is made or ordered at once, lot for lot, and keeps. stock: unique_id, on_hand, expiry,
    quarantine as in `shelf_from`; open_orders: unique_id, quantity, due as in `receipts_from`; of both only
    what is in the links or required counts. schedule: what decides when things arrive in place of `net`, such
    as what knows capacities; things of one low-level code at a time, parents first.

    Level by level, so that a component is netted once all its parents are: what a parent's planned order
    needs is required in the period of its release, so many periods before its receipt as its lead time has.
    A release that should have been before the first period is made in the first and stands in `expedite`.
    Orlicky, Material Requirements Planning, ch. 4; Heizer & Render, Operations Management, ch. 14.

    A loop in the bill, a number that cannot be or a thing that `materials` names twice raises InputError.
    """
    bill = bill_of_materials(links, gross_requirements["unique_id"].astype(str))
    ds = following(cutoff, horizon, freq)
    independent, outside = _independent(gross_requirements, bill, ds, freq)
    shelf = shelf_from(stock, bill.unique_id, cutoff=cutoff, horizon=horizon, freq=freq)
    due = receipts_from(open_orders, bill.unique_id, cutoff=cutoff, horizon=horizon, freq=freq)
    supply, rules = Supply(shelf.on_hand, shelf.expiring, due.due), _rules(materials, bill)

    gross, released = independent.copy(), np.zeros_like(independent)
    parts = []
    for code in range(max(bill.levels, 1)):
        rows = bill.rows(code)
        asked = gross[rows], supply.of(rows), rules.of(rows)
        parts.append(net(*asked) if schedule is None else schedule(bill.unique_id[rows], *asked))
        released[rows] = _offset(parts[-1].planned_receipts, rules.of(rows))
        gross += bill.requirements_of(code) @ released[rows]
    netting = Netting(
        *(np.concatenate(each) for each in zip(*(vars(part).values() for part in parts), strict=True))
    )
    return MaterialPlan(
        bill,
        ds,
        independent,
        gross,
        supply,
        rules,
        netting,
        released,
        _expedite(netting.planned_receipts, bill, rules, ds),
        pd.concat(
            [outside, _about_supply(bill, shelf, due, ds), _expired(netting.expired, bill, ds)],
            ignore_index=True,
        ),
    )


def _independent(
    required: pd.DataFrame, bill: BillOfMaterials, ds: pd.DatetimeIndex, freq: str
) -> tuple[Quantities, pd.DataFrame]:
    """Units by thing x period; what is required before the first period counts there, after the last
    nowhere."""
    quantity = required["quantity"].to_numpy(dtype=np.float64)
    if not (np.isfinite(quantity) & (quantity >= 0)).all():
        wrong = required.iloc[int(np.argmin(np.isfinite(quantity) & (quantity >= 0)))]
        raise InputError(
            f"'{wrong['unique_id']}' has a requirement of {wrong['quantity']}; it must be a number and not "
            "negative",
            column="quantity",
        )
    independent = np.zeros((len(bill.unique_id), len(ds)))
    if not len(required) or not len(ds):
        return independent, _exceptions(required.iloc[:0], "")
    at = pd.Index(bill.unique_id).get_indexer(pd.Index(required["unique_id"].astype(str)))
    period = period_number(pd.to_datetime(required["ds"]), freq) - period_number(ds[0], freq)
    inside = period < len(ds)
    np.add.at(independent, (at[inside], np.maximum(period[inside], 0)), quantity[inside])
    return independent, pd.concat(
        [
            _exceptions(required[period < 0], "required before the first period; planned for the first"),
            _exceptions(required[~inside], "required after the last period; not planned"),
        ],
        ignore_index=True,
    )


def _rules(materials: pd.DataFrame, bill: BillOfMaterials) -> Rules:
    """The rules of everything in the bill; a blank is the rule of what is not named."""
    twice = materials["unique_id"].duplicated()
    if twice.any():
        raise InputError(f"'{materials.loc[twice, 'unique_id'].iloc[0]}' has two rows of rules; keep one")
    named = materials.set_index(materials["unique_id"].astype(str)).reindex(list(bill.unique_id))

    def numbers(name: str, blank: float) -> Quantities:
        if name not in named:
            return np.full(len(named), blank)
        return np.asarray(named[name].astype("float64").fillna(blank), dtype=np.float64)

    def whole(name: str, blank: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        given = numbers(name, blank)
        if not (given == np.round(given)).all():
            wrong = bill.unique_id[int(np.argmax(given != np.round(given)))]
            raise InputError(f"'{wrong}' has a {name} that is not in whole periods; round it up", column=name)
        return given.astype(np.int64)

    return Rules(
        lead_time=whole("lead_time", 0),
        minimum_order_quantity=numbers("minimum_order_quantity", 0.0),
        pack_size=numbers("pack_size", 0.0),
        periods_covered=whole("periods_covered", 1),
        safety_stock=numbers("safety_stock", 0.0),
        shelf_life=whole("shelf_life", 0),
    )


def _offset(planned_receipts: Quantities, rules: Rules) -> Quantities:
    """The same units, each thing's lead time earlier and never before the first period."""
    thing, period = np.nonzero(planned_receipts)
    released = np.zeros_like(planned_receipts)
    earlier = np.maximum(period - rules.lead_time[thing], 0)
    np.add.at(released, (thing, earlier), planned_receipts[thing, period])
    return released


def _expedite(
    planned_receipts: Quantities, bill: BillOfMaterials, rules: Rules, ds: pd.DatetimeIndex
) -> pd.DataFrame:
    """Planned receipts that are needed before a release in the first period could bring them."""
    too_early = np.arange(len(ds)) < rules.lead_time[:, None]
    thing, period = np.nonzero(too_early & (planned_receipts > 0))
    return pd.DataFrame(
        {
            "unique_id": np.array(bill.unique_id, dtype=object)[thing],
            "ds": ds[period],
            "quantity": planned_receipts[thing, period],
            "late_by": rules.lead_time[thing] - period,
        },
        columns=list(EXPEDITE_COLUMNS),
    )


def _exceptions(rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    return rows[["unique_id", "ds", "quantity"]].assign(reason=reason).reset_index(drop=True)


def _about_supply(bill: BillOfMaterials, shelf: Shelf, due: Receipts, ds: pd.DatetimeIndex) -> pd.DataFrame:
    """What of stock and open orders does not count, or not as it stands."""
    names = np.array(bill.unique_id, dtype=object)
    parts = []
    for units, reason in (
        (-shelf.negative, "on hand is negative and counts as 0"),
        (shelf.unusable, "on hand and not usable: expired or in quarantine"),
        (due.undated, "on order without a due date; does not count"),
        (due.overdue, "on order and overdue; taken to arrive in the first period"),
    ):
        rows = np.flatnonzero(units > 0)
        first = ds[0] if len(ds) else pd.NaT
        parts.append(
            _exceptions(
                pd.DataFrame({"unique_id": names[rows], "ds": first, "quantity": units[rows]}), reason
            )
        )
    return pd.concat(parts, ignore_index=True)


def _expired(expired: Quantities, bill: BillOfMaterials, ds: pd.DatetimeIndex) -> pd.DataFrame:
    thing, period = np.nonzero(expired > 0)
    names = np.array(bill.unique_id, dtype=object)[thing]
    rows = pd.DataFrame({"unique_id": names, "ds": ds[period], "quantity": expired[thing, period]})
    return _exceptions(rows, "expires before it is used")
