"""How metrics are shown: one row per recipe, best first, the chosen one marked."""

from __future__ import annotations

from typing import Final

import pandas as pd

from artifacts.markdown_text import table

FORMATS: Final = {
    "mae": ",.2f",
    "mse": ",.1f",
    "rmse": ",.2f",
    "wape": ".1%",
    "mase": ".3f",
    "rmsse": ".3f",
    "bias": "+,.2f",
    "rows": ",d",
}

READING: Final = (
    "Recipe and settings were chosen by RMSSE on earlier windows. What is shown here came after them and "
    "only judges, so another recipe can have done better in it."
)


def metrics_markdown(metrics: pd.DataFrame, chosen: str) -> str:
    """A Markdown table of `metrics` (recipe, mae, mse, rmse, wape, mase, bias, rows), smallest mae first.

    `chosen` is the recipe to be marked. Bias is forecast minus actual: above 0 is too high.
    """
    shown = metrics.sort_values("mae", kind="stable").copy()
    if "rows" in shown:
        shown["rows"] = shown["rows"].astype("int64")
    marked = shown.assign(chosen=["yes" if recipe == chosen else "" for recipe in shown["recipe"]])
    return table(marked, FORMATS)
