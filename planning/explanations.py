"""One readable sentence per order line, whose numbers are the columns of the line."""

from __future__ import annotations

from typing import Final, Protocol

import pandas as pd

_PERIOD: Final = {"D": "day", "MS": "month", "QS": "quarter"}


class Line(Protocol):
    """What a sentence speaks of: a row of the plan's lines, and what only the sentence needs."""

    unique_id: str
    supplier_id: str
    currency: str
    unit: str
    forecast: int
    safety_stock: int
    on_hand: int
    on_order: int
    expected_lost_sales: int
    expected_waste: int
    not_below_zero: int
    pack_rounding: int
    minimum_rounding: int
    floor: int
    perishing: int
    price_break: int
    coupling: int
    coupling_words: str
    instead_of: str
    pinned: int
    is_pinned: bool
    unit_cost: float
    saved: float
    shortage_price: float
    lost_before_arrival: float
    lost_sales: float
    lost_sales_without: float
    order_waste: float
    waste_of_order_money: float
    lost_without_money: float
    covered: int
    order_date: pd.Timestamp
    first_day: pd.Timestamp
    order_quantity: int
    pack_size: int
    minimum_order_quantity: int
    critical_ratio: float
    textbook_ratio: float
    interval: int
    interval_end: pd.Timestamp
    from_costs: bool
    unusable: int
    due_later: int
    out_of_stock: pd.Timestamp
    due_date: pd.Timestamp
    purchase_unit: str
    unit_factor: float


def periods(count: int, freq: str) -> str:
    """A number of periods in words.

    >>> periods(1, "W-MON"), periods(3, "MS")
    ('1 week', '3 months')
    """
    return f"{count} {_PERIOD.get(freq, 'week')}{'' if count == 1 else 's'}"


def day(date: pd.Timestamp) -> str:
    """A date as a planner says it.

    >>> day(pd.Timestamp("2026-03-01"))
    '1 Mar'
    """
    return f"{date.day} {date:%b}"


def explain(line: Line, freq: str) -> str:
    """Forecast + safety - shelf - on the way - lost before arrival, then each rounding, then what to
    watch."""
    required = line.order_quantity - (
        line.not_below_zero
        + line.pack_rounding
        + line.minimum_rounding
        + line.perishing
        + line.price_break
        + line.coupling
        + line.pinned
    )
    goal = f"{'critical ratio' if line.from_costs else 'service level'} {_percent(line.critical_ratio)}"
    if _percent(line.textbook_ratio) != _percent(line.critical_ratio):
        goal += f"; costs say {_percent(line.textbook_ratio)}, less because leftovers are sold later"
    parts = [
        f"Sales forecast {line.forecast} for {periods(line.interval, freq)} to {day(line.interval_end)}",
        _signed(
            line.safety_stock,
            f"safety {abs(line.safety_stock)} ({goal})",
        ),
        f"- on the shelf {line.on_hand}",
        f"- on the way {line.on_order}",
    ]
    if line.expected_lost_sales:
        parts.append(f"- lost before the order arrives {-line.expected_lost_sales}")
    if line.floor:
        parts.append(f"+ always to be there {line.floor}")
    sentence = f"{' '.join(parts)} = {required}"
    return ". ".join([sentence + _rounded(line, required), *_remarks(line, freq)]) + "."


def _percent(share: float) -> str:
    return f"{round(100 * share, 1):g} %"


def _signed(number: int, text: str) -> str:
    return f"{'-' if number < 0 else '+'} {text}"


def _rounded(line: Line, required: int) -> str:
    quantity = max(required, 0)
    steps = []
    for units, words in (
        (line.pack_rounding, f"rounded up to {_packs(line, quantity + line.pack_rounding)}"),
        (line.minimum_rounding, f"raised to the minimum quantity {line.minimum_order_quantity}"),
        (line.perishing, f"{-line.perishing} fewer, for what would expire costs more"),
        (line.price_break, f"raised by {line.price_break} to the price {line.unit_cost:g}"),
        (line.pinned, "pinned by the planner"),
        (line.coupling, line.coupling_words),
    ):
        quantity += units
        if units:
            steps.append(f"; {words} = {quantity}")
    if not quantity and not steps:
        return ": nothing to order"
    return "".join(steps)


def _packs(line: Line, quantity: int) -> str:
    if line.purchase_unit and line.unit_factor != 1:
        return f"{quantity / line.unit_factor:g} x {line.purchase_unit} of {line.unit_factor:g}"
    count = quantity // line.pack_size
    return f"{count} pack{'' if count == 1 else 's'} of {line.pack_size}"


def _remarks(line: Line, freq: str) -> list[str]:
    remarks = _about_the_order(line, freq)
    if line.expected_waste:
        remarks.append(f"{line.expected_waste} more on the shelf will expire unsold and do not count")
    if line.unusable:
        remarks.append(f"{line.unusable} expired or in quarantine do not count")
    if line.due_later:
        remarks.append(f"{line.due_later} on the way come after {day(line.interval_end)} and do not count")
    if not pd.isna(line.out_of_stock) and line.out_of_stock < line.due_date:
        hurry = ": hurry what is on the way" if line.on_order or line.due_later else ""
        remarks.append(
            f"Likely out of stock from {day(line.out_of_stock)} on, and no order now comes before "
            f"{day(line.due_date)}{hurry}"
        )
    elif not pd.isna(line.out_of_stock):
        order = "this order" if line.order_quantity else "an order"
        remarks.append(f"Without {order} out of stock from {day(line.out_of_stock)}")
    return remarks


def _about_the_order(line: Line, freq: str) -> list[str]:
    remarks = []
    if line.instead_of:
        remarks.append(f"From {line.supplier_id}: at {line.instead_of} the order would be below the minimum")
    if line.is_pinned and not line.pinned:
        remarks.append("Pinned by the planner")
    if line.order_waste >= 0.5:
        remarks.append(
            f"Of these about {line.order_waste:.0f} will expire ({line.waste_of_order_money:,.2f}); without "
            f"them {line.lost_sales_without:.0f} lost sales ({line.lost_without_money:,.2f}) in "
            f"{periods(line.covered, freq)}"
        )
    if line.price_break:
        remarks.append(f"The lower price saves {line.saved:,.2f}, more than it costs to hold them")
    if line.order_quantity and line.order_date > line.first_day:
        remarks.append(f"To be ordered on {line.order_date:%A} {day(line.order_date)}")
    return remarks
