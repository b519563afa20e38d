"""A purchase plan in words: what it costs, what is missed, what would help, and what holds it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from planning.purchasing.evaluation import Cause, Slack
from planning.purchasing.plan import Binding, PurchasePlan
from planning.purchasing.problem import Limit, PurchaseProblem
from planning.purchasing.relaxations import WayOut

_SHOWN: Final = 4
_CAUSES: Final = {
    Cause.EXPECTED: "holding, shortage and waste",
    Cause.PURCHASE: "purchases",
    Cause.VALUE: "worth of what is bought",
    Cause.PREFERENCE: "less preferred offers",
    Cause.ORDERING: "orders",
}


def sentences(plan: PurchasePlan, ways: Sequence[WayOut] = ()) -> list[str]:
    """Whole sentences for a person, the most important first. ways: what `ways_out` found."""
    asked = plan.asked
    if plan.feasible:
        said = ["Every limit can be kept."]
    else:
        said = [f"Not every limit can be kept: {_listed(_missed(asked, slack) for slack in plan.slacks)}."]
        told = "; or ".join(_way(asked, way) for way in ways)
        said.append(f"All others can be kept with {told}." if told else "No kind of limit alone is enough.")
    parts = _listed(f"{_CAUSES[cause]} {_number(money)}" for cause, money in plan.causes.items() if money)
    proof = f"at most {plan.gap:.2%} above the cheapest there is" if plan.gap else "and nothing is cheaper"
    said.append(f"The plan costs {_number(plan.cost)} ({parts}), {proof}.")
    if plan.binding:
        held = _listed(f"{_limit(asked, each)} ({_worth(each)})" for each in plan.binding)
        said.append(f"What holds it back: {held}.")
    return said


def _missed(asked: PurchaseProblem, slack: Slack) -> str:
    return f"{_change(asked, slack)} (priced at {_number(slack.cost)})"


def _way(asked: PurchaseProblem, way: WayOut) -> str:
    said = _listed(_change(asked, part) for part in way.parts)
    if not way.extra:
        return f"{said}, at the same cost"
    return f"{said}, at {_number(abs(way.extra))} {'more' if way.extra > 0 else 'less'}"


def _change(asked: PurchaseProblem, slack: Slack) -> str:
    """What a limit would have to be: a minimum in all, others by how much more."""
    amount, name, period = _number(slack.amount), _name(asked, slack), _period(asked, slack.period)
    match slack.limit:
        case Limit.MINIMUM_ORDER_VALUE:
            assert slack.subject is not None  # noqa: S101 - a minimum is a supplier's
            down = float(asked.suppliers.minimum_order_value[slack.subject]) - slack.amount
            return f"supplier {name}'s minimum down to {_number(down)}{period}"
        case Limit.REQUIRED:
            return f"{amount} units of {name} missing{period}"
        case Limit.STORAGE:
            return f"{amount} more room in {name}{period}"
        case _:
            return f"{amount} more budget{period or ' in all'}"


def _limit(asked: PurchaseProblem, binding: Binding) -> str:
    name, period = _name(asked, binding), _period(asked, binding.period)
    match binding.limit:
        case Limit.MINIMUM_ORDER_VALUE:
            return f"supplier {name}'s minimum{period}"
        case Limit.REQUIRED:
            return f"what is required of {name}{period}"
        case Limit.STORAGE:
            return f"the room in {name}{period}"
        case _:
            return f"the budget{period or ' in all'}"


def _worth(binding: Binding) -> str:
    less = binding.limit in (Limit.MINIMUM_ORDER_VALUE, Limit.REQUIRED)
    return f"one {'less' if less else 'more'} is worth {binding.worth:,.4g}"


def _name(asked: PurchaseProblem, where: Slack | Binding) -> str:
    if where.subject is None:
        return ""
    if where.limit is Limit.STORAGE:
        assert asked.storage is not None  # noqa: S101 - its limit is broken or binds
        return asked.storage.names[where.subject]
    names = asked.suppliers.names if where.limit is Limit.MINIMUM_ORDER_VALUE else asked.lines
    return names[where.subject]


def _period(asked: PurchaseProblem, period: int | None) -> str:
    return "" if period is None else f" in {asked.periods[period]}"


def _number(amount: float) -> str:
    return f"{round(amount, 2):,.10g}"


def _listed(parts: Iterable[str]) -> str:
    found = list(parts)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
