"""frePPLe's model as our tables: items, suppliers, terms, recipes, stock and orders, sales, capacity."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from intake.findings import Finding
from intake.frepple.fixture_records import SECONDS_PER_DAY, FrePPLeModel, Record, read_records
from intake.frepple.machine_hours import capacity_by_week
from intake.recipes import refuse_cycles
from intake.tables import Table

CAPACITY_WEEKS: Final = 52
_ORDERED: Final = ("confirmed", "approved")
_CONSUMED: Final = ("start", "transfer_batch")

Rows = list[dict[str, object]]


@dataclass(frozen=True, eq=False)
class SupplyNetwork:
    """`tables`: what can be uploaded, with canonical columns. `open_demands`: customers' orders not yet
    delivered (unique_id, due_date, quantity), which are no sales. `findings`: what was taken how, and what
    was not.
    """

    tables: dict[Table, pd.DataFrame]
    open_demands: pd.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Source:
    """Who supplies an item at a location: a supplier, another location, or the location itself."""

    unique_id: str
    supplier_id: str
    priority: float
    record: Record
    made: bool = False


def read_supply_network(content: bytes, name: str) -> SupplyNetwork:
    """Read a frePPLe model (a Django fixture in JSON); InputError where it is none."""
    model = read_records(content, name)
    findings: list[Finding] = []
    members = _members(model)
    known = _known(model)
    sources = [*_sources(model, members, known)]
    sales, open_demands = _demands(model, findings)
    recipes = _recipes(model, findings)
    refuse_cycles(recipes, name)
    tables = {
        Table.SALES: sales,
        Table.STOCK: _stock(model, findings),
        Table.ITEMS: _items(model, known, sources),
        Table.SUPPLIERS: _suppliers(model, sources),
        Table.TERMS: _terms(sources),
        Table.BILL_OF_MATERIALS: recipes,
        Table.CAPACITY: _capacity(model, findings),
    }
    tables = {table: frame for table, frame in tables.items() if len(frame)}
    counts = ", ".join(f"{len(frame)} rows of {table.replace('_', ' ')}" for table, frame in tables.items())
    head = [
        Finding("file", f"a frePPLe model: {counts}"),
        Finding("file", "unique_id is location/item; the cost of an item is its price, lead times are days"),
    ]
    return SupplyNetwork(tables, open_demands, (*head, *findings, *model.not_taken()))


def _id(location: str, item: str) -> str:
    return f"{location}/{item}" if location else item


def _members(model: FrePPLeModel) -> dict[str, list[str]]:
    """Every item with the items below it in the tree of owners, itself first."""
    below: dict[str, list[str]] = {}
    for item in model.of("item"):
        below.setdefault(item.text("owner"), []).append(item.text("name"))

    def walk(name: str, seen: frozenset[str]) -> Iterator[str]:
        yield name
        for child in below.get(name, []):
            if child not in seen:
                yield from walk(child, seen | {child})

    return {
        name: list(walk(name, frozenset({name}))) for name in [each.text("name") for each in model.of("item")]
    }


def _known(model: FrePPLeModel) -> dict[str, tuple[str, str]]:
    """unique_id -> location and item, of all that has a buffer, a demand, a supplier or an operation."""
    found: dict[str, tuple[str, str]] = {}
    for kind in ("buffer", "demand", "itemsupplier", "operation"):
        for each in model.of(kind):
            location, item = each.text("location"), each.text("item")
            if item:
                found.setdefault(_id(location, item), (location, item))
    return found


def _sources(
    model: FrePPLeModel, members: dict[str, list[str]], known: dict[str, tuple[str, str]]
) -> Iterator[_Source]:
    """What is bought, moved or made, for each item below the one that is named, at each of its locations."""
    for kind, supplier in (("itemsupplier", "supplier"), ("itemdistribution", "origin"), ("operation", "")):
        for each in model.of(kind):
            location, item = each.text("location"), each.text("item")
            if not item:
                continue  # a step of another operation
            priority = each.number("priority")
            for unique_id, (place, name) in known.items():
                if name in members.get(item, [item]) and (not location or place == location):
                    yield _Source(
                        unique_id,
                        each.text(supplier) if supplier else place,
                        1.0 if math.isnan(priority) else priority,
                        each,
                        made=not supplier,
                    )


def _items(
    model: FrePPLeModel, known: dict[str, tuple[str, str]], sources: Iterable[_Source]
) -> pd.DataFrame:
    described = {each.text("name"): each for each in model.of("item")}
    floors = {
        _id(each.text("location"), each.text("item")): each.number("minimum") for each in model.of("buffer")
    }
    first: dict[str, _Source] = {}
    for source in sorted(sources, key=lambda each: each.priority):
        first.setdefault(source.unique_id, source)
    rows: Rows = []
    for unique_id, (location, item) in known.items():
        about = described.get(item)
        supplied = first.get(unique_id)
        rows.append(
            {
                "unique_id": unique_id,
                "location": location,
                "product": item,
                "category": about.text("category") if about else "",
                "price": about.number("cost") if about else math.nan,
                "floor": floors.get(unique_id, math.nan),
                "source": supplied.supplier_id if supplied else "",
            }
        )
    return pd.DataFrame(rows)


def _suppliers(model: FrePPLeModel, sources: Iterable[_Source]) -> pd.DataFrame:
    """The suppliers, and our own locations that supply others, which take no money."""
    names = [each.text("name") for each in model.of("supplier")]
    own = dict.fromkeys(source.supplier_id for source in sources if source.supplier_id not in names)
    return pd.DataFrame({"supplier_id": [*names, *own], "name": [*names, *own]})


def _terms(sources: Iterable[_Source]) -> pd.DataFrame:
    rows: Rows = []
    for source in sources:
        if source.made:
            continue
        each = source.record
        rows.append(
            {
                "supplier_id": source.supplier_id,
                "unique_id": source.unique_id,
                "unit_cost": each.number("cost"),
                "pack_size": each.number("sizemultiple"),
                "minimum_order_quantity": each.number("sizeminimum"),
                "lead_time": each.number("leadtime") / SECONDS_PER_DAY,
                "preference": source.priority,
            }
        )
    return pd.DataFrame(rows).drop_duplicates(ignore_index=True)


def _recipes(model: FrePPLeModel, findings: list[Finding]) -> pd.DataFrame:
    """What an operation and the steps below it consume, per unit of what they make."""
    operations = {each.text("name"): each for each in model.of("operation")}
    consumed: dict[str, dict[str, float]] = {}
    produced: dict[str, dict[str, float]] = {}
    for flow in model.of("operationmaterial"):
        step = operations.get(flow.text("operation"))
        whole = (step.text("owner") if step else "") or flow.text("operation")
        quantity = flow.number("quantity")
        into = produced if quantity > 0 else consumed
        if math.isnan(quantity) or flow.text("type") not in (*_CONSUMED, "end", ""):
            findings.append(_left_out("operationmaterial", f"{whole}: {flow.text('item')}"))
            continue
        sums = into.setdefault(whole, {})
        sums[flow.text("item")] = sums.get(flow.text("item"), 0.0) + abs(quantity)
    made: dict[str, tuple[float, str]] = {}
    for whole in consumed:
        operation = operations.get(whole)
        item = (operation.text("item") if operation else "") or next(iter(produced.get(whole, {})), "")
        priority = operation.number("priority") if operation else math.nan
        rank = 1.0 if math.isnan(priority) else priority
        if not item or produced.get(whole, {}).get(item, 1.0) <= 0:
            findings.append(_left_out("operation", f"{whole} (it makes nothing)"))
        elif item in made and made[item][0] <= rank:
            findings.append(_left_out("operation", f"{whole} (another way to make {item})"))
        else:
            if item in made:
                findings.append(_left_out("operation", f"{made[item][1]} (another way to make {item})"))
            made[item] = (rank, whole)
    rows: Rows = [
        {
            "parent": item,
            "component": component,
            "quantity_per": quantity / produced.get(whole, {}).get(item, 1.0),
        }
        for item, (_, whole) in made.items()
        for component, quantity in consumed[whole].items()
    ]
    return pd.DataFrame(rows, columns=["parent", "component", "quantity_per"])


def _stock(model: FrePPLeModel, findings: list[Finding]) -> pd.DataFrame:
    """A row per buffer, and one per purchase or distribution order on its way to it."""
    today = pd.to_datetime(model.parameter("currentdate"), errors="coerce")
    day = pd.NaT if pd.isna(today) else today.normalize()
    rows: Rows = []
    for each in model.of("buffer"):
        name = _id(each.text("location"), each.text("item"))
        if math.isnan(each.number("onhand")):
            findings.append(_left_out("buffer", f"{name} (no onhand)"))
        else:
            rows.append({"unique_id": name, "on_hand": each.number("onhand"), "as_of": day})
    for order in model.of("operationplan"):
        kind, due = order.text("type"), order.day("enddate")
        place = order.text("location") or order.text("destination")
        if kind not in ("PO", "DO") or order.text("status") not in _ORDERED or not order.text("item"):
            findings.append(
                _left_out("operationplan", f"{order.text('reference')} ({kind} {order.text('status')})")
            )
            continue
        rows.append(
            {
                "unique_id": _id(place, order.text("item")),
                "on_hand": math.nan,
                "as_of": day,
                "on_order": order.number("quantity"),
                "due_date": pd.NaT if due is None else due,
            }
        )
        if kind == "DO":
            what = (
                f"{order.text('reference')} is on its way from {order.text('origin')}, whose stock still "
                "counts it"
            )
            findings.append(Finding("operationplan", what, suspicious=True))
    if rows and pd.isna(day):
        findings.append(Finding("file", "the model has no currentdate, so the stock has no as_of"))
    return pd.DataFrame(rows)


def _demands(model: FrePPLeModel, findings: list[Finding]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Closed demands are sales of the day they were due; open ones are kept apart; others are left out."""
    rows: dict[str, Rows] = {"closed": [], "open": []}
    others: list[str] = []
    for each in model.of("demand"):
        due, status = each.day("due"), each.text("status") or "open"
        if due is None or math.isnan(each.number("quantity")) or status not in rows:
            others.append(f"{each.text('name')} ({status})")
            continue
        rows[status].append(
            {
                "unique_id": _id(each.text("location"), each.text("item")),
                "ds": due,
                "y": each.number("quantity"),
            }
        )
    findings += [_left_out("demand", what) for what in others]
    closed, waiting = (pd.DataFrame(rows[each], columns=["unique_id", "ds", "y"]) for each in rows)
    sales = closed.groupby(["unique_id", "ds"])["y"].sum().reset_index()
    if len(closed):
        sentence = (
            f"{len(closed)} closed demands are {len(sales)} rows of sales ({closed['y'].sum():g} units), "
            "each on the day it was due"
        )
        findings.append(Finding("demand", sentence))
    if len(waiting):
        sentence = f"{len(waiting)} open demands ({waiting['y'].sum():g} units) are no sales and kept apart"
        findings.append(Finding("demand", sentence))
    return sales, waiting.rename(columns={"ds": "due_date", "y": "quantity"})


def _capacity(model: FrePPLeModel, findings: list[Finding]) -> pd.DataFrame:
    today = pd.to_datetime(model.parameter("currentdate"), errors="coerce")
    if pd.isna(today):
        if model.of("resource"):
            findings.append(Finding("resource", "without a currentdate there are no weeks of capacity"))
        return pd.DataFrame()
    capacity = capacity_by_week(model, today.normalize(), CAPACITY_WEEKS)
    if len(capacity):
        sentence = (
            f"capacity is in hours per week, for {CAPACITY_WEEKS} weeks from the one of {today:%Y-%m-%d}: "
            "the value of the resource's calendar times the hours on which it and its location are open"
        )
        findings.append(Finding("resource", sentence))
    return capacity


def _left_out(kind: str, what: str) -> Finding:
    return Finding(kind, f"{kind} that is not taken: {what}", suspicious=True)
