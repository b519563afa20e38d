"""Columns that say one thing several times: what is on order week by week, the price by quantity bought.

Each becomes rows: one per quantity on order with the period in which it is due, one per quantity from which a
price holds.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from intake.errors import InputError
from intake.findings import Finding
from intake.tables import Column, Kind, Table
from intake.values.closed_texts import PERIOD_UNITS
from intake.words.headers import snake_case, vocabulary

_AHEAD: Final = re.compile(r"on_order_(?P<unit>ahead|d|w|ms|qs)_(?P<number>\d{1,3})")
_FROM: Final = re.compile(r"unit_cost_from_(?P<number>\d{1,9})")
_NUMBERED: Final = re.compile(r"(?P<column>on_order|due_date)_(?P<number>\d{1,2})")
_ALL: Final = "ahead"  # stands where no unit does: periods of whatever length
_UNIT_NAMES: Final = {_ALL: "period", "d": "day", "w": "week", "ms": "month", "qs": "quarter"}
_JOINING: Final = ("in", "en", "dans", "em", "a", "for", "para", "pour", "fur")
_PRICE_WORDS: Final = ("price", "precio", "prix", "preis", "preco", "coste", "costo", "cost")
_PRICE_FROM: Final = re.compile(
    r"(?P<words>[^\d>≥+]*?)\(?\s*(?P<mark>from|desde|a partir de|à partir de|dès|ab|>=|≥)?\s*"
    r"(?P<number>\d{1,9})\s*(?P<plus>\+|[-–]\s*\d+)?\s*(u|uds?|units?|unidades|pcs|stk|st)?\.?\)?"
)


def repeated_column(header: str, table: Table) -> Column | None:
    """The column that a header like 'In Transit W+1' or 'from 100' stands for; None for any other header.

    on_order_w_1 is what is on order and due in the first week after the count (d, w, ms, qs; on_order_ahead_1
    in the first period); on_order_1 goes with due_date_1; unit_cost_from_100 is the price from 100 units on.
    """
    name = None
    if table is Table.STOCK:
        name = _on_order_ahead(header) or _numbered(header)
    elif table is Table.TERMS:
        name = _price_from(header)
    if name is None:
        return None
    if ahead := _AHEAD.fullmatch(name):
        meaning = f"on order and due in {_UNIT_NAMES[ahead['unit']]} {ahead['number']} after the count"
    elif start := _FROM.fullmatch(name):
        meaning = f"the unit_cost from {start['number']} units on"
    else:
        meaning = f"{name}, one of several"
    kind = Kind.DATE if name.startswith("due_date") else Kind.QUANTITY
    return Column(name=name, kind=kind, description=meaning)


def rows_of_repeated(frame: pd.DataFrame, table: Table, name: str) -> tuple[pd.DataFrame, list[Finding]]:
    """The accepted rows of a stock or terms file, with a row for each repeated column that has a value.

    In stock, these rows have no on_hand and carry on_order with due_date, or with due_in and due_unit. In
    terms, each price has its break_quantity. InputError (with the file's `name`) where on_order is there as a
    sum too, and is another one.
    """
    if table is Table.STOCK:
        return _orders(frame, name)
    return (_prices(frame), []) if table is Table.TERMS else (frame, [])


def _on_order_ahead(header: str) -> str | None:
    """on_order_w_1 for 'In Transit W+1', 'En tránsito semana 1', 'week 1'; on_order_ahead_1 for '+1'."""
    if match := _AHEAD.fullmatch(snake_case(header)):
        return match.string
    words = [part for word in snake_case(header).split("_") for part in re.findall(r"\d+|[a-z]+", word)]
    numbers = [word for word in words if word.isdigit()]
    if len(numbers) != 1 or len(numbers[0]) > 3:
        return None
    at = words.index(numbers[0])
    if at == len(words) - 1 and "+" in header and _means_on_order(words[:at]):
        return f"on_order_{_ALL}_{int(numbers[0])}"
    before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    if not after and before in PERIOD_UNITS:  # week 1
        unit, others = before, words[: at - 1]
    elif after in PERIOD_UNITS and at + 2 == len(words):  # 1 week
        unit, others = after, words[:at]
    else:
        return None
    alone = not others and len(unit) < 3 and unit not in ("w", "wk", "kw")
    if alone or not _means_on_order(others):
        return None
    return f"on_order_{PERIOD_UNITS[unit].lower() or _ALL}_{int(numbers[0])}"


def _means_on_order(words: list[str]) -> bool:
    """Whether these words mean on_order; a period ahead alone does, in a table of stock."""
    kept = words[:-1] if words and words[-1] in _JOINING and len(words) > 1 else words
    meanings = vocabulary(Table.STOCK)
    return not kept or any(meanings.get("".join(part)) == "on_order" for part in (words, kept))


def _numbered(header: str) -> str | None:
    """on_order_1 or due_date_2 for a header that is one of those words with a number behind it."""
    match = re.fullmatch(r"(?P<words>.*?[a-z])_?(?P<number>\d{1,2})", snake_case(header))
    column = vocabulary(Table.STOCK).get(match["words"].replace("_", "")) if match else None
    return f"{column}_{int(match['number'])}" if match and column in ("on_order", "due_date") else None


def _price_from(header: str) -> str | None:
    if match := _FROM.fullmatch(snake_case(header)):
        return match.string
    match = _PRICE_FROM.fullmatch(re.sub(r"[\s_]+", " ", header.strip().lower()))
    if match is None or not (match["mark"] or match["plus"]):
        return None
    words = snake_case(match["words"])
    meant = vocabulary(Table.TERMS).get(words.replace("_", "")) == "unit_cost" or words in _PRICE_WORDS
    return f"unit_cost_from_{int(match['number'])}" if meant or not words else None


def _orders(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[Finding]]:
    ahead = {column: match for column in map(str, frame) if (match := _AHEAD.fullmatch(column))}
    numbered = [column for column in map(str, frame) if _NUMBERED.fullmatch(column)]
    quantities = [*ahead, *(column for column in numbered if column.startswith("on_order"))]
    if not quantities:
        return frame, []
    count, findings = _without_sum(frame.drop(columns=[*ahead, *numbered]), frame, quantities, name)
    parts = [count.assign(on_order=0.0)]  # the file says what is on order, also where that is nothing
    for column in quantities:
        ordered = frame[column] > 0
        rows = frame.loc[ordered, [key for key in ("unique_id", "as_of") if key in frame]]
        rows = rows.assign(on_order=frame.loc[ordered, column])
        due = column.replace("on_order", "due_date")
        if column in ahead:
            unit = ahead[column]["unit"]
            rows = rows.assign(
                due_in=float(ahead[column]["number"]), due_unit="" if unit == _ALL else unit.upper()
            )
        elif due in frame:
            rows = rows.assign(due_date=frame.loc[ordered, due])
        parts.append(rows)
    return _stacked(parts), findings


def _without_sum(
    count: pd.DataFrame, frame: pd.DataFrame, quantities: list[str], name: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows of the count without an on_order that only adds up what the other columns say."""
    if "on_order" not in count:
        return count, []
    total, said = frame[quantities].fillna(0).sum(axis=1), frame["on_order"].fillna(0)
    wrong = (total - said).abs() > 1e-6 * (1 + said.abs())
    if wrong.any():
        row = wrong.idxmax()
        raise InputError(
            f"'{frame.loc[row, 'unique_id']}' has {said[row]:g} on order in all and {total[row]:g} in the "
            f"columns by due period ({', '.join(quantities)}); say in the mapping file which to ignore",
            file=name,
        )
    note = "what is on order is there in all and by due period; both agree, and it is counted once"
    return count.drop(columns="on_order"), [Finding("on_order", note)]


def _prices(frame: pd.DataFrame) -> pd.DataFrame:
    breaks = {column: match for column in map(str, frame) if (match := _FROM.fullmatch(column))}
    if not breaks:
        return frame
    base = frame.drop(columns=list(breaks))
    first = base if "break_quantity" in base else base.assign(break_quantity=0.0)
    if "unit_cost" not in base:
        first = first[frame[list(breaks)].isna().all(axis=1)]
    parts = [first]
    for column, match in breaks.items():
        given = frame[column].notna()
        parts.append(
            base[given].assign(unit_cost=frame.loc[given, column], break_quantity=float(match["number"]))
        )
    return _stacked(parts)


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """All rows below one another, ordered by the row of the file; '' for text that a part has not."""
    columns = list(dict.fromkeys(str(column) for part in parts for column in part))
    text = {column for part in parts for column in map(str, part) if part[column].dtype == object}
    filled = [part.assign(**dict.fromkeys(text - set(part), "")) for part in parts if len(part)]
    if not filled:
        return parts[0]
    return pd.concat(filled).sort_index(kind="stable").reindex(columns=columns).reset_index(drop=True)
