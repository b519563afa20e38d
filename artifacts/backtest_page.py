"""The tables of a backtest, as CSV files have them and as a page in the Prefect UI shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from artifacts import metrics_table
from artifacts.item_names import NO_NAMES, named
from artifacts.markdown_text import escaped, picture, table
from artifacts.prefect_markdown import page

FORMATS: Final = metrics_table.FORMATS | {
    "pinball_50": ",.3f",
    "pinball_80": ",.3f",
    "pinball_95": ",.3f",
    "crps": ",.3f",
    "coverage_50": ".0%",
    "coverage_80": ".0%",
    "coverage_95": ".0%",
    "holding": ",.0f",
    "shortage": ",.0f",
    "cost": ",.0f",
}
_SHOWN: Final = ("wape", "mase", "rmsse", "bias", "crps", "coverage_80", "cost")
_ERRORS: Final = ("mae", "mse", "rmse", "wape", "mase", "rmsse", "bias", "rows")
_DISTRIBUTION: Final = (
    *("pinball_50", "pinball_80", "pinball_95", "crps", "coverage_50", "coverage_80", "coverage_95"),
)
_INTERVAL: Final = ("interval_pinball_50", "interval_pinball_80", "interval_pinball_95", "interval_crps")
_MONEY: Final = ("holding", "shortage", "cost")
MOST_SERIES: Final = 10


def backtest_markdown(
    title: str,
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str],
    *,
    names: Mapping[str, str] = NO_NAMES,
) -> str:
    """The page, with links to plots/*.png. `tables`: of `planning.priced_backtest.backtest_tables`.

    The recipe that costs least comes first; what is cut by class, window, horizon and series is of that one.
    """
    overall = tables["overall"]
    best = str(overall["recipe"].iloc[0])
    of_best = f"as {escaped(best)} would have done"
    sections = [
        f"**{escaped(best)}** would have cost least: {_cost(overall)}.",
        "**Money**, of one order per series and window",
        _shown(overall, ("recipe", *_MONEY)),
        "holding: leftovers; shortage: lost sales; both in the money of the items, cost is their sum.",
        _plot("money"),
        "**Errors**",
        _shown(overall, ("recipe", *_ERRORS)),
        "In units of sales; wape is a share of sales; mase and rmsse below 1 beat the seasonal naive "
        "forecast inside the history; bias is forecast minus actual.",
        "**Distributions** of single periods",
        _shown(overall, ("recipe", *_DISTRIBUTION)),
        "**Distributions** of lead time and review period together, which an order is decided by",
        _shown(overall, ("recipe", *_INTERVAL)),
        "pinball and crps are in units, lower is better: pinball\\_95 is the loss of the 95 % quantile, crps "
        "that of the whole distribution. coverage\\_80 is how often the middle 80 % of the paths held what "
        "was sold: 80 % is right.",
        _plot("calibration"),
        _plot("where_we_lose"),
    ]
    for name, words in (
        ("by_abc_xyz", "ABC-XYZ"),
        ("by_intermittency", "intermittency"),
        ("by_window", "window"),
    ):
        key = str(tables[name].columns[0])
        if name != "by_window" and tables[name][key].nunique() < 2:
            continue
        rows = _of(tables[name], best).assign(cheapest=_cheapest(tables[name], key))
        sections += [f"**By {words}**, {of_best}", _shown(rows, (key, *_SHOWN, "rows", "cheapest"))]
    worst = _of(tables["by_series"], best).head(MOST_SERIES)
    sections += [
        f"**By horizon**, {of_best}",
        _shown(
            _of(tables["by_horizon"], best),
            ("horizon", *(name for name in _SHOWN if name not in ("rmsse", "cost"))),
        ),
        f"**The series that cost most**, {of_best}",
        _shown(
            worst.assign(unique_id=[named(str(name), names) for name in worst["unique_id"]]),
            ("unique_id", *_SHOWN),
        ),
        _plot("fans"),
        "\n".join(f"- {escaped(note)}" for note in notes),
    ]
    return page(title, sections)


def with_pictures(markdown: str, plots: Mapping[str, bytes]) -> str:
    """The page with the plots (file name -> PNG) inside the text, so that it can be shown anywhere."""
    for name, png in plots.items():
        title = _title(name)
        markdown = markdown.replace(f"![{title}]({name})", picture(title, png))
    return markdown


def _shown(rows: pd.DataFrame, columns: Sequence[str]) -> str:
    shown = rows[list(columns)].rename(
        columns=lambda name: {"unique_id": "series", "abc_xyz": "class"}.get(
            name, name.removeprefix("interval_")
        )
    )
    return table(shown, FORMATS)


def _plot(name: str) -> str:
    file = f"plots/{name}.png"
    return f"![{_title(file)}]({file})"


def _title(file: str) -> str:
    return file.removeprefix("plots/").removesuffix(".png").replace("_", " ")


def _cheapest(rows: pd.DataFrame, key: str) -> pd.Series[str]:
    """Of each group, the recipe that would have cost least in it, on every row of the group."""
    least = rows.loc[rows.groupby(key)["cost"].idxmin()].set_index(key)["recipe"]
    return rows[key].map(least)


def _of(rows: pd.DataFrame, recipe: str) -> pd.DataFrame:
    return rows[rows["recipe"] == recipe]


def _cost(overall: pd.DataFrame) -> str:
    """What the best and the next cost, in words."""
    best = f"{overall['cost'].iloc[0]:,.0f}"
    if len(overall) == 1:
        return f"{best}; it was the only one"
    second = overall.iloc[1]
    more = f", {second['cost'] / overall['cost'].iloc[0] - 1:+.1%}" if overall["cost"].iloc[0] > 0 else ""
    return f"{best}, against {second['cost']:,.0f} of {escaped(str(second['recipe']))}{more}"
