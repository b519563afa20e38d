"""Why this plan orders more or less of each series than the last one: causes that add up to the unit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from intake.errors import InputError
from planning.plan import IDENTITY

CAUSES: Final = (
    "sales",
    "last_order",
    "not_ordered",
    "counted",
    "lost_before_arrival",
    "forecast",
    "uncertainty",
    "parameters",
    "rounding",
    "surplus",
    "assortment",
)
DIFFERENCE_COLUMNS: Final = (
    *("supplier_id", "unique_id", "previous_quantity", "order_quantity", "change"),
    *CAUSES,
    "explanation",
)
_PACKED: Final = ("pack_rounding", "minimum_rounding")
_ROUNDINGS: Final = {
    "pack_rounding": "packs",
    "minimum_rounding": "minimum quantity",
    "perishing": "what would expire",
    "price_break": "price break",
    "coupling": "minimum order value",
    "pinned": "pin",
}
_OF_THEIR_OWN: Final = (
    *("forecast", "safety_stock", "inventory_position", "expected_lost_sales", "floor", "not_below_zero"),
    *_PACKED,
)
_PARAMETERS: Final = {
    "supplier_id": "supplier",
    "lead_time": "lead time",
    "review_period": "review period",
    "critical_ratio": "service",
    "pack_size": "pack",
    "minimum_order_quantity": "minimum quantity",
    "floor": "floor",
}
_TIMES: Final = ("lead_time", "review_period")
_SIZES: Final = ("pack_size", "minimum_order_quantity")
_FLOAT_DUST: Final = 1e-9
_MOST_SAID: Final = 5
_WORDS: Final = {
    "sales": ("more sold than forecast ({sold}, not {expected})", "less sold ({sold}, not {expected})"),
    "last_order": (
        "to sell since ({expected}) beyond the last order ({previous_quantity})",
        "in the last order ({previous_quantity}) beyond what was to sell ({expected})",
    ),
    "not_ordered": ("of the last plan not ordered", "ordered beyond the last plan"),
    "counted": ("missing from count or open orders", "found in count or open orders"),
    "lost_before_arrival": ("no longer lost before the order arrives", "lost before the order arrives"),
    "forecast": ("higher forecast{remark}", "lower forecast{remark}"),
    "uncertainty": ("less certain forecast", "more certain forecast"),
    "parameters": ("{parameters}", "{parameters}"),
    "rounding": ("{rounding}", "{rounding}"),
    "surplus": ("too many now, which no order takes back", "too many last time, used up since"),
    "assortment": ("newly planned", "no longer planned"),
}
"""Words for a cause that adds units, and for one that takes some away."""


def difference(
    previous: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    sales: pd.DataFrame,
    previous_forecast: pd.DataFrame,
    forecast: pd.DataFrame,
    ordered: Mapping[str, float] | None = None,
    remarks: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """DIFFERENCE_COLUMNS, one row per series that either plan has: change = the sum of CAUSES, in units.

    previous, lines: `plan.LINE_COLUMNS` of both plans, with issued_quantity where one is a revision; what
    was issued under a revision counts as its order. previous_forecast, forecast: mean demand by unique_id
    (rows) and ds (columns), from the first period after each cutoff on. sales: unique_id, ds, y; those
    between the cutoffs count; where y is missing, the forecast does. ordered: units of the last plan that
    were really ordered, by unique_id; all of them where not given. remarks: by unique_id, why its forecast
    changed. InputError unless this plan's forecast starts later.

    q is the order, I the inventory position. The book says I(last) + ordered - sold is there now:

        sales   = sold - expected           last_order = expected - q(last)
        counted = the book - I(now)         not_ordered = q(last) - ordered

    add up to the fall of I. forecast: by how much it rose for the last plan's interval. uncertainty: by how
    much the safety stock rose. lost_before_arrival, surplus (not below zero) and rounding (packs, minimums,
    coupling, pins and all other terms): the rise of these. Where parameters changed, what they govern counts
    as `parameters` instead: lead time and review period govern the length of the interval, what is lost
    before arrival and, with the critical ratio, the safety stock; pack and minimum quantity govern their
    rounding; the floor is one itself. assortment: all of a line that only one plan has.
    """
    start = pd.DatetimeIndex(forecast.columns).min()
    between = previous_forecast.columns[pd.DatetimeIndex(previous_forecast.columns) < start]
    if between.empty:
        raise InputError("both plans are of the same week; compare with one that was decided earlier")
    before, now = _terms(previous), _terms(lines)
    ids = before.index.intersection(now.index)
    old, new = before.loc[ids], now.loc[ids]
    predicted = previous_forecast.reindex(ids)[between].fillna(0.0)
    expected, sold = _whole(predicted.sum(axis=1)), _whole(_sold(sales, predicted, start))
    placed = old["quantity"] if ordered is None else _whole(ids.to_series().map(ordered).fillna(0.0))
    parts = _of_position(old, new, sold=sold, expected=expected, placed=placed).join(
        _of_requirement(old, new, _over_interval(forecast.reindex(ids), old, new))
    )
    either = before.index.union(now.index)
    supplier_id = now["supplier_id"].combine_first(before["supplier_id"])
    told = pd.DataFrame(
        {
            "previous_quantity": before["quantity"].reindex(either, fill_value=0),
            "order_quantity": now["quantity"].reindex(either, fill_value=0),
        }
    ).join(parts.reindex(either, fill_value=0))
    told = told.assign(
        supplier_id=supplier_id, change=told["order_quantity"] - told["previous_quantity"], unique_id=either
    )
    told = told.assign(assortment=told["change"].where(~either.isin(ids), 0))
    words = pd.DataFrame(
        {
            "sold": sold,
            "expected": expected,
            "parameters": _changed(old, new),
            "rounding": _rounded(old, new),
            "remark": ids.to_series().map(remarks or {}),
        },
        dtype=object,
    )
    told = told.assign(explanation=_sentences(told, words))
    order = ["supplier_id", "unique_id"]
    told = told[list(DIFFERENCE_COLUMNS)].reset_index(drop=True)
    return told.sort_values(order, kind="stable", ignore_index=True)


def _terms(lines: pd.DataFrame) -> pd.DataFrame:
    """By unique_id: quantity with what was issued, the terms of the identity, and the parameters."""
    table = lines.set_index(lines["unique_id"].astype(str))
    names = [name for name, _ in IDENTITY]
    terms = table.reindex(columns=[*names, "issued_quantity"], fill_value=0)  # an older plan has fewer
    rest = [sign * terms[name] for name, sign in IDENTITY if name not in _OF_THEIR_OWN]
    parameters = table[[name for name in _PARAMETERS if name not in names]]
    return parameters.join(terms[names]).assign(
        quantity=table["order_quantity"] + terms["issued_quantity"],
        inventory_position=terms["inventory_position"] - terms["issued_quantity"],
        packed=terms[list(_PACKED)].sum(axis=1),
        rest=sum(rest, start=pd.Series(0, index=table.index)),
    )


def _of_position(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    sold: pd.Series[int],
    expected: pd.Series[int],
    placed: pd.Series[int],
) -> pd.DataFrame:
    """The fall of the inventory position, by cause."""
    book = old["inventory_position"] + placed - sold
    return pd.DataFrame(
        {
            "sales": sold - expected,
            "last_order": expected - old["quantity"],
            "not_ordered": old["quantity"] - placed,
            "counted": book - new["inventory_position"],
        }
    )


def _of_requirement(old: pd.DataFrame, new: pd.DataFrame, same_interval: pd.Series[int]) -> pd.DataFrame:
    """The rise of all other terms, by cause; same_interval: the new forecast of the old interval."""
    retimed = (new[list(_TIMES)] != old[list(_TIMES)]).any(axis=1)
    resized = (new[list(_SIZES)] != old[list(_SIZES)]).any(axis=1)
    reset = retimed | ((new["critical_ratio"] - old["critical_ratio"]).abs() > _FLOAT_DUST)
    rise = {name: new[name] - old[name] for name in ("expected_lost_sales", "safety_stock", "packed")}
    governed = (
        (rise["expected_lost_sales"], retimed),
        (rise["safety_stock"], reset),
        (rise["packed"], resized),
    )
    lost, safety, packed = (term.where(~by_parameters, 0) for term, by_parameters in governed)
    by_parameters = [term.where(changed, 0) for term, changed in governed]
    by_parameters.append(new["floor"] - old["floor"])
    return pd.DataFrame(
        {
            "lost_before_arrival": lost,
            "forecast": same_interval - old["forecast"],
            "uncertainty": safety,
            "parameters": sum(by_parameters, start=new["forecast"] - same_interval),
            "rounding": new["rest"] - old["rest"] + packed,
            "surplus": new["not_below_zero"] - old["not_below_zero"],
        }
    )


def _sold(sales: pd.DataFrame, predicted: pd.DataFrame, start: pd.Timestamp) -> pd.Series[float]:
    """Units sold since the last cutoff, by series; where a period is missing, what was predicted for it."""
    recent = sales[(sales["ds"] >= predicted.columns.min()) & (sales["ds"] < start)]
    by_period = recent.pivot_table(index="unique_id", columns="ds", values="y", aggfunc="sum")
    periods = by_period.columns.union(predicted.columns)
    known = by_period.reindex(index=predicted.index, columns=periods)
    return known.fillna(predicted.reindex(columns=periods)).fillna(0.0).sum(axis=1)


def _over_interval(forecast: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame) -> pd.Series[int]:
    """The new forecast over the old interval; its mean goes on where it ends before."""
    before, now = (rows[list(_TIMES)].sum(axis=1) for rows in (old, new))
    reach = np.minimum(before.to_numpy(dtype=np.int64), forecast.shape[1])
    summed = forecast.fillna(0.0).to_numpy().cumsum(axis=1)[np.arange(len(forecast)), reach - 1]
    longer = pd.Series(summed * before.to_numpy() / reach, index=forecast.index)
    return new["forecast"].where(before == now, _whole(longer))


def _whole(units: pd.Series[float]) -> pd.Series[int]:
    return units.round().astype(np.int64)


def _changed(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series[str]:
    """Which parameters changed, in words."""
    words = [
        ", ".join(
            f"{_PARAMETERS[name]} {_text(now)}, not {_text(was)}"
            for name, was, now in zip(_PARAMETERS, *pair, strict=True)
            if _text(now) != _text(was)
        )
        for pair in zip(
            old[list(_PARAMETERS)].itertuples(index=False, name=None),
            new[list(_PARAMETERS)].itertuples(index=False, name=None),
            strict=True,
        )
    ]
    return pd.Series(words, index=old.index, dtype=object)


def _rounded(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Which roundings changed, in words."""
    named = [name for name in _ROUNDINGS if name in new]
    moved = (new[named] != old[named]).to_numpy()
    words = np.array([_ROUNDINGS[name] for name in named], dtype=object)
    return [", ".join(words[row]) or "rounding" for row in moved]


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _sentences(told: pd.DataFrame, words: pd.DataFrame) -> list[str]:
    """`15 more than last time: +20 higher forecast (promotion), -5 found in count or open orders.`"""
    spoken = words.to_dict("index")
    return [_sentence(row, spoken.get(str(row["unique_id"]), {})) for row in told.to_dict("records")]


def _sentence(row: Mapping[Hashable, Any], words: Mapping[Hashable, Any]) -> str:
    parts = sorted((name for name in CAUSES if row[name]), key=lambda name: -abs(row[name]))
    if not parts:
        return "As much as last time."
    remark = words.get("remark")
    known = {**row, **words, "remark": f" ({remark})" if isinstance(remark, str) else ""}
    said = [f"{row[name]:+d} {_WORDS[name][row[name] < 0].format_map(known)}" for name in parts[:_MOST_SAID]]
    rest = sum(row[name] for name in parts[_MOST_SAID:])
    said += [f"{rest:+d} of smaller causes"] if rest else []
    change = row["change"]
    moved = f"{abs(change)} {'more' if change > 0 else 'less'} than" if change else "As much as"
    return f"{moved} last time: {', '.join(said)}."
