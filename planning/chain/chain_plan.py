"""What the chain is planned with, and the tables it comes back as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from intake.errors import InputError
from planning.chain.sharing import SharingRule
from planning.materials.material_plan import MaterialPlan
from planning.plan import Exceptions
from planning.production.plan import ProductionPlan

SHIPMENT_COLUMNS: Final = ("source", "location", "unique_id", "ds", "wanted", "shipped", "rule")
PRODUCTION_COLUMNS: Final = (
    "resource",
    "unique_id",
    "ds",
    "use",
    "good_units",
    "capacity",
    "worth",
)
LINK_COLUMNS: Final = ("step", "unique_id", "ds", "quantity", "cause_step", "cause", "cause_ds")

BUY, MAKE, SHIP, ORDER, SELL = "buy", "make", "ship", "order", "sell"
"""The steps of LINK_COLUMNS: a purchase is caused by what is made or shipped, that by shipments, these by the
orders of the places supplied, or by sales off the same shelf."""


@dataclass(frozen=True, kw_only=True)
class ChainSettings:
    """How the chain is planned. Impossible values raise InputError.

    reviews_ahead: how many decisions ahead the orders of the shops are foreseen; the chain is planned for so
    many review periods, or as far as the demand paths go. rule: how places share what is scarce. priority:
    locations in the order in which they are served under `SharingRule.PRIORITY`; others come after them by
    name.
    """

    reviews_ahead: int = 8
    rule: SharingRule = SharingRule.FAIR_SHARE
    priority: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.reviews_ahead < 1:
            raise InputError(f"reviews_ahead must be 1 or more, not {self.reviews_ahead}")
        if len(set(self.priority)) < len(self.priority):
            raise InputError("priority names a location twice; name each once")
        if self.priority and self.rule is SharingRule.FAIR_SHARE:
            raise InputError("priority orders locations, and fair share knows no order: choose one of them")


@dataclass(frozen=True, eq=False)
class ChainPlan:
    """The chain behind the shops' orders; every table is empty where there is no such part.

    shipments: SHIPMENT_COLUMNS, what each place ships in a period to whom (unique_id is who receives), what
    was wanted by then, and the rule by which it was shared where it did not suffice ('' elsewhere).
    production: PRODUCTION_COLUMNS, units of the resource and good units by period, what capacity there was,
    and what one more unit of it is worth where it binds; resource is '' for what is made without limit.
    materials: records of `MaterialPlan`, of all that is made or goes into it. lines: `plan.LINE_COLUMNS`,
    what must be bought now for it, in units of the component (they may be broken). expedite:
    `material_plan.EXPEDITE_COLUMNS`, what of it comes too late even if it is ordered now. links:
    LINK_COLUMNS, what each step is for; quantities are those of the step. exceptions: rows for the plan.
    notes: sentences. remarks: by unique_id of a shop's line, what is cut from it. made: the production plans
    behind. material_plan: the whole record, None where nothing is made.
    """

    shipments: pd.DataFrame
    production: pd.DataFrame
    materials: pd.DataFrame
    lines: pd.DataFrame
    links: pd.DataFrame
    expedite: pd.DataFrame
    exceptions: Exceptions
    notes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)
    made: tuple[ProductionPlan, ...] = ()
    material_plan: MaterialPlan | None = None
