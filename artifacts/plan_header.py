"""The facts at the head of a plan's documents."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Final

from intake.errors import InputError

_RELATIVE: Final = re.compile(r"(?!/)[\w./-]+")


@dataclass(frozen=True, kw_only=True)
class PlanHeader:
    """Which plan this is and what it was made from.

    dataset, plan_id: as in the bucket. week: the ISO week the plan is for, '2026-W07'. cutoff: the last day
    of the last complete period. model_version, recipe: what forecast. on_order_source: one sentence that
    says which open orders were counted. links: text -> relative address of a file beside the report.
    InputError if a link is not relative: the report is sent by mail and opened anywhere.
    """

    dataset: str
    plan_id: str
    week: str
    cutoff: datetime.date
    model_version: str
    recipe: str
    on_order_source: str
    links: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for address in self.links.values():
            if not _RELATIVE.fullmatch(address):
                raise InputError(f"'{address}' is no relative link; name a file beside the report")
