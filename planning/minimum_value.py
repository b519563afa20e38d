"""A supplier's minimum order value: raised, bought elsewhere, gone below or waited for, as costs least."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from planning.coupling import (
    CENT_DUST,
    Group,
    free_lines,
    group,
    priced_value,
    quantities,
    with_coupling,
)
from planning.explanations import periods
from planning.line_decisions import DecidedLines, Known, by_themselves
from planning.line_money import situation_of
from planning.order_economics import Integers, order_cost
from planning.plan import Exceptions, PlanSettings

RAISED: Final = "raised, to reach the minimum order value of {supplier_id}, by {units}"
WAITED: Final = "{units} fewer, to wait for an order that {supplier_id} accepts"


@dataclass(frozen=True, eq=False)
class _Way:
    """One way to deal with a minimum: its words, its expected money, and what is then ordered.

    elsewhere: unique_ids that go to another supplier. fee: money for going below, which is in the cost.
    """

    words: str
    cost: float
    quantity: Integers
    raises: bool = False
    elsewhere: frozenset[str] = frozenset()
    fee: float = 0.0

    @property
    def money(self) -> str:
        """Its cost in words."""
        return f"{self.cost:,.2f}" + (f", of which {self.fee:,.2f} for going below" if self.fee else "")


def at_supplier_minimums(
    decided: DecidedLines, others: pd.DataFrame, known: Known, exceptions: Exceptions
) -> DecidedLines:
    """Every order below its supplier's minimum_order_value, as is cheapest in expected money.

    Raised: by whole packs, no line below what it orders by itself, with what sells within `longest_cover` and
    the shelf life, at the least holding and waste. Below: as needed, at `below_minimum` for every money that
    is missing. Elsewhere: what another supplier offers too is ordered there, where that order is accepted,
    and the rest waits. Waited: nothing now, and sales are lost. All are compared over the reviews until an
    order that waits would reach the minimum by what sells meanwhile. Equally cheap ways in this order. What
    is chosen, and what the others would cost, is said.

    others: `sourcing.SOURCING_COLUMNS`, what other suppliers offer, the best first.
    """
    lines, settings = decided.lines, known.settings
    value = priced_value(lines)
    totals = pd.Series(value).groupby(lines["supplier_id"].to_numpy()).sum()
    minimum = lines.groupby("supplier_id")["minimum_order_value"].first()
    below = minimum[(minimum > 0) & (totals > 0) & (totals < minimum - CENT_DUST)]
    exceptions.extend(_unpriced(lines[lines["minimum_order_value"] > 0]))
    if below.empty:
        return decided
    moved = _moved(lines[lines["supplier_id"].isin(below.index)], others, known)
    most, gone = useful(lines, settings), frozenset[str]()
    for supplier_id, least in zip(below.index.astype(str), below.to_numpy(np.float64), strict=True):
        own = (lines["supplier_id"] == supplier_id).to_numpy()
        free = own & free_lines(lines).to_numpy()
        needed, fixed = float(totals[supplier_id]), float(value[own & ~free].sum())
        stated = f"supplier minimum not reached: {needed:,.2f} needed of {least:,.2f}"
        if not (free & (value > 0)).any():
            sentence = f"{stated}; what is pinned or has no price is ordered as it is: ask the supplier"
            exceptions.append(("", supplier_id, sentence))
            continue
        together = group(lines, np.flatnonzero(free), decided.situation, most, known.tiers)
        reviews = _reviews(together, least - needed, settings)
        ways = [
            *_raised(together, least - fixed, reviews),
            _below(together, least - needed, reviews, settings),
        ]
        if not (lines["order_quantity"].to_numpy()[own & ~free] > 0).any():
            ways.extend(_elsewhere(together, moved, totals, reviews))
            ways.append(_waiting(together, reviews))
        chosen = min(ways, key=lambda way: round(way.cost, 6))
        gone |= chosen.elsewhere
        lines = with_coupling(
            lines, together.rows, chosen.quantity, RAISED if chosen.raises else WAITED, known.tiers
        )
        span = f" over {periods(reviews * settings.review_period, known.freq)}" if reviews > 1 else ""
        sentence = f"{stated}; {chosen.words}: expected cost{span} {chosen.money}"
        rest = "; ".join(f"{way.words} {way.money}" for way in ways if way is not chosen)
        if rest:
            sentence += f" ({rest})"
        if not ways[0].raises:
            cover = periods(settings.longest_cover, known.freq)
            sentence += f"; what is missing would not sell within {cover} or the shelf life"
        exceptions.append(("", supplier_id, sentence))
    return _joined(replace(decided, lines=lines), moved, gone, known)


def _moved(lines: pd.DataFrame, others: pd.DataFrame, known: Known) -> DecidedLines | None:
    """Lines that order something as the best of the other suppliers would deliver them."""
    ordered = lines.loc[(lines["order_quantity"] > 0) & ~lines["is_pinned"], ["unique_id", "supplier_id"]]
    best = others[others["unique_id"].isin(ordered["unique_id"])].drop_duplicates("unique_id")
    if best.empty:
        return None
    moved = by_themselves(best, known, [])
    first = ordered.set_index("unique_id")["supplier_id"].reindex(moved.lines["unique_id"])
    return replace(moved, lines=moved.lines.assign(instead_of=first.to_numpy()))


def _joined(
    decided: DecidedLines, moved: DecidedLines | None, gone: frozenset[str], known: Known
) -> DecidedLines:
    """The lines with those that are ordered elsewhere in the place of what they were."""
    if moved is None or not gone:
        return decided
    stay = decided.lines[~decided.lines["unique_id"].isin(gone)]
    lines = pd.concat([stay, moved.lines[moved.lines["unique_id"].isin(gone)]])
    lines = lines.sort_values(["supplier_id", "unique_id"], kind="stable", ignore_index=True)
    situation = situation_of(lines, known.paths, known.shelf, known.receipts, known.freq)
    return DecidedLines(lines, situation)


def useful(lines: pd.DataFrame, settings: PlanSettings) -> Integers:
    """The most of each line that sells within `longest_cover` and the shelf life."""
    cover = lines["shelf_periods"].fillna(np.inf).clip(upper=settings.longest_cover)
    return np.asarray((cover * lines["rate"] - lines["arrival"]).clip(lower=0), dtype=np.int64)


def _unpriced(lines: pd.DataFrame) -> Exceptions:
    without = lines[lines["unit_cost"].isna() & (lines["order_quantity"] > 0)]
    reason = "has no unit_cost, so it does not count towards the supplier's minimum: complete its terms"
    named = zip(without["unique_id"], without["supplier_id"], strict=True)
    return [(str(name), str(supplier_id), reason) for name, supplier_id in named]


def _reviews(together: Group, missing: float, settings: PlanSettings) -> int:
    """After how many reviews an order that waits would reach the minimum, within `longest_cover`."""
    price, rate = (
        together.lines["unit_cost"].to_numpy(np.float64),
        together.lines["rate"].to_numpy(np.float64),
    )
    review_period = int(together.situation.review_period.max())
    sold = float(price @ rate) * review_period
    most = max(settings.longest_cover // review_period, 1)
    return most if sold * most <= missing else max(math.ceil(missing / sold), 1)


def _raised(together: Group, least: float, reviews: int) -> list[_Way]:
    """At most one way: none where what is useful does not reach the minimum."""
    price = together.lines["unit_cost"].to_numpy(np.float64)
    if float(together.curves.most[:, 0] @ price) < least - CENT_DUST:
        return []
    plan = together.solved({str(together.lines["supplier_id"].iloc[0]): least}, never_less=True)
    if plan.slacks:
        return []
    quantity = quantities(plan)
    more = float(plan.evaluation.order_value.sum()) - float(together.quantity @ price)
    saved = float(quantity @ price) - float(plan.evaluation.order_value.sum())
    cost = float(together.money(quantity, reviews).sum()) - saved
    return [_Way(f"order raised by {more:,.2f}", cost, quantity, raises=True)]


def _below(together: Group, missing: float, reviews: int, settings: PlanSettings) -> _Way:
    """As needed at each review."""
    fee = settings.below_minimum * missing * reviews
    cost = float(together.money(together.quantity).sum()) * reviews + fee
    return _Way("ordered as needed", cost, together.quantity, fee=fee)


def _waiting(together: Group, reviews: int) -> _Way:
    nothing = np.zeros_like(together.quantity)
    return _Way("nothing ordered now", float(together.money(nothing, reviews).sum()), nothing)


def _elsewhere(
    together: Group, moved: DecidedLines | None, totals: pd.Series[float], reviews: int
) -> list[_Way]:
    """At most one way: what another supplier accepts goes there at each review, and the rest waits."""
    if moved is None:
        return []
    ordered = together.lines[together.quantity > 0].set_index("unique_id")
    at = np.flatnonzero(
        moved.lines["unique_id"].isin(ordered.index)
        & (moved.lines["order_quantity"] > 0)
        & moved.lines["unit_cost"].notna()
    )
    there = moved.lines.iloc[at]
    value = pd.Series(priced_value(there)).groupby(there["supplier_id"].to_numpy()).transform("sum")
    before = there["supplier_id"].map(totals).fillna(0.0).to_numpy()
    accepted = value.to_numpy() + before >= there["minimum_order_value"].to_numpy() - CENT_DUST
    at, there = at[accepted], there[accepted]
    if there.empty:
        return []
    here = ordered.loc[there["unique_id"]]
    quantity = there["order_quantity"].to_numpy(np.float64)
    money = order_cost(moved.situation.of(at), quantity[:, None]).money.sum()
    dearer = (there["unit_cost"].to_numpy() - here["unit_cost"].to_numpy()) @ quantity
    sooner = here["lost_before_arrival"].to_numpy() - there["lost_before_arrival"].to_numpy()
    money += dearer - float(sooner @ here["shortage_price"].to_numpy())
    nothing = np.zeros_like(together.quantity)
    waits = ~together.lines["unique_id"].isin(there["unique_id"]).to_numpy()
    cost = float(money * reviews + together.money(nothing, reviews)[waits].sum())
    names = " and ".join(sorted(there["supplier_id"].unique()))
    return [_Way(f"ordered from {names}", cost, nothing, elsewhere=frozenset(there["unique_id"]))]
