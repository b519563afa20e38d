"""A production plan in words: what is missed, what holds it back, what would help, and what each costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from planning.production.plan import Binding, Missed, ProductionPlan, Relaxation
from planning.production.problem import Aim

_SHOWN: Final = 4
_ONE: Final = {
    Aim.CAPACITY: "{units} more of {resource}{period}",
    Aim.RAMP: "{units} more rise of {unique_id} on {resource}{period}",
    Aim.MINIMUM_RUN: "{units} under the minimum run of {resource}{period}",
    Aim.DEMAND: "{units} of {unique_id} late{period}",
    Aim.SAFETY_STOCK: "{units} less safety stock of {unique_id}{period}",
    Aim.FINAL_STOCK: "{units} of {unique_id} off the final stock{period}",
}
_LIMIT: Final = {
    Aim.CAPACITY: "the capacity of {resource}{period}",
    Aim.RAMP: "the ramp of {unique_id} on {resource}{period}",
    Aim.MINIMUM_RUN: "the minimum run of {resource}{period}",
    Aim.SAFETY_STOCK: "the safety stock of {unique_id}{period}",
}


def sentences(plan: ProductionPlan) -> list[str]:
    """Whole sentences for a person, the most important first."""
    if plan.feasible:
        said = ["Everything that was asked for can be done."]
    else:
        said = [f"Not everything can be had: {_listed(map(_missed, plan.missed))}."]
        ways = "; or ".join(map(_way, plan.relaxations))
        said.append(f"It all can be had with {ways}." if ways else "No change of one kind would be enough.")
    if plan.binding:
        said.append(f"What holds it back: {_listed(map(_binding, plan.binding))}.")
    return said


def _missed(missed: Missed) -> str:
    return f"{_filled(_ONE[missed.aim], missed, _units(missed.units))} (costs {_short(missed.cost)})"


def _way(relaxation: Relaxation) -> str:
    said = _listed(_filled(_ONE[part.aim], part, _units(part.units)) for part in relaxation.parts)
    together = f", {_short(relaxation.units)} in all" if len(relaxation.parts) > 1 else ""
    return f"{said}{together} (costs {_short(relaxation.cost)})"


def _binding(binding: Binding) -> str:
    said = _filled(_LIMIT[binding.aim], binding, "")
    goal = binding.goal.rsplit("_", 1)[0] if binding.goal.startswith(Aim.DEMAND) else binding.goal
    return f"{said} (one more is worth {binding.worth:,.6g} of {goal})"


def _filled(form: str, where: Missed | Binding, units: str) -> str:
    return form.format(
        units=units, unique_id=where.unique_id, resource=where.resource, period=f" in {where.period}"
    )


def _units(units: float) -> str:
    return f"{_short(units)} units" if units != 1 else "1 unit"


def _short(number: float) -> str:
    """Three decimals at most, and as many digits as say something."""
    return f"{round(number, 3):,.10g}" if abs(number) >= 0.0005 else f"{number:,.1g}"


def _listed(parts: Iterable[str]) -> str:
    found: Sequence[str] = list(parts)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
