"""What is right, computed slowly: plain loops that share no line with what they judge."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np


def crps(y: float, values: Sequence[float]) -> float:
    """E|X - y| - E|X - X'| / 2 over all pairs of `values`, as it is defined."""
    paths = len(values)
    far = sum(abs(value - y) for value in values) / paths
    apart = sum(abs(one - other) for one in values for other in values) / paths**2
    return far - apart / 2


def harvey_leybourne_newbold(difference: Sequence[float], horizon: int) -> float:
    """S* of Harvey, Leybourne & Newbold (1997), equations 2 to 9, for forecasts `horizon` steps ahead."""
    number = len(difference)
    mean = sum(difference) / number

    def autocovariance(lag: int) -> float:
        return sum((difference[t] - mean) * (difference[t - lag] - mean) for t in range(lag, number)) / number

    variance = (autocovariance(0) + 2 * sum(autocovariance(lag) for lag in range(1, horizon))) / number
    uncorrected = mean / variance**0.5
    return float(
        ((number + 1 - 2 * horizon + horizon * (horizon - 1) / number) / number) ** 0.5 * uncorrected
    )


def one_order(
    paths: Sequence[Sequence[float | None]],
    demand: Sequence[float | None],
    mean: float,
    lead_time: int,
    review_period: int,
    holding_cost: float,
    shortage_cost: float,
) -> tuple[int, float, float]:
    """Order of one series, and what holding and lost sales then cost; a demand of None is unknown.

    The smallest whole order with which enough paths lose nothing between its arrival and the next one.
    """

    def play(wanted: Sequence[float | None], order: float) -> tuple[list[float], list[float]]:
        on_hand = opening = float(math.ceil(mean))
        received = 0.0
        left, lost = [], []
        for period, demanded in enumerate(wanted):
            if period < lead_time:
                missing = max(round(mean * (period + 1)) - opening - received, 0.0)
                received += missing
                on_hand += missing
            if period == lead_time:
                on_hand += order
            sold = min(on_hand, demanded or 0.0)
            left.append(on_hand - sold)
            lost.append((demanded or 0.0) - sold)
            on_hand -= sold
        return left, lost

    interval = lead_time + review_period
    ratio = shortage_cost / (shortage_cost + holding_cost * review_period)
    order = 0
    while True:
        served = [sum(play(path[:interval], order)[1][lead_time:]) <= 1e-9 for path in paths]
        if sum(served) >= ratio * len(paths) - 1e-9:
            break
        order += 1
    left, lost = play(demand[:interval], order)
    known = [period for period in range(lead_time, interval) if demand[period] is not None]
    return order, holding_cost * sum(left[t] for t in known), shortage_cost * sum(lost[t] for t in known)


def cost_of_an_order(
    paths: Sequence[Sequence[float]],
    quantity: float,
    *,
    on_hand: float,
    lots: Mapping[int, float],
    receipts: Mapping[int, float],
    lead_time: int,
    review_period: int,
    shelf_life: int,
    holding_cost: float,
    shortage_cost: float,
    unit_cost: float,
) -> tuple[float, float, float]:
    """Mean holding, shortage and waste from the order's arrival on, a unit as a lot of its own age.

    Each path must end after everything has sold or expired; lots: units by their last period.
    """
    causes = [0.0, 0.0, 0.0]
    for path in paths:
        shelf = [[math.inf, on_hand], *([float(last), units] for last, units in lots.items())]
        for period, demanded in enumerate(path):
            fresh = receipts.get(period, 0.0) + (quantity if period == lead_time else 0.0)
            shelf.append([period + shelf_life - 1.0, fresh])
            wanted = demanded
            for lot in sorted(shelf):
                sold = min(lot[1], wanted)
                wanted -= sold
                shelf[shelf.index(lot)][1] -= sold
            expired = sum(units for last, units in shelf if last <= period)
            shelf = [lot for lot in shelf if lot[0] > period]
            if period >= lead_time:
                causes[0] += holding_cost * sum(units for _, units in shelf)
                causes[2] += unit_cost * expired
            if lead_time <= period < lead_time + review_period:
                causes[1] += shortage_cost * wanted
    holding, shortage, waste = (cause / len(paths) for cause in causes)
    return holding, shortage, waste


def intermittency(demand: Sequence[float]) -> str:
    """The class of Syntetos, Boylan & Croston (2005) of one series without unknown periods."""
    sizes = [units for units in demand if units > 0]
    if not sizes:
        return "no sales"
    mean = sum(sizes) / len(sizes)
    variation = sum((size - mean) ** 2 for size in sizes) / len(sizes) / mean**2
    if len(demand) / len(sizes) < 1.32:
        return "smooth" if variation < 0.49 else "erratic"
    return "intermittent" if variation < 0.49 else "lumpy"


def exponential_level(y: Sequence[float], alpha: float) -> float:
    """Simple exponential smoothing from the first value on, by its recursion."""
    level = y[0]
    for value in y[1:]:
        level = alpha * value + (1 - alpha) * level
    return level


def croston(y: Sequence[float], alpha: float) -> float:
    """Croston (1972) on a series without gaps: smooth the list of demands and the list of intervals."""
    sizes, intervals, waited = [], [], 0
    for value in y:
        waited += 1
        if value > 0:
            sizes.append(value)
            intervals.append(float(waited))
            waited = 0
    return exponential_level(sizes, alpha) / exponential_level(intervals, alpha) if sizes else 0.0


def tsb(y: Sequence[float], alpha: float, beta: float) -> float:
    """Teunter, Syntetos & Babai (2011) on a series without gaps."""
    sizes = [value for value in y if value > 0]
    chance = exponential_level([float(value > 0) for value in y], beta)
    return exponential_level(sizes, alpha) * chance if sizes else 0.0


def cheapest_lot_sizes(
    demand: Sequence[float],
    ordering_cost: Sequence[float],
    holding_cost: Sequence[float],
    unit_cost: Sequence[float],
) -> float:
    """Least cost over every set of periods to order in, each order bringing what is needed until the next."""
    periods = len(demand)
    least = math.inf
    for chosen in range(2**periods):
        cost, last = 0.0, None
        for period, wanted in enumerate(demand):
            if chosen >> period & 1:
                last = period
                cost += ordering_cost[period]
            if wanted > 0:
                if last is None:
                    cost = math.inf
                    break
                cost += wanted * (unit_cost[last] + sum(holding_cost[last:period]))
        least = min(least, cost)
    return least


def cost_of_s_s(
    chances: Sequence[float], reorder_point: int, up_to: int, ordering_cost: float, h: float, p: float
) -> float:
    """Average cost of an (s, S) policy with immediate orders, by following the inventory position for
    long."""
    at = {up_to: 1.0}
    cost = 0.0
    weight = 0.0
    for period in range(2_000):
        cost_now, after = 0.0, {}
        for position, likely in at.items():
            for wanted, chance in enumerate(chances):
                left = position - wanted
                share = likely * chance
                cost_now += share * (h * max(left, 0) + p * max(-left, 0))
                if left <= reorder_point:
                    cost_now += share * ordering_cost
                    left = up_to
                after[left] = after.get(left, 0.0) + share
        at = after
        if period >= 1_000:
            cost, weight = cost + cost_now, weight + 1
    return cost / weight


class LostSales:
    """The best orders under lost sales by relative value iteration (Zipkin 2008): state = on hand, then
    pipeline.

    chances: of a demand of 0, 1, ... units. An order placed before a period's demand arrives `lead_time` (1
    or more) periods later. Stock and orders are kept below `most_on_hand` and `most_ordered`.
    """

    def __init__(
        self,
        chances: Sequence[float],
        lead_time: int,
        shortage_cost: float,
        most_on_hand: int,
        most_ordered: int,
    ) -> None:
        stock, orders = np.arange(most_on_hand + 1), np.arange(most_ordered + 1)
        wanted = np.arange(len(chances))
        left = np.maximum(stock[:, None] - wanted, 0)
        missing = np.maximum(wanted - stock[:, None], 0)
        now = (left + shortage_cost * missing) @ np.array(chances)
        shape = (len(stock), *([len(orders)] * (lead_time - 1)))
        moves = np.zeros((len(orders), len(stock), len(stock)))  # chance to go from one stock to another
        for arriving in orders:
            for before in stock:
                after = np.minimum(left[before] + arriving, most_on_hand)
                np.add.at(moves[arriving, before], after, chances)
        value, change = np.zeros(shape), np.zeros(shape)
        for _ in range(500):
            # ahead[on hand, arriving, ..., ordered] = expected value of the next period's state
            if lead_time == 1:
                ahead = np.einsum("qij,j->iq", moves, value)
            else:
                ahead = np.einsum("qij,j...->iq...", moves, value)
            costs = now.reshape(-1, *([1] * lead_time)) + ahead
            change = costs.min(axis=-1) - value
            value = costs.min(axis=-1)
            self.order = costs.argmin(axis=-1)
            value = value - value.flat[0]
            if change.max() - change.min() < 1e-6:
                break
        self.cost = float((change.max() + change.min()) / 2)


def quarter_ends(
    use: Sequence[Sequence[float]],
    yields: Sequence[Sequence[float]],
    density: float,
    demand: Sequence[float],
    weeks_of_supply: Sequence[float],
    opening: float,
) -> list[dict[str, float]]:
    """The formulas of a quarterly workbook for one product, from the plan alone; 13 weeks are a quarter.

    use, yields: by quarter, then by week. demand has one quarter more than there are plans.
    """
    ends = []
    balance = opening
    for quarter, (used, shares) in enumerate(zip(use, yields, strict=True)):
        supply = 0.0
        for wafers, share in zip(used, shares, strict=True):
            supply += wafers * density * share
        safety_stock = demand[quarter + 1] / 13 * weeks_of_supply[quarter]
        balance = balance + supply - demand[quarter]
        ends.append(
            {
                "yielded_supply": supply,
                "safety_stock": safety_stock,
                "balance": balance,
                "excess": balance - safety_stock,
            }
        )
    return ends


def arithmetic(node: ast.expr) -> float:
    """An expression of numbers and + - * /, as ast.parse reads it."""
    match node:
        case ast.BinOp(left, operator, right):
            one, other = arithmetic(left), arithmetic(right)
            signs = {ast.Add: one + other, ast.Sub: one - other, ast.Mult: one * other}
            return one / other if isinstance(operator, ast.Div) else signs[type(operator)]
        case ast.UnaryOp(ast.USub(), operand):
            return -arithmetic(operand)
        case ast.UnaryOp(ast.UAdd(), operand):
            return arithmetic(operand)
        case ast.Constant(float() | int() as value):
            return float(value)
    raise ValueError(ast.dump(node))


def workbook_numbers(sheets: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, float]]:
    """What a spreadsheet shows: every formula of + - * / and SUM computed from the cells that hold numbers.

    sheets: by name, then by cell such as 'B4'; an empty cell counts as 0, a text is no number.
    """
    known: dict[str, dict[str, float]] = {name: {} for name in sheets}

    def number(sheet: str, cell: str) -> float:
        content = sheets[sheet].get(cell)
        if isinstance(content, str) and content.startswith("="):
            if cell not in known[sheet]:
                known[sheet][cell] = computed(sheet, content[1:])
            return known[sheet][cell]
        return float(content) if isinstance(content, (int, float)) else 0.0

    def computed(sheet: str, formula: str) -> float:
        def added(found: re.Match[str]) -> str:
            column, first, last = found[1], int(found[2]), int(found[3])
            return "(" + "+".join(f"{column}{line}" for line in range(first, last + 1)) + ")"

        spelled = re.sub(r"SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)", added, formula)
        numbers = re.sub(r"[A-Z]+\d+", lambda found: repr(number(sheet, found[0])), spelled)
        return arithmetic(ast.parse(numbers.strip(), mode="eval").body)

    for sheet, cells in sheets.items():
        for cell in cells:
            known[sheet][cell] = number(sheet, cell)
    return known


def most_use(capacity: Sequence[float], ramp: float) -> list[float]:
    """The most that each week can use where use rises by no more than the ramp."""
    most = [capacity[0]]
    for limit in capacity[1:]:
        most.append(min(limit, most[-1] + ramp))
    return most


def backlog_of_one_line(demand: Sequence[float], capacity: Sequence[float], on_hand: float) -> float:
    """Units late, summed over periods, where one line makes all it can from the first period on."""
    net, late = on_hand, 0.0
    for wanted, most in zip(demand, capacity, strict=True):
        net += most - wanted
        late += max(-net, 0.0)
    return late


def material_requirements(
    links: Sequence[tuple[str, str, float]],
    required: dict[str, list[float]],
    rules: dict[str, dict[str, float]],
    lots: dict[str, list[tuple[int, float]]],
    receipts: dict[str, list[float]],
) -> tuple[dict[str, list[float]], dict[str, list[float]], dict[str, list[float]]]:
    """MRP one thing, period and lot at a time: gross requirements, planned receipts and what expired, by
    thing.

    links: parent, component, units in one good parent. lots: (last period it can be used in, units).
    """
    things = sorted({name for parent, component, _ in links for name in (parent, component)} | set(required))
    periods = len(next(iter(required.values())))
    gross = {name: list(required.get(name, [0.0] * periods)) for name in things}
    planned, expired = ({name: [0.0] * periods for name in things} for _ in range(2))
    todo = list(things)
    while todo:
        name = next(each for each in todo if not any(up in todo for up, down, _ in links if down == each))
        todo.remove(name)
        rule = rules.get(name, {})
        shelf = sorted([list(lot) for lot in lots.get(name, [])])
        life = rule.get("shelf_life", 0) or math.inf
        for period in range(periods):
            coming = receipts.get(name, [0.0] * periods)
            there = sum(units for last, units in shelf if last >= period) + coming[period]
            missing = gross[name][period] + rule.get("safety_stock", 0) - there
            order = 0.0
            if missing > 1e-9:
                order, running = missing, missing
                for later in range(period + 1, min(period + int(rule.get("periods_covered", 1)), periods)):
                    running += gross[name][later] - coming[later]
                    order = max(order, running)
                order = max(order, rule.get("minimum_order_quantity", 0))
                pack = rule.get("pack_size", 0)
                if pack:
                    order = math.ceil(order / pack - 1e-9) * pack
            planned[name][period] = order
            shelf = sorted([*shelf, [period + life - 1, order + coming[period]]])
            wanted = gross[name][period]
            for lot in shelf:
                if lot[0] >= period:
                    taken = min(lot[1], wanted)
                    lot[1] -= taken
                    wanted -= taken
            expired[name][period] = sum(units for last, units in shelf if last == period)
            release = max(period - int(rule.get("lead_time", 0)), 0)
            for parent, component, units in links:
                if parent == name:
                    gross[component][release] += units * order
    return gross, planned, expired


def order_risk(
    paths: Sequence[Sequence[Sequence[float]]],
    on_hand: Sequence[float],
    order: Sequence[float],
    lead_time: Sequence[int],
    review_period: int,
    holding_cost: Sequence[float],
    shortage_cost: Sequence[float],
) -> list[list[float]]:
    """Cost of each line on each path until its next order; `paths` by line, path and period."""
    cost = []
    for line, of_line in enumerate(paths):
        spent = []
        for path in of_line:
            left, money = on_hand[line], 0.0
            for period in range(lead_time[line] + review_period):
                if period == lead_time[line]:
                    left += order[line]
                sold = min(left, path[period])
                left -= sold
                money += holding_cost[line] * left + shortage_cost[line] * (path[period] - sold)
            spent.append(money)
        cost.append(spent)
    return cost


def mean_of_the_worst(values: Sequence[float], number: int) -> float:
    """The mean of the `number` largest."""
    return sum(sorted(values)[-number:]) / number
