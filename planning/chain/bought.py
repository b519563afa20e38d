"""What must be bought now for stores and plants: lines of purchase orders, each with its reason."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd

from intake.periods import following, period_end
from planning.chain.hurried import hurried
from planning.chain.quantities import DECIMALS
from planning.chain.quantities import quantity as told
from planning.explanations import day, periods
from planning.materials.material_plan import EXPEDITE_COLUMNS
from planning.materials.netting import Netting, Quantities, Rules, Supply, net
from planning.order_days import on_order_days
from planning.plan import IDENTITY, LINE_COLUMNS, Exceptions
from planning.sourcing import choose_terms

PARTS: Final = 1000
"""Components are bought in thousandths of a unit: sourcing and packs count whole ones, and half a kilogram is
a bottle."""

_CENT_DUST: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Bought:
    """What is bought, by row of `offers`, all in the period order of `ds`.

    offers: as `component_offers` gives them. gross: units required. supply, rules, netting: what there is,
    how it is ordered, what must arrive. released: units ordered in each period. service_level: behind the
    safety stock. causes: what the units required within the interval are for, in words.
    """

    offers: pd.DataFrame
    ds: pd.DatetimeIndex
    gross: Quantities
    supply: Supply
    rules: Rules
    netting: Netting
    released: Quantities
    service_level: Quantities
    causes: tuple[str, ...]


Part = TypeVar("Part", Supply, Rules, Netting)


def joined(first: Part, second: Part) -> Part:
    """The rows of one and then of the other."""
    return type(first)(
        *(np.concatenate(each) for each in zip(vars(first).values(), vars(second).values(), strict=True))
    )


def component_offers(
    unique_id: tuple[str, ...],
    *,
    items: pd.DataFrame,
    suppliers: pd.DataFrame,
    terms: pd.DataFrame,
    cutoff: pd.Timestamp,
    freq: str,
    review_period: int,
) -> tuple[pd.DataFrame, Exceptions]:
    """The supplier and terms of things that are not sold, chosen as in `choose_terms`, with order_date and
    lead_time of the next order day; packs may be broken.

    Terms may name the `component` without a location. Without a pack_size whole units are bought.
    """
    named = terms.reindex(columns=[*dict.fromkeys([*terms.columns, "product", "component", "pack_size"])])
    product = named["product"].fillna("").where(lambda words: words != "", named["component"])
    scaled = named.assign(product=product, pack_size=named["pack_size"].fillna(1.0) * PARTS)
    for column in ("minimum_order_quantity", "unit_factor"):
        if column in scaled:
            scaled[column] = scaled[column] * PARTS
    sourcing = choose_terms(unique_id, items=items, suppliers=suppliers, terms=scaled, freq=freq)
    frame = sourcing.frame
    in_units = {column: frame[column] / PARTS for column in ("pack_size", "minimum_order_quantity")}
    factor = frame["unit_factor"].where(frame["unit_factor"] == 1, frame["unit_factor"] / PARTS)
    exceptions = list(sourcing.exceptions)
    frame = on_order_days(
        frame.assign(unit_factor=factor, **in_units),
        cutoff=cutoff,
        freq=freq,
        review_period=review_period,
        exceptions=exceptions,
    )
    return frame, exceptions


def order_lines_of(
    bought: Bought,
    *,
    plan_id: str,
    cutoff: pd.Timestamp,
    freq: str,
    review_period: int,
    longest_cover: int,
) -> tuple[pd.DataFrame, Exceptions]:
    """`plan.LINE_COLUMNS` of everything that is bought, also where nothing is ordered now, and exceptions.

    What is released before the next decision is ordered now. The terms of `plan.IDENTITY` add up to
    order_quantity, in units of at most three decimals: forecast is what is required over lead time + review
    period; safety_stock also holds what is required before receipts come that arrive later in the interval.
    An order below its supplier's minimum value is raised by whole packs of what the plan orders next, where
    that is enough within `longest_cover` periods and is used before it expires. What is required before an
    order of now can come is an exception.
    """
    exceptions: Exceptions = []
    offers, horizon = bought.offers, len(bought.ds)
    lead = bought.rules.lead_time
    interval = np.minimum(lead + review_period, horizon)
    inside = np.arange(horizon) < interval[:, None]
    gross = _rounded((bought.gross * inside).sum(axis=1))
    used_up = np.arange(horizon) < interval[:, None] - 1  # what expires at the interval's end was there
    expired = _rounded((bought.netting.expired * used_up).sum(axis=1))
    on_hand = _rounded(bought.supply.on_hand + bought.supply.expiring.sum(axis=1)) - expired
    on_order = _rounded((bought.supply.receipts * inside).sum(axis=1))
    supply = hurried(bought.gross, bought.supply, bought.rules)
    lacking = _lacking(bought, supply, bought.rules.safety_stock)
    required = _rounded(np.where(inside, lacking, 0.0).max(axis=1))
    pack = np.where(bought.rules.pack_size > 0, bought.rules.pack_size, 1.0 / PARTS)
    quantity = _rounded((bought.released * (np.arange(horizon) < review_period)).sum(axis=1))
    packed = _rounded(np.ceil(required / pack - 1e-6) * pack)
    position = on_hand + on_order
    stated = _rounded(bought.rules.safety_stock)
    safety = np.where(required > 0, required - gross + position, stated)
    not_below_zero = np.where(required > 0, 0.0, position - gross - stated)
    coupling = _coupled(bought, quantity, pack, review_period, longest_cover, freq, exceptions)
    first = offers["supplier_id"].map(lambda supplier_id: f"{plan_id}-{supplier_id}")
    dates = following(cutoff, int(max(lead.max(initial=0) + 1, horizon)), freq)
    lines = offers.assign(**dict.fromkeys((name for name, _ in IDENTITY), 0.0)).assign(
        purchase_order=first.where(quantity + coupling > 0, ""),
        lead_time=lead,
        review_period=review_period,
        on_hand=on_hand,
        on_order=on_order,
        inventory_position=position,
        forecast=gross,
        safety_stock=safety,
        order_up_to_level=gross + safety,
        expected_lost_sales=0.0,
        expected_waste=expired,
        not_below_zero=not_below_zero,
        pack_rounding=np.where(quantity > 0, packed - required, 0.0),
        minimum_rounding=np.where(quantity > 0, quantity - packed, 0.0),
        coupling=coupling,
        order_quantity=quantity + coupling,
        amount=((quantity + coupling) * offers["unit_cost"]).round(2),
        critical_ratio=bought.service_level,
        due_date=dates[lead],
        interval_end=period_end(dates, freq)[interval - 1],
        interval=interval,
        cause=list(bought.causes),
    )
    numbers = [name for name, _ in IDENTITY] + ["on_hand", "on_order", "order_quantity", "order_up_to_level"]
    lines = lines.assign(**{name: _rounded(lines[name].to_numpy(dtype=np.float64)) for name in numbers})
    lines = lines.assign(explanation=[_explained(row, freq) for row in lines.to_dict("records")])
    exceptions += _to_hurry(bought, dates)
    lines = lines.reindex(columns=list(LINE_COLUMNS))
    return lines.sort_values(["supplier_id", "unique_id"], ignore_index=True), exceptions


def _lacking(bought: Bought, supply: Supply, safety_stock: Quantities) -> Quantities:
    """Thing x period: what would be short by the period's end if nothing were ordered."""
    there = (supply.on_hand + supply.expiring.sum(axis=1))[:, None] + supply.receipts.cumsum(axis=1)
    gone = (bought.gross + bought.netting.expired).cumsum(axis=1) - bought.netting.expired
    short = gone + safety_stock[:, None] - there
    return np.where(short > 1e-6 * np.maximum(gone, 1.0), short, 0.0)


def _coupled(
    bought: Bought,
    quantity: Quantities,
    pack: Quantities,
    review_period: int,
    longest_cover: int,
    freq: str,
    exceptions: Exceptions,
) -> Quantities:
    """Units added so that each supplier's order has its minimum value: what would be ordered next, first."""
    offers, coupling = bought.offers.reset_index(drop=True), np.zeros(len(quantity))
    unit_cost = offers["unit_cost"].fillna(0.0).to_numpy(dtype=np.float64)
    life = np.where(bought.rules.shelf_life > 0, bought.rules.shelf_life, np.inf)
    useful = _useful(bought)
    for supplier_id, group in offers[offers["minimum_order_value"] > 0].groupby("supplier_id", sort=True):
        rows = group.index.to_numpy()
        minimum, asked = float(group["minimum_order_value"].iloc[0]), float(unit_cost[rows] @ quantity[rows])
        if not 0 < asked < minimum - _CENT_DUST:
            continue
        added, gap = np.zeros(len(rows)), minimum - asked
        for period in range(review_period, min(len(bought.ds), review_period + longest_cover)):
            for at, row in enumerate(rows.tolist()):
                later = bought.released[row, period]
                if gap > _CENT_DUST and unit_cost[row] > 0 and period < life[row]:
                    packs = np.ceil(gap / (unit_cost[row] * pack[row]) - _CENT_DUST)
                    room = np.floor((useful[row] - quantity[row] - added[at]) / pack[row] + _CENT_DUST)
                    added[at] += max(min(later, packs * pack[row], room * pack[row]), 0.0)
                    gap = minimum - asked - float(unit_cost[rows] @ added)
        said = f"supplier minimum not reached: {asked:,.2f} needed of {minimum:,.2f}"
        if gap > _CENT_DUST:
            reason = (
                f"{said}, and what is missing would not be used within {periods(longest_cover, freq)} or the "
                "shelf life; the order stays as needed: wait, agree on a smaller order, or order elsewhere"
            )
        else:
            coupling[rows] = added
            more = float(unit_cost[rows] @ added)
            reason = f"{said}; order raised by {more:,.2f} with what would be ordered next"
        exceptions.append(("", str(supplier_id), reason))
    return _rounded(coupling)


def _useful(bought: Bought) -> Quantities:
    """By thing, units of an order of now that are used before they expire: what lies there goes first."""
    things, rules = len(bought.offers), bought.rules
    nothing = np.zeros(things)
    as_needed = Rules(
        lead_time=rules.lead_time,
        minimum_order_quantity=nothing,
        pack_size=nothing,
        periods_covered=np.ones(things, dtype=np.int64),
        safety_stock=nothing,
        shelf_life=rules.shelf_life,
    )
    needed = net(bought.gross, bought.supply, as_needed).planned_receipts
    after = np.arange(needed.shape[1]) - rules.lead_time[:, None]
    good = (after >= 0) & (after < rules.shelf_life[:, None])
    return np.where(rules.shelf_life > 0, (needed * good).sum(axis=1), np.inf)


def expedite(bought: Bought) -> pd.DataFrame:
    """EXPEDITE_COLUMNS: what is required before an order of now can come, one row a thing.

    ds: the first period that goes short. quantity: units short in all before an order of now comes. late_by:
    periods by which an order of now comes too late.
    """
    short = _lacking(bought, bought.supply, np.zeros(len(bought.offers)))
    late = np.where(np.arange(len(bought.ds)) < bought.rules.lead_time[:, None], short, 0.0)
    at = np.flatnonzero(late.max(axis=1, initial=0.0) >= 10.0**-DECIMALS)
    first = (late[at] > 0).argmax(axis=1)
    return pd.DataFrame(
        {
            "unique_id": bought.offers["unique_id"].to_numpy()[at],
            "ds": bought.ds[first],
            "quantity": _rounded(late[at].max(axis=1, initial=0.0)),
            "late_by": bought.rules.lead_time[at] - first,
        },
        columns=list(EXPEDITE_COLUMNS),
    )


def _to_hurry(bought: Bought, dates: pd.DatetimeIndex) -> Exceptions:
    late = expedite(bought)
    at = pd.Index(bought.offers["unique_id"]).get_indexer(pd.Index(late["unique_id"]))
    rows: Exceptions = []
    for row, late_row in zip(at.tolist(), late.to_dict("records"), strict=True):
        offer, cause = bought.offers.iloc[row], bought.causes[row]
        reason = (
            f"expedite: {told(float(late_row['quantity']))} {offer['unit'] or 'units'} are required before "
            f"{day(dates[bought.rules.lead_time[row]])}, when an order of now comes, the first on "
            f"{day(late_row['ds'])}{': ' if cause else ''}{cause}; hurry it, or make less"
        )
        rows.append((str(offer["unique_id"]), str(offer["supplier_id"]), reason))
    return rows


def _explained(line: dict[Hashable, Any], freq: str) -> str:
    """Required + safety - there - on the way, then each rounding, and what it is for."""
    unit = f" {line['unit']}" if line["unit"] else ""
    required = (
        line["order_quantity"] - line["pack_rounding"] - line["minimum_rounding"] - line["coupling"]
    ) - line["not_below_zero"]
    said = (
        f"{told(line['forecast'])}{unit} required in {periods(line['interval'], freq)} to "
        f"{day(line['interval_end'])}{' for ' if line['cause'] else ''}{line['cause']}"
        f" {'-' if line['safety_stock'] < 0 else '+'} safety {told(abs(line['safety_stock']))} "
        f"(service level {round(100 * line['critical_ratio'], 1):g} %) - there {told(line['on_hand'])} "
        f"- on the way {told(line['on_order'])} = {told(required)}"
    )
    if not line["order_quantity"]:
        return f"{said}: nothing to order."
    steps, quantity = "" if required > 0 else ": nothing needed", max(required, 0.0)
    for column, words in (
        ("pack_rounding", "rounded up to {packs}"),
        ("minimum_rounding", "raised to the minimum quantity {minimum}"),
        (
            "coupling",
            "raised, to reach the minimum order value of {supplier}, by {coupling} that would come next",
        ),
    ):
        if line[column]:
            quantity += line[column]
            what = words.format(
                packs=_packs(line, quantity),
                minimum=told(line["minimum_order_quantity"]),
                coupling=told(line["coupling"]),
                supplier=line["supplier_id"],
            )
            steps += f"; {what} = {told(quantity)}"
    waste = (
        f" {told(line['expected_waste'])}{unit} of what is there expire before they are used."
        if line["expected_waste"]
        else ""
    )
    return f"{said}{steps}.{waste}"


def _packs(line: dict[Hashable, Any], quantity: float) -> str:
    if line["purchase_unit"] and line["unit_factor"] != 1:
        return (
            f"{told(quantity / line['unit_factor'])} x {line['purchase_unit']} of {told(line['unit_factor'])}"
        )
    count = quantity / line["pack_size"]
    return f"{told(count)} pack{'' if count == 1 else 's'} of {told(line['pack_size'])}"


def _rounded(units: Quantities) -> Quantities:
    return np.asarray(np.round(units, DECIMALS) + 0.0, dtype=np.float64)
