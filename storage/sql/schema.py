"""The tables of the database: the words of the glossary as columns, the same on every server.

The buckets are the truth and all of this is a projection of it. Rows belong to parts (`PARTS`), each loaded
and replaced as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

LONGEST_NAME: Final = 255  # characters; two of them, in four bytes each, still fit an index of InnoDB
SERVERS: Final = ("mysql", "mariadb")  # what SQLAlchemy calls one server under two kinds of URL


def collation(dialect: Dialect) -> str:
    """The collation in which texts are equal only where they are the same, trailing spaces and case too."""
    return "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"


class Name(TypeDecorator[str]):
    """A text by which rows are found: never longer than `length`, equal only to itself."""

    impl = String
    cache_ok = True

    def __init__(self, length: int = LONGEST_NAME) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type on one kind of server."""
        if dialect.name in SERVERS:
            return mysql.VARCHAR(self.length, charset="utf8mb4", collation=collation(dialect))
        return String(self.length)


class Sentence(TypeDecorator[str]):
    """A text that is only looked at."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type on one kind of server."""
        if dialect.name in SERVERS:
            return mysql.TEXT(charset="utf8mb4", collation=collation(dialect))
        return Text()


METADATA: Final = MetaData()


def _key(name: str, comment: str, length: int = LONGEST_NAME) -> Column[str]:
    return Column(name, Name(length), primary_key=True, comment=comment)


def _name(name: str, comment: str, *, required: bool = False) -> Column[str]:
    return Column(name, Name(), nullable=not required, comment=comment)


def _text(**comments: str) -> list[Column[str]]:
    return [Column(name, Sentence(), comment=comment) for name, comment in comments.items()]


def _numbers(**comments: str) -> list[Column[float]]:
    return [Column(name, Double(), comment=comment) for name, comment in comments.items()]


def _counts(**comments: str) -> list[Column[int]]:
    return [Column(name, Integer(), nullable=False, comment=comment) for name, comment in comments.items()]


def _day(name: str, comment: str, *, key: bool = False, required: bool = False) -> Column[Any]:
    return Column(name, Date(), primary_key=key, nullable=not (key or required), comment=comment)


def _position() -> Column[int]:
    return Column(
        "position",
        Integer(),
        primary_key=True,
        autoincrement=False,
        comment="row of the joined files, from 1",
    )


def _table(name: str, comment: str, *parts: Any) -> Table:
    return Table(name, METADATA, *parts, comment=comment, mysql_engine="InnoDB", mariadb_engine="InnoDB")


def _of_dataset() -> tuple[Column[str], ForeignKeyConstraint]:
    return (
        _key("dataset", "the dataset", 63),
        ForeignKeyConstraint(["dataset"], ["datasets.dataset"]),
    )


def _of(table: str, *columns: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(columns, [f"{table}.{column}" for column in columns])


_SERIES: Final = "the series, usually location/product"

LOADS: Final = _table(
    "loads",
    "what is loaded: one row per part and version, committed together with its rows",
    _key("dataset", "the dataset; empty for what holds for all", 63),
    _key("part", "sales, items, suppliers, terms, stock, counts, prediction, plan, orders; schema", 32),
    _key("version", "the dataset version, the plan id, the hash of the files"),
    Column("row_count", Integer(), nullable=False, comment="rows that were written"),
    Column("checksum", Name(64), nullable=False, comment="hash of what the rows were made from"),
)

DATASETS: Final = _table(
    "datasets",
    "one row per dataset: what is latest",
    _key("dataset", "the dataset", 63),
    Column("dataset_version", Name(16), nullable=False, comment="the version whose sales are loaded"),
    Column("freq", Name(32), nullable=False, comment="length of a period: D, W-MON, MS, QS"),
    _day("cutoff", "first day of the last complete period", required=True),
    _day("as_of", "day up to which the sales are known to be complete"),
    Column("plan_id", Name(32), comment="the latest plan; v_inventory_cross shows it"),
    Column("published_at", DateTime(), nullable=False, comment="when the version was published, UTC"),
)

SALES: Final = _table(
    "sales",
    "accepted sales of the latest version of each dataset: one row per series and period",
    *_of_dataset(),
    _key("unique_id", _SERIES),
    _day("ds", "first day of the period", key=True),
    *_numbers(
        y="units sold; negative are returns",
        price="price per unit",
        revenue="money for the units",
        in_stock="share of the period on the shelf",
        requested="units asked for, sold or not",
        promotion="promotion in the period",
        holiday="holiday in the period",
    ),
    Index("sales_by_day", "dataset", "ds"),
)

ITEMS: Final = _table(
    "items",
    "what is known of each series",
    *_of_dataset(),
    _key("unique_id", _SERIES),
    *_text(
        location="shop, warehouse or plant",
        product="what is sold",
        name="what people call it",
        category="family of products",
        unit="unit of y, such as kg or piece",
    ),
    *_numbers(
        price="price per unit",
        holding_cost="money per unit held over one period",
        shortage_cost="money per unit of sales lost",
        service_level="probability of no shortage in a protection interval",
        shelf_life="days from receipt to the last day of sale",
        floor="units that are always to be there",
    ),
    *_text(
        source="supplier_id, or location that supplies it",
        currency="ISO 4217 code",
        similar_to="unique_ids of look-alikes of a new product, separated by ;",
    ),
    _day("launch", "first day on sale of a new product"),
)

SUPPLIERS: Final = _table(
    "suppliers",
    "who delivers",
    *_of_dataset(),
    _key("supplier_id", "the supplier"),
    *_text(name="name on the purchase order", email="where the order goes"),
    *_numbers(lead_time="days from order to shelf", minimum_order_value="money"),
    *_text(order_weekdays="weekdays that take orders", currency="ISO 4217 code"),
)

TERMS: Final = _table(
    "terms",
    "what each supplier asks for what",
    *_of_dataset(),
    _position(),
    _name("supplier_id", "the supplier", required=True),
    _name("unique_id", _SERIES),
    _name("product", "product, in all locations"),
    _name("component", "bought component"),
    *_numbers(
        unit_cost="money per unit",
        break_quantity="units from which unit_cost holds",
        pack_size="units per pack",
        minimum_order_quantity="units",
        lead_time="days from order to shelf",
    ),
    *_text(purchase_unit="unit on the purchase order", currency="ISO 4217 code"),
    *_numbers(unit_factor="units of y per purchase unit", preference="1 is the first choice"),
)

STOCK: Final = _table(
    "stock",
    "the count that a plan of today would use: one row per series, lot and open order of the stock files",
    *_of_dataset(),
    _position(),
    _name("unique_id", _SERIES, required=True),
    *_numbers(on_hand="units in the house"),
    _name("lot", "lot code"),
    _day("expiry", "last day of use"),
    *_numbers(on_order="units ordered and not yet received"),
    _day("due_date", "day on which on_order arrives; of due_in, the first of that period"),
    _day("as_of", "day of the count, where the file says"),
    _day("counted_on", "as_of, else the last day of the sales it was first used with", required=True),
    *_numbers(quarantine="units of on_hand that may not be used yet"),
    Index("stock_by_series", "dataset", "unique_id"),
)

STOCK_COUNTS: Final = _table(
    "stock_counts",
    "every count there ever was, by series and lot: how old a lot is",
    *_of_dataset(),
    _key("snapshot_id", "SHA-256 of the stock file", 64),
    _key("unique_id", _SERIES),
    _key("lot", "lot code; empty without"),
    _day("counted_on", "day of the count", key=True),
    *_numbers(on_hand="units of the lot in the house"),
    _day("expiry", "last day of use"),
    Index("stock_counts_by_lot", "dataset", "unique_id", "lot", "counted_on"),
)

PREDICTIONS: Final = _table(
    "predictions",
    "the latest prediction of each dataset",
    *_of_dataset(),
    _key("unique_id", _SERIES),
    _day("ds", "first day of the period", key=True),
    *_numbers(
        y_hat="mean of the demand paths",
        p10="exceeded in 9 of 10 futures",
        p50="exceeded in half of the futures",
        p80="exceeded in 2 of 10 futures",
        p90="exceeded in 1 of 10 futures",
        p95="exceeded in 1 of 20 futures",
    ),
)

PLANS: Final = _table(
    "plans",
    "one row per plan and revision",
    *_of_dataset(),
    _key("plan_id", "ISO week after the cutoff, and revision", 32),
    _day("cutoff", "first day of the last complete period", required=True),
    Column("dataset_version", Name(16), nullable=False, comment="the sales it was made from"),
    Column("model_version", Name(32), nullable=False, comment="the model it was made with"),
    Column("published_at", DateTime(), nullable=False, comment="when the plan was published, UTC"),
)

PLAN_DEMAND: Final = _table(
    "plan_demand",
    "what each plan expects to be asked for: the mean of its demand paths",
    *_of_dataset(),
    _key("plan_id", "the plan", 32),
    _key("unique_id", _SERIES),
    _day("ds", "first day of the period", key=True),
    *_numbers(y_hat="expected demand of the period"),
    _of("plans", "dataset", "plan_id"),
)

PLAN_LINES: Final = _table(
    "plan_lines",
    "every line of every plan, also those that order nothing",
    *_of_dataset(),
    _key("plan_id", "the plan", 32),
    _key("unique_id", _SERIES),
    _key("supplier_id", "the supplier"),
    _name("purchase_order", "its purchase order, where the line orders anything"),
    *_text(unit="unit of the quantities"),
    *_numbers(
        lead_time="periods from order to shelf",
        review_period="periods to the next chance to order",
        on_hand="units in the house",
        on_order="units to come",
        inventory_position="on_hand + on_order - backorders",
        forecast="expected demand of the protection interval",
        safety_stock="units above the forecast",
        order_up_to_level="forecast + safety_stock",
        expected_lost_sales="units that nobody can deliver in time",
        expected_waste="units that will pass their expiry",
        floor="units that are always to be there",
        not_below_zero="what brings a negative order up to nothing",
        pack_rounding="up to whole packs",
        minimum_rounding="up to the minimum",
        perishing="fewer because of what would expire",
        price_break="up to a quantity that costs less per unit",
        pinned="to what the planner fixed",
        coupling="for the supplier's minimum value, or the budget",
        order_quantity="units to order now",
        pack_size="units per pack",
        minimum_order_quantity="least units of a line",
        unit_cost="money per unit",
        amount="money for the line",
    ),
    *_text(currency="ISO 4217 code"),
    *_numbers(
        critical_ratio="service level that pays best",
        covered="periods over which the order is weighed",
        lost_sales="expected lost sales with the order",
        lost_sales_without="expected lost sales without the order",
        order_waste="units of the order that will expire",
        holding_money="expected money for holding stock",
        shortage_money="expected money for lost sales",
        waste_money="expected money for what expires",
        expected_cost="the three together",
        cost_without="the same without the order",
    ),
    _day("order_date", "day on which the supplier takes the order"),
    _day("due_date", "day on which the order should arrive"),
    *_text(explanation="the line in a sentence"),
    _of("plans", "dataset", "plan_id"),
)

PURCHASE_ORDERS: Final = _table(
    "purchase_orders",
    "orders of the latest plan, and every order that was ever issued, with their states",
    *_of_dataset(),
    _key("purchase_order", "its number"),
    Column("plan_id", Name(32), nullable=False, comment="the plan that proposed it"),
    _name("supplier_id", "the supplier", required=True),
    Column("state", Name(32), nullable=False, comment="proposed, issued, confirmed, received or cancelled"),
    _day("due_date", "first day on which a line should arrive"),
    _day("issued_on", "day on which it was sent"),
    _day("received_on", "day on which it came, the last of it"),
    *_counts(line_count="lines"),
    *_numbers(amount="money for all lines"),
    *_text(currency="ISO 4217 code"),
)

PURCHASE_ORDER_LINES: Final = _table(
    "purchase_order_lines",
    "the lines of the purchase orders",
    *_of_dataset(),
    _key("purchase_order", "its number"),
    _key("unique_id", _SERIES),
    *_numbers(order_quantity="units ordered", on_order="units of them that are still to come"),
    *_text(unit="unit of the quantity"),
    *_numbers(unit_cost="money per unit", amount="money for the line"),
    *_text(currency="ISO 4217 code"),
    _day("due_date", "day on which it should arrive"),
    _of("purchase_orders", "dataset", "purchase_order"),
)

PURCHASE_ORDER_RECEIPTS: Final = _table(
    "purchase_order_receipts",
    "what came of the purchase orders, by day",
    *_of_dataset(),
    _key("purchase_order", "its number"),
    _key("unique_id", _SERIES),
    _day("received_on", "day on which it came", key=True),
    *_numbers(receipts="units that came"),
    _of("purchase_orders", "dataset", "purchase_order"),
)

PURCHASE_ORDER_EVENTS: Final = _table(
    "purchase_order_events",
    "every step that was taken with a purchase order",
    *_of_dataset(),
    _key("purchase_order", "its number"),
    Column("number", Integer(), primary_key=True, autoincrement=False, comment="of the step, from 1"),
    Column("state", Name(32), nullable=False, comment="the state after it"),
    *_text(who="who took it"),
    Column("recorded_at", DateTime(), nullable=False, comment="when it was recorded, UTC"),
    _of("purchase_orders", "dataset", "purchase_order"),
)


@dataclass(frozen=True)
class PartTables:
    """The tables of a part, those that others refer to first, and the column that tells its versions apart.

    Without such a column a dataset has one version of the part at a time.
    """

    tables: tuple[Table, ...]
    version_column: str | None = None


PARTS: Final = {
    "sales": PartTables((SALES,)),
    "items": PartTables((ITEMS,)),
    "suppliers": PartTables((SUPPLIERS,)),
    "terms": PartTables((TERMS,)),
    "stock": PartTables((STOCK,)),
    "counts": PartTables((STOCK_COUNTS,), "snapshot_id"),
    "prediction": PartTables((PREDICTIONS,)),
    "plan": PartTables((PLANS, PLAN_DEMAND, PLAN_LINES), "plan_id"),
    "orders": PartTables(
        (PURCHASE_ORDERS, PURCHASE_ORDER_LINES, PURCHASE_ORDER_RECEIPTS, PURCHASE_ORDER_EVENTS)
    ),
}
"""What is loaded as a whole -> its tables."""
