"""The tables that Abasto takes: which columns each one has, what they hold, and how rows are told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Table(StrEnum):
    """What a file is about."""

    SALES = "sales"
    STOCK = "stock"
    ITEMS = "items"
    SUPPLIERS = "suppliers"
    TERMS = "terms"
    BILL_OF_MATERIALS = "bill_of_materials"
    CAPACITY = "capacity"
    CALENDAR = "calendar"


class Kind(StrEnum):
    """What a cell may hold; it is read as str (text), datetime64[ns] (dates) or float64 (the rest)."""

    TEXT = "text"
    NUMBER = "number"  # any finite number
    QUANTITY = "quantity"  # 0 or more
    SHARE = "share"  # 0 to 1; a boolean yes is 1 and a boolean no is 0
    FLAG = "flag"  # yes is 1, no is 0; a number of 0 or more (days, campaigns) stays what it is
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A canonical column: its name, what it holds, and whether every row needs it.

    `unless`: another column of the table; a row that fills it may leave a required one empty.
    """

    name: str
    kind: Kind
    description: str
    required: bool = False
    unless: str = ""
    positive: bool = False  # for quantities and shares by which something is divided


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The columns of a table.

    `key`: columns (those that the file has) that no two accepted rows share; empty where several rows are
    normal. `any_of`: columns of which every row needs at least one. `unique_id_parts`: columns joined by '/'
    where the file has no `unique_id`. `helpers`: columns that are read and checked but do not stay.
    `measure`: the column whose sum is accounted for. `keeps_exog`, `keeps_text`: what happens to columns that
    the schema does not know.
    """

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    unique_id_parts: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    measure: str | None = None
    keeps_exog: bool = False
    keeps_text: bool = False

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which a file is refused."""
        return tuple(column for column in self.columns if column.required)


def _columns(
    kind: Kind, *, required: bool = False, unless: str = "", positive: bool = False, **described: str
) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=name,
            kind=kind,
            description=description,
            required=required,
            unless=unless,
            positive=positive,
        )
        for name, description in described.items()
    )


_SERIES: Final = Column(
    name="unique_id", kind=Kind.TEXT, description="the series, usually location/product", required=True
)
_PLACE_AND_PRODUCT: Final = _columns(Kind.TEXT, location="shop, warehouse or plant", product="what is sold")
_WEEKDAY: Final = _columns(Kind.TEXT, weekday="weekday of ds, checked against it")
# As they are written: a month may be 7, 202607 or julio. What makes a date of them knows which.
_DATE_PARTS: Final = _columns(
    Kind.TEXT,
    year="year of the date",
    quarter="quarter of the date",
    month="month of the date",
    week="ISO week of the date",
    day="day of the month",
)
DATE_PARTS: Final = tuple(column.name for column in _DATE_PARTS)
_EVENTS: Final = _columns(Kind.FLAG, promotion="promotion in the period", holiday="holiday in the period")

SCHEMAS: Final[dict[Table, Schema]] = {
    Table.SALES: Schema(
        columns=(
            # Not required: a file without any is one series, named after the file.
            Column(name="unique_id", kind=Kind.TEXT, description=_SERIES.description),
            *_columns(Kind.DATE, required=True, ds="first day of the period"),
            *_columns(Kind.NUMBER, required=True, y="units sold in the period; negative are returns"),
            *_columns(Kind.QUANTITY, price="price per unit", requested="units asked for, sold or not"),
            *_columns(Kind.SHARE, in_stock="share of the period on the shelf"),
            *_EVENTS,
            *_PLACE_AND_PRODUCT,
            *_columns(Kind.TEXT, channel="sales channel"),
            *_columns(Kind.NUMBER, revenue="money for the units", discount="money or share taken off"),
            *_columns(Kind.TEXT, ticket="receipt or invoice", line_number="line of the ticket"),
            *_columns(Kind.TEXT, time="time of day of the sale"),
            *_WEEKDAY,
            *_DATE_PARTS,
        ),
        key=("unique_id", "ds"),
        unique_id_parts=("location", "product", "channel"),
        helpers=(
            *("location", "product", "channel", "weekday"),
            *("discount", "ticket", "line_number", "time", *DATE_PARTS),
        ),
        measure="y",
        keeps_exog=True,
    ),
    Table.STOCK: Schema(
        columns=(
            _SERIES,
            *_columns(
                Kind.QUANTITY,
                required=True,
                unless="on_order",  # a second order of a series has a row of its own and counts nothing
                on_hand="units on the shelf and in the store room",
            ),
            *_columns(Kind.TEXT, lot="lot code"),
            *_columns(Kind.DATE, expiry="last day of use"),
            *_columns(Kind.QUANTITY, on_order="units ordered and not yet received"),
            *_columns(Kind.DATE, due_date="day on which on_order arrives", as_of="day of the count"),
            *_columns(Kind.QUANTITY, due_in="periods after the count until on_order arrives; 1 is the next"),
            *_columns(Kind.TEXT, due_unit="what due_in counts: D, W, MS, QS; empty is the sales' period"),
            *_columns(Kind.QUANTITY, quarantine="units of on_hand that may not be used yet"),
            *_PLACE_AND_PRODUCT,
        ),
        unique_id_parts=("location", "product"),
        helpers=("location", "product"),
        measure="on_hand",
    ),
    Table.ITEMS: Schema(
        columns=(
            _SERIES,
            *_PLACE_AND_PRODUCT,
            *_columns(Kind.TEXT, name="what people call it", category="family of products"),
            *_columns(Kind.TEXT, unit="unit of y, such as kg or piece"),
            *_columns(
                Kind.QUANTITY,
                price="price per unit",
                holding_cost="money per unit held over one period",
                shortage_cost="money per unit of sales lost",
            ),
            *_columns(Kind.SHARE, service_level="probability of no shortage in a protection interval"),
            *_columns(
                Kind.QUANTITY,
                shelf_life="days from receipt to the last day of sale",
                floor="units that are always to be there",
            ),
            *_columns(
                Kind.TEXT,
                source="supplier_id, or location that supplies it",
                currency="ISO 4217 code",
                similar_to="unique_ids of look-alikes of a new product, separated by ;",
            ),
            *_columns(Kind.DATE, launch="first day on sale of a new product"),
        ),
        key=("unique_id",),
        unique_id_parts=("location", "product"),
        keeps_text=True,
    ),
    Table.SUPPLIERS: Schema(
        columns=(
            *_columns(Kind.TEXT, required=True, supplier_id="the supplier"),
            *_columns(Kind.TEXT, name="name on the purchase order", email="where the order goes"),
            *_columns(Kind.QUANTITY, lead_time="days from order to shelf", minimum_order_value="money"),
            *_columns(Kind.TEXT, order_weekdays="weekdays that take orders", currency="ISO 4217 code"),
        ),
        key=("supplier_id",),
    ),
    Table.TERMS: Schema(
        columns=(
            *_columns(Kind.TEXT, required=True, supplier_id="the supplier"),
            *_columns(
                Kind.TEXT,
                unique_id=_SERIES.description,
                product="product, in all locations",
                component="bought component",
            ),
            *_columns(
                Kind.QUANTITY, unit_cost="money per unit", break_quantity="units from which unit_cost holds"
            ),
            *_columns(Kind.TEXT, currency="ISO 4217 code"),
            *_columns(Kind.QUANTITY, positive=True, pack_size="units per pack"),
            *_columns(Kind.QUANTITY, minimum_order_quantity="units", lead_time="days from order to shelf"),
            *_columns(Kind.TEXT, purchase_unit="unit on the purchase order"),
            *_columns(Kind.QUANTITY, positive=True, unit_factor="units of y per purchase unit"),
            *_columns(Kind.NUMBER, preference="1 is the first choice"),
        ),
        any_of=("unique_id", "product", "component"),
    ),
    Table.BILL_OF_MATERIALS: Schema(
        columns=(
            *_columns(Kind.TEXT, required=True, parent="what is made", component="what goes into it"),
            *_columns(Kind.QUANTITY, required=True, positive=True, quantity_per="units per unit of parent"),
            *_columns(Kind.TEXT, unit="unit of quantity_per, such as kg or piece"),
            *_columns(Kind.SHARE, scrap_rate="share of the component that is lost"),
            *_columns(Kind.SHARE, positive=True, yield_rate="good share of what is made"),
        ),
        key=("parent", "component"),
    ),
    Table.CAPACITY: Schema(
        columns=(
            *_columns(Kind.TEXT, resource="machine or line", product="what it makes, or what is limited"),
            *_columns(Kind.DATE, required=True, ds="first day of the period"),
            *_columns(Kind.QUANTITY, required=True, capacity="units that can be made in the period"),
            *_columns(Kind.SHARE, positive=True, yield_rate="good share of what is made"),
            *_columns(Kind.QUANTITY, positive=True, density="good units per unit of capacity"),
            *_columns(
                Kind.QUANTITY,
                ramp="most by which production may grow from one period to the next",
                scheduled="capacity that is already promised",
            ),
            *_DATE_PARTS,
        ),
        key=("resource", "product", "ds"),
        any_of=("resource", "product"),
        helpers=DATE_PARTS,
    ),
    Table.CALENDAR: Schema(
        columns=(
            *_columns(Kind.DATE, required=True, ds="the day or the first day of the period"),
            *_columns(Kind.TEXT, location="where it holds; empty is everywhere"),
            *_EVENTS,
            *_columns(Kind.FLAG, closed="nothing can be sold"),
            *_columns(Kind.NUMBER, temperature="mean temperature", sunshine="hours of sunshine"),
            *_WEEKDAY,
            *_DATE_PARTS,
        ),
        key=("ds", "location"),
        helpers=("weekday", *DATE_PARTS),
        keeps_exog=True,
    ),
}


def schema_of(table: Table, measure: str | None = None) -> Schema:
    """The schema of a table; of sales whose cells are only about `measure` ('in_stock') without y."""
    schema = SCHEMAS[table]
    if table is not Table.SALES or measure != "in_stock":
        return schema
    columns = tuple(
        replace(column, required=column.name in ("ds", "in_stock"))
        for column in schema.columns
        if column.name != "y"
    )
    return replace(schema, columns=columns, measure=None)
