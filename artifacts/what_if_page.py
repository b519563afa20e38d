"""A what-if beside the plan that it is asked of, as a page in the Prefect UI and on a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from artifacts.item_names import NO_NAMES, named
from artifacts.markdown_text import escaped, table
from artifacts.prefect_markdown import page

PLOT: Final = "plots/cost.png"
MOST_LINES: Final = 15
_TOTALS: Final = {
    "plan": "plan",
    "periods": "periods",
    "orders": "orders",
    "order_quantity": "units",
    "purchase": "purchase",
    "holding": "holding",
    "shortage": "shortage",
    "waste": "waste",
    "cost": "cost",
    "cost_p90": "P90",
    "cost_cvar": "worst tenth",
    "lines_out": "lines that run out",
    "lost_sales": "lost sales",
    "waste_units": "wasted units",
}
_FORMATS: Final = dict.fromkeys(
    ("purchase", "holding", "shortage", "waste", "cost", "P90", "worst tenth", "cost if kept"), ",.2f"
) | {
    "lines that run out": ",.1f",
    "lost sales": ",.0f",
    "wasted units": ",.0f",
    "runs out": ".0%",
    "runs out if kept": ".0%",
}


def what_if_markdown(
    title: str,
    supposed: Sequence[str],
    totals: pd.DataFrame,
    lines: pd.DataFrame,
    chain: pd.DataFrame,
    notes: Sequence[str],
    *,
    names: Mapping[str, str] = NO_NAMES,
) -> str:
    """What is supposed; three plans in total and by supplier; the lines that change most; a plot at PLOT.

    totals, lines, chain: of `planning.plan_comparison.Comparison`.
    """
    changed = lines[lines["change"] != 0]
    sections = [
        "\n".join(f"- {escaped(sentence)}" for sentence in supposed),
        f"![cost]({PLOT})",
    ]
    for (scope, currency), rows in totals.groupby(["scope", "currency"], sort=False):
        if scope == "total":
            sections += [f"**In total**{f', {escaped(str(currency))}' if currency else ''}", _shown(rows)]
    sections += [
        "The base plan is played in the world as it is expected; the other two rows in the world that is "
        "supposed, with the orders that it asks for and with the base orders kept. cost is holding, shortage "
        "and waste until the next order can arrive, so many periods at most; purchase is no loss.",
        f"**{len(changed)} of {len(lines)} lines change**"
        + (f", the first {MOST_LINES}" if len(changed) > MOST_LINES else ""),
        _lines(changed.head(MOST_LINES), names) if len(changed) else "",
    ]
    same = []
    for supplier_id, rows in totals[totals["scope"] == "supplier"].groupby("supplier_id", sort=True):
        figures = rows[["order_quantity", "purchase", "cost"]]
        if (figures != figures.iloc[0]).any(axis=None):
            sections += [f"**{escaped(str(supplier_id))}**", _shown(rows)]
        else:
            same.append(escaped(str(supplier_id)))
    if same:
        sections.append(f"Nothing changes for {', '.join(same)}.")
    if len(chain):
        shown = chain.rename(columns=lambda column: column.replace("_", " "))
        sections += ["**The chain behind it**", table(shown, dict.fromkeys(shown.columns, ",.0f"))]
    return page(title, [*sections, "\n".join(f"- {escaped(note)}" for note in notes)])


def _shown(rows: pd.DataFrame) -> str:
    return table(rows[list(_TOTALS)].rename(columns=_TOTALS), _FORMATS)


def _lines(lines: pd.DataFrame, names: Mapping[str, str]) -> str:
    shown = pd.DataFrame(
        {
            "line": [named(str(name), names) for name in lines["unique_id"]],
            "supplier": lines["supplier_id"],
            "base": lines["base_quantity"],
            "now": lines["order_quantity"],
            "change": [f"{change:+d}" for change in lines["change"]],
            "cost": lines["cost"],
            "cost if kept": lines["cost_kept"],
            "runs out": lines["stockout_probability"],
            "runs out if kept": lines["stockout_probability_kept"],
        }
    )
    return table(shown, _FORMATS)
