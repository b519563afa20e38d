"""Write the sample tables, the same bytes every time: `python samples/generate.py`.

`history.py` invents the sales, this file the planning tables around them. `shelf_life` counts periods
(weeks), `lead_time` days, money is USD. `unit_cost` is per unit, and packs and minimums count units, whatever
the `purchase_unit`, which holds `unit_factor` units. The `source` of an item is a supplier, the own plant
being one of them; what the plant makes by its bill of materials has none. Preference 1 is asked first.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from catalogue import (
    COMPONENTS,
    CURRENCY,
    INTERMEDIATES,
    LOCATIONS,
    PACKAGING,
    PLANT,
    PRODUCTION_LINES,
    PRODUCTS,
    RECIPES,
    SECOND_SOURCES,
    SUPPLIERS,
    Product,
)
from history import AS_OF, CUTOFF, FUTURE, calendar, daily_sales, generator, price_in, weekly_sales

LOST_MARGIN_SHARE = 0.25  # most people who miss a product take another one
REPAIRS = {("balm", FUTURE[0])}
SERVICE_LEVELS = {"accessories": 0.92, "grocery": 0.95, "garden": 0.90}
Row = dict[str, object]
BY_NAME = {product.name: product for product in PRODUCTS}


def recent_demand(sales: pd.DataFrame) -> pd.Series:
    """Mean units a week of the last six weeks, as far as on the shelf, by unique_id."""
    shelf = sales[(sales["ds"] > CUTOFF - pd.Timedelta(weeks=6)) & (sales["in_stock"] == 1)]
    keys = sales["location"] + "/" + sales["product"]
    return shelf.groupby(keys)["y"].mean().reindex(keys.unique(), fill_value=0.0).clip(lower=0.0)


def component_demand(product_demand: pd.Series) -> dict[str, float]:
    """Units a week of every material behind a week's `product_demand` (by product), through all recipes."""
    needs: dict[str, float] = {}

    def explode(parent: str, units: float) -> None:
        for component, quantity_per in RECIPES.get(parent, {}).items():
            needs[component] = needs.get(component, 0.0) + units * quantity_per
            explode(component, units * quantity_per)

    for product, units in product_demand.items():
        explode(str(product), float(units))
    return needs


def holding_cost(unit_cost: float, shelf_life: int | None) -> float:
    """Money per unit and week; what perishes loses value faster."""
    return round(unit_cost * (0.02 if shelf_life is None else 0.05), 4)


def items() -> pd.DataFrame:
    """One row per product and shop, then what lies in the plant: finished goods, bases and materials.

    Missing an own product costs part of its margin (`shortage_cost`); bought goods have a `service_level`.
    """
    rows: list[Row] = []
    for product in PRODUCTS:
        own = product.supplier_id == PLANT
        price = price_in(product, CUTOFF)
        for code in product.shops:
            location = LOCATIONS[code].name
            lost_margin = round((price - product.unit_cost) * LOST_MARGIN_SHARE, 2)
            rows.append(
                {
                    "unique_id": f"{location}/{product.name}",
                    "location": location,
                    "product": product.name,
                    "category": product.category,
                    "unit": "piece",
                    "price": price,
                    "holding_cost": holding_cost(product.unit_cost, product.shelf_life),
                    "shortage_cost": lost_margin if own else None,
                    "service_level": None if own else SERVICE_LEVELS[product.category],
                    "shelf_life": product.shelf_life,
                    "source": product.supplier_id,
                    "currency": CURRENCY,
                }
            )
        if own:
            rows.append(
                _plant_item(product.name, product.category, "piece", product.shelf_life, product.unit_cost)
            )
    for name, shelf_life in INTERMEDIATES.items():
        rows.append(_plant_item(name, "base", "kg", shelf_life, 4.0))
    for each in COMPONENTS:
        category = "packaging" if each.name in PACKAGING else "material"
        item = _plant_item(each.name, category, each.unit, each.shelf_life, each.unit_cost)
        rows.append(item | {"source": each.supplier_id})
    table = pd.DataFrame(rows).sort_values(["location", "product"], ignore_index=True)
    return table.assign(shelf_life=7 * table["shelf_life"].astype("Int64"))


def _plant_item(name: str, category: str, unit: str, shelf_life: int | None, unit_cost: float) -> Row:
    """What lies in the plant has no price: nobody buys it there."""
    return {
        "unique_id": f"{PLANT}/{name}",
        "location": PLANT,
        "product": name,
        "category": category,
        "unit": unit,
        "holding_cost": holding_cost(unit_cost, shelf_life),
        "service_level": 0.98,
        "shelf_life": shelf_life,
        "currency": CURRENCY,
    }


def suppliers() -> pd.DataFrame:
    """The own plant as an internal supplier, three of bought goods and three of materials."""
    table = pd.DataFrame([vars(supplier) for supplier in SUPPLIERS])
    table.insert(2, "email", "orders@" + table["supplier_id"] + ".example")
    return table.assign(currency=CURRENCY)


def terms() -> pd.DataFrame:
    """Who sells what on which conditions; products hold for all shops, components for the plant."""
    rows: list[Row] = [
        {"supplier_id": product.supplier_id, "product": product.name, "unit_cost": product.unit_cost}
        | {"pack_size": product.pack_size, "minimum_order_quantity": product.pack_size}
        | {"lead_time": product.lead_time, "purchase_unit": "carton", "unit_factor": product.pack_size}
        for product in PRODUCTS
    ]
    rows += [
        {"supplier_id": each.supplier_id, "component": each.name, "unit_cost": each.unit_cost}
        | {"pack_size": each.pack_size, "minimum_order_quantity": each.pack_size}
        | {"purchase_unit": each.purchase_unit, "unit_factor": each.pack_size}
        for each in COMPONENTS
    ]
    preferred = {row.get("product") or row.get("component"): row for row in rows}
    for supplier_id, name, unit_cost in SECOND_SOURCES:
        second: Row = {"supplier_id": supplier_id, "unit_cost": unit_cost, "preference": 2}
        rows.append(preferred[name] | second)
    columns = ["supplier_id", "product", "component", "unit_cost", "pack_size", "minimum_order_quantity"]
    columns += ["lead_time", "purchase_unit", "unit_factor", "preference"]
    table = pd.DataFrame([{"preference": 1} | row for row in rows], columns=columns)
    return table.astype({"lead_time": "Int64"}).sort_values(["preference", "supplier_id"], kind="stable")


def bill_of_materials() -> pd.DataFrame:
    """Two levels: bases from raw materials, products from bases, materials and packaging."""
    rows = [
        {"parent": parent, "component": component, "quantity_per": quantity_per}
        | {"scrap_rate": 0.01 if component in PACKAGING else 0.02}
        | {"yield_rate": 0.96 if parent in INTERMEDIATES else 0.98}
        for parent, recipe in RECIPES.items()
        for component, quantity_per in recipe.items()
    ]
    return pd.DataFrame(rows)


def capacity() -> pd.DataFrame:
    """Batches a week per production line (a category of the own goods); half in the maintenance week, none
    where a line is under repair."""
    rows = [
        {
            "resource": resource,
            "ds": ds,
            "capacity": 0 if (resource, ds) in REPAIRS else batches // 2 if ds.week == 9 else batches,
        }
        | {"yield_rate": yield_rate, "density": density}
        for resource, (batches, density, yield_rate) in PRODUCTION_LINES.items()
        for ds in FUTURE
    ]
    return pd.DataFrame(rows)


def stock(sales: pd.DataFrame) -> pd.DataFrame:
    """What lies where on the last Sunday evening, by lot where goods perish, and what is on order."""
    demand = recent_demand(sales)
    last_week = sales[sales["ds"] == CUTOFF]
    sold_out = set((last_week["location"] + "/" + last_week["product"])[last_week["in_stock"] < 1])
    lead_times = {supplier.supplier_id: supplier.lead_time for supplier in SUPPLIERS}
    rows = []
    for unique_id, weekly in demand.items():
        product = BY_NAME[str(unique_id).partition("/")[2]]
        lead_time = product.lead_time or lead_times[product.supplier_id]
        rows += _shelf(str(unique_id), weekly, product, -(-lead_time // 7), empty=unique_id in sold_out)
    by_product = demand.groupby(demand.index.str.partition("/").get_level_values(2)).sum()
    own = by_product[[name for name, product in BY_NAME.items() if product.supplier_id == PLANT]]
    for name, weekly in own.items():
        weeks = generator("plant", str(name)).uniform(0.3, 1.7)
        rows += _lots(f"{PLANT}/{name}", weekly * weeks, BY_NAME[str(name)].shelf_life)
    needs = component_demand(own)
    for name, shelf_life in INTERMEDIATES.items():
        kilograms = needs[name] * generator("base", name).uniform(0.5, 1.5)
        rows += _lots(f"{PLANT}/{name}", kilograms, shelf_life, decimals=1)
    for each in COMPONENTS:
        rng = generator("material", each.name)
        lead_weeks = lead_times[each.supplier_id] / 7
        weeks = min(rng.uniform(0.0, 1.2) + lead_weeks, 0.6 * (each.shelf_life or np.inf))
        decimals = 0 if each.unit == "piece" else 1
        lots = _lots(f"{PLANT}/{each.name}", needs[each.name] * weeks, each.shelf_life, decimals)
        if lead_weeks >= 2 and rng.random() < 0.5:
            packs = max(1, round(needs[each.name] * 1.5 / each.pack_size))
            lots[0] |= {"on_order": packs * each.pack_size, "due_date": CUTOFF + pd.Timedelta(weeks=2)}
        rows += lots
    columns = ["unique_id", "on_hand", "lot", "expiry", "on_order", "due_date", "as_of"]
    return pd.DataFrame(rows, columns=columns).fillna({"on_order": 0}).assign(as_of=AS_OF)


def _shelf(unique_id: str, weekly: float, product: Product, lead_weeks: int, *, empty: bool) -> list[Row]:
    """A shop's rows: a week or two on the shelf (a part of a pack if slow), and a weekly order under way."""
    rng = generator("shelf", unique_id)
    on_hand = 0.0 if empty else max(weekly, product.pack_size / 3) * rng.uniform(0.4, 1.9)
    rows = _lots(unique_id, on_hand, product.shelf_life)
    orders = [
        (due_date, product.pack_size * round(weekly / product.pack_size + rng.uniform(-0.5, 0.5)))
        for due_date in FUTURE[:lead_weeks]
    ]
    orders = [(due_date, quantity) for due_date, quantity in orders if quantity > 0]
    rows += [{"unique_id": unique_id, "on_hand": 0.0} for _ in orders[len(rows) :]]
    for row, (due_date, quantity) in zip(rows, orders, strict=False):
        row |= {"on_order": quantity, "due_date": due_date}
    return rows


def _lots(unique_id: str, on_hand: float, shelf_life: int | None, decimals: int = 0) -> list[Row]:
    """One row, or for perishable goods an older and a younger lot with their expiry."""
    on_hand = round(on_hand, decimals)
    if shelf_life is None or on_hand == 0:
        return [{"unique_id": unique_id, "on_hand": on_hand}]
    rng = generator("lots", unique_id)
    older = round(on_hand * rng.uniform(0.2, 0.5), decimals)
    oldest = max(2, min(shelf_life // 2, 10))
    younger_age, older_age = sorted(rng.choice(range(1, oldest + 1), size=2, replace=False))
    lots: list[Row] = []
    for age, quantity in ((older_age, older), (younger_age, round(on_hand - older, decimals))):
        made = CUTOFF - pd.Timedelta(weeks=int(age))
        expiry = made + pd.Timedelta(weeks=shelf_life)
        if quantity > 0:
            lots.append(
                {"unique_id": unique_id, "on_hand": quantity, "lot": f"L{made:%y%m%d}", "expiry": expiry}
            )
    return lots


def tables() -> dict[str, pd.DataFrame]:
    """All sample tables by file name."""
    known_in_advance = calendar()
    sales = weekly_sales(known_in_advance)
    return {
        "sales.csv": sales,
        "stock.csv": stock(sales),
        "items.csv": items(),
        "suppliers.csv": suppliers(),
        "terms.csv": terms(),
        "bill_of_materials.csv": bill_of_materials(),
        "capacity.csv": capacity(),
        "calendar.csv": known_in_advance,
        "Ventas.csv": daily_sales(),
    }


def as_csv(table: pd.DataFrame) -> bytes:
    """UTF-8, comma, LF; dates as yyyy-mm-dd; numbers without needless zeros; blank where nothing is known."""
    return table.to_csv(
        index=False, float_format="%.12g", date_format="%Y-%m-%d", lineterminator="\n"
    ).encode()


if __name__ == "__main__":
    for name, table in tables().items():
        Path(__file__).with_name(name).write_bytes(as_csv(table))
        print(f"{name}: {len(table)} rows")
