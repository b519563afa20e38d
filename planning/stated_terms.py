"""Tables of items, suppliers and terms, completed by what is stated once for all series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from intake.errors import InputError
from intake.periods import whole_days
from planning.sourcing import item_numbers

SUPPLIER: Final = "supplier"
"""Who supplies what no table names a supplier of."""


@dataclass(frozen=True)
class StatedTerms:
    """What holds where no table says more: `lead_time` in whole periods; costs in money per unit left at the
    end of a period (`holding_cost`) and per unit of lost sales (`shortage_cost`). None: not stated.
    """

    lead_time: int | None = None
    holding_cost: float | None = None
    shortage_cost: float | None = None

    def __post_init__(self) -> None:
        """Raise InputError for what is below zero, or one cost without the other."""
        for name in ("lead_time", "holding_cost", "shortage_cost"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value >= 0):
                raise InputError(f"{name} must be 0 or more, not {value:g}")
        if (self.holding_cost is None) != (self.shortage_cost is None):
            raise InputError(
                "a holding cost without a shortage cost (or the other way round) decides nothing: "
                "state both, or a service level"
            )
        if self.holding_cost == 0 and self.shortage_cost == 0:
            raise InputError("holding and shortage cost are both 0: at least one must cost something")


@dataclass(frozen=True)
class PlanningTables:
    """The tables that `replenishment.replenish` takes."""

    items: pd.DataFrame
    suppliers: pd.DataFrame
    terms: pd.DataFrame


def completed(
    unique_id: tuple[str, ...],
    stated: StatedTerms,
    *,
    items: pd.DataFrame | None,
    suppliers: pd.DataFrame | None,
    terms: pd.DataFrame | None,
    freq: str,
) -> PlanningTables:
    """The tables, with what is stated where they say nothing.

    Items: an item without a service level gets the costs that it does not have. Suppliers: all that items and
    terms name, where there is no table; one without a lead time gets the stated one. Terms: where there is no
    table, series without a `source` come, piece by piece, from the only supplier of the suppliers table, or
    from SUPPLIER where there is no such table. InputError where no lead time is to be found anywhere.
    """
    priced = _with_costs(unique_id, stated, items)
    if suppliers is None:
        named = {*_texts(priced, "source"), *_texts(terms, "supplier_id")} - {""}
        by_default = set() if terms is not None else {SUPPLIER}
        firms = pd.DataFrame({"supplier_id": sorted(named | by_default)}, dtype=object)
    else:
        firms = suppliers
    if terms is None:
        only = SUPPLIER if suppliers is None else firms["supplier_id"].iloc[0]
        offered = unique_id if suppliers is None or len(firms) == 1 else ()
        terms = pd.DataFrame({"supplier_id": only, "unique_id": list(offered)}, dtype=object)
    return PlanningTables(priced, _with_lead_time(firms, terms, stated, freq), terms)


def _with_costs(unique_id: tuple[str, ...], stated: StatedTerms, items: pd.DataFrame | None) -> pd.DataFrame:
    if stated.holding_cost is None or stated.shortage_cost is None:
        return pd.DataFrame({"unique_id": list(unique_id)}) if items is None else items
    table = pd.DataFrame({"unique_id": []}, dtype=object) if items is None else items
    known = item_numbers(unique_id, table.assign(row=np.arange(len(table), dtype=np.float64)), ("row",))
    new = [name for name, row in zip(unique_id, known["row"], strict=True) if np.isnan(row)]
    table = pd.concat([table, pd.DataFrame({"unique_id": new}, dtype=object)], ignore_index=True)
    asked = table["service_level"].notna() if "service_level" in table else pd.Series(False, table.index)
    costs = {}
    for name, cost in (("holding_cost", stated.holding_cost), ("shortage_cost", stated.shortage_cost)):
        own = table[name] if name in table else pd.Series(np.nan, index=table.index)
        costs[name] = own.mask(own.isna() & ~asked, float(cost))
    return table.assign(**costs)


def _with_lead_time(
    suppliers: pd.DataFrame, terms: pd.DataFrame, stated: StatedTerms, freq: str
) -> pd.DataFrame:
    own = suppliers["lead_time"] if "lead_time" in suppliers else pd.Series(np.nan, index=suppliers.index)
    if stated.lead_time is not None:
        return suppliers.assign(lead_time=own.fillna(float(whole_days(stated.lead_time, freq))))
    if own.isna().all() and ("lead_time" not in terms or terms["lead_time"].isna().all()):
        raise InputError(
            "nothing says how long an order takes: state a lead time in periods (--lead-time 2), or fill "
            "lead_time, in days, in the suppliers or terms table"
        )
    return suppliers.assign(lead_time=own)


def _texts(table: pd.DataFrame | None, column: str) -> set[str]:
    return set() if table is None or column not in table else set(table[column].dropna().astype(str))
