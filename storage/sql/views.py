"""The views for BI tools. They ask no clock: the same database always shows the same.

What SQLite and MariaDB say differently stands in `_monday` and `_days`, and nowhere else.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Dialect


def _monday(day: str, *, sqlite: bool) -> str:
    """The Monday of the ISO week of a day."""
    if sqlite:
        return f"date({day}, 'weekday 0', '-6 days')"
    return f"date_sub({day}, interval weekday({day}) day)"


def _days(earlier: str, later: str, *, sqlite: bool) -> str:
    """How many days lie between two days."""
    if sqlite:
        return f"cast(julianday({later}) - julianday({earlier}) as integer)"
    return f"datediff({later}, {earlier})"


VIEWS: Final = {
    "v_sales_weekly": """
        Sales by ISO week. week_start: its Monday; a month or a quarter counts where it begins. revenue: that
        of the file, else y x price; empty for a week of which a period has neither. price: revenue / y, else
        the mean of the prices. period_count: periods of the week that there are sales of.
    """,
    "v_inventory_cross": """
        Available against requested, by product and week of the latest plan. on_hand: of the stock count, its
        lots together, without quarantine and lots past their expiry on the day of the count. receipts: open
        orders due in the week, those overdue or without a day in the first one: of the stock file where it
        states on_order, with our own issued after the count, else all our own. requested: what the plan
        expects to be asked for. available: on_hand and all receipts so far; requested_so_far: likewise;
        balance: what is left of it, negative from the week on in which it does not last.
    """,
    "v_open_orders": """
        Lines of purchase orders that were issued or confirmed and have not come wholly. order_quantity and
        amount are the whole line's, on_order is what of it is still to come.
    """,
    "v_stock_age": """
        How long each lot of the last count has been in the house: first_seen is the oldest count that holds
        it, days_in_house the days from then to the last count (counted_on), days_to_expiry those from there
        to its expiry, negative once past. What has no lot has no age: first_seen is empty.
    """,
}
"""Each view and what it shows."""


def view_queries(dialect: Dialect) -> dict[str, str]:
    """The SELECT of each of `VIEWS` for one kind of server."""
    sqlite = dialect.name == "sqlite"
    return {
        "v_sales_weekly": _sales_weekly(sqlite=sqlite),
        "v_inventory_cross": _inventory_cross(sqlite=sqlite),
        "v_open_orders": _OPEN_ORDERS,
        "v_stock_age": _stock_age(sqlite=sqlite),
    }


def _sales_weekly(*, sqlite: bool) -> str:
    return f"""
        SELECT dataset, unique_id, week_start, y,
               CASE WHEN known = period_count THEN money END AS revenue,
               CASE WHEN known = period_count AND y > 0 THEN money / y ELSE mean_price END AS price,
               period_count
        FROM (
            SELECT dataset, unique_id, {_monday("ds", sqlite=sqlite)} AS week_start, sum(y) AS y,
                   count(coalesce(revenue, y * price)) AS known, sum(coalesce(revenue, y * price)) AS money,
                   avg(price) AS mean_price, count(y) AS period_count
            FROM sales
            GROUP BY dataset, unique_id, {_monday("ds", sqlite=sqlite)}
        ) AS weeks
    """  # noqa: S608 - nothing in it comes from outside


def _inventory_cross(*, sqlite: bool) -> str:
    return f"""
        WITH demand AS (
            SELECT plan_demand.dataset, plan_demand.plan_id, unique_id,
                   {_monday("ds", sqlite=sqlite)} AS week_start, sum(y_hat) AS requested
            FROM plan_demand
            JOIN datasets ON datasets.dataset = plan_demand.dataset AND datasets.plan_id = plan_demand.plan_id
            GROUP BY plan_demand.dataset, plan_demand.plan_id, unique_id, {_monday("ds", sqlite=sqlite)}
        ), opening AS (
            SELECT dataset, min(week_start) AS first_week FROM demand GROUP BY dataset
        ), counted AS (
            SELECT dataset, max(counted_on) AS counted_on,
                   max(CASE WHEN on_order IS NOT NULL THEN 1 ELSE 0 END) AS states_orders
            FROM stock GROUP BY dataset
        ), house AS (
            SELECT dataset, unique_id, max(counted_on) AS counted_on,
                   sum(CASE WHEN expiry < counted_on OR quarantine > on_hand THEN 0
                            ELSE on_hand - coalesce(quarantine, 0) END) AS on_hand
            FROM stock GROUP BY dataset, unique_id
        ), to_come AS (
            SELECT dataset, unique_id, due_date AS due, on_order AS quantity FROM stock WHERE on_order <> 0
            UNION ALL
            SELECT ours.dataset, ours.unique_id, ours.due, ours.quantity
            FROM (
                SELECT dataset, purchase_order, unique_id, due_date AS due, on_order AS quantity,
                       NULL AS received_on
                FROM purchase_order_lines WHERE on_order > 0
                UNION ALL
                SELECT dataset, purchase_order, unique_id, NULL, receipts, received_on
                FROM purchase_order_receipts
            ) AS ours
            JOIN purchase_orders AS purchase
              ON purchase.dataset = ours.dataset AND purchase.purchase_order = ours.purchase_order
            LEFT JOIN counted ON counted.dataset = ours.dataset
            LEFT JOIN house ON house.dataset = ours.dataset AND house.unique_id = ours.unique_id
            WHERE (ours.received_on IS NULL
                   OR ours.received_on > coalesce(house.counted_on, counted.counted_on))
              AND (coalesce(counted.states_orders, 0) = 0
                   OR purchase.issued_on > coalesce(house.counted_on, counted.counted_on))
        ), arrivals AS (
            SELECT dataset, unique_id, week_start, sum(quantity) AS receipts
            FROM (
                SELECT to_come.dataset, unique_id, quantity,
                       CASE WHEN {_monday("due", sqlite=sqlite)} > first_week
                            THEN {_monday("due", sqlite=sqlite)} ELSE first_week END AS week_start
                FROM to_come JOIN opening ON opening.dataset = to_come.dataset
            ) AS due_weeks
            GROUP BY dataset, unique_id, week_start
        )
        SELECT demand.dataset, demand.plan_id, demand.unique_id, demand.week_start,
               coalesce(house.on_hand, 0) AS on_hand, coalesce(receipts, 0) AS receipts, requested,
               coalesce(house.on_hand, 0) + sum(coalesce(receipts, 0)) OVER so_far AS available,
               sum(requested) OVER so_far AS requested_so_far,
               coalesce(house.on_hand, 0) + sum(coalesce(receipts, 0) - requested) OVER so_far AS balance
        FROM demand
        LEFT JOIN house ON house.dataset = demand.dataset AND house.unique_id = demand.unique_id
        LEFT JOIN arrivals ON arrivals.dataset = demand.dataset AND arrivals.unique_id = demand.unique_id
                          AND arrivals.week_start = demand.week_start
        WINDOW so_far AS (PARTITION BY demand.dataset, demand.unique_id ORDER BY demand.week_start)
    """  # noqa: S608 - nothing in it comes from outside


_OPEN_ORDERS: Final = """
    SELECT purchase.dataset, purchase.purchase_order, purchase.plan_id, purchase.state, purchase.supplier_id,
           suppliers.name AS supplier_name, line.unique_id, line.order_quantity, line.on_order, line.unit,
           line.unit_cost, line.amount, line.currency, purchase.issued_on, line.due_date
    FROM purchase_orders AS purchase
    JOIN purchase_order_lines AS line
      ON line.dataset = purchase.dataset AND line.purchase_order = purchase.purchase_order
    LEFT JOIN suppliers
      ON suppliers.dataset = purchase.dataset AND suppliers.supplier_id = purchase.supplier_id
    WHERE purchase.state IN ('issued', 'confirmed') AND line.on_order > 0
"""


def _stock_age(*, sqlite: bool) -> str:
    return f"""
        SELECT dataset, unique_id, lot, on_hand, counted_on, first_seen,
               {_days("first_seen", "counted_on", sqlite=sqlite)} AS days_in_house, expiry,
               {_days("counted_on", "expiry", sqlite=sqlite)} AS days_to_expiry
        FROM (
            SELECT stock.dataset, stock.unique_id, stock.lot, sum(stock.on_hand) AS on_hand,
                   max(stock.counted_on) AS counted_on, min(stock.expiry) AS expiry,
                   min(seen.first_seen) AS first_seen
            FROM stock
            LEFT JOIN (
                SELECT dataset, unique_id, lot, min(counted_on) AS first_seen
                FROM stock_counts WHERE on_hand > 0 AND lot <> '' GROUP BY dataset, unique_id, lot
            ) AS seen
              ON seen.dataset = stock.dataset AND seen.unique_id = stock.unique_id AND seen.lot = stock.lot
            WHERE stock.on_hand > 0
            GROUP BY stock.dataset, stock.unique_id, stock.lot
        ) AS lots
    """  # noqa: S608 - nothing in it comes from outside
