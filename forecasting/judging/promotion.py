"""May a new model take the place of the current one?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from intake.errors import MissingError

DECISIVE: Final = ("rmsse", "wape")  # the first that can be measured for both
_LABELS: Final = {"rmsse": "RMSSE", "wape": "WAPE"}


@dataclass(frozen=True)
class Decision:
    """Whether the new model is promoted, and why, in one sentence for a person."""

    promoted: bool
    reason: str


def decide(window_metrics: pd.DataFrame, challenger: str, champion: str | None) -> Decision:
    """Promote the first winner whatever it is; a later one only if it beats the champion on the same windows.

    `window_metrics` (columns recipe, rmsse, wape; `backtest.metrics_table`) has a row for both names, each
    refitted at every cutoff. RMSSE decides, because expected demand minimises it; WAPE where there is no
    RMSSE, as for sales that never changed before. A tie, and errors that cannot be measured at all, leave the
    champion in place.
    """
    rows = {str(row["recipe"]): row for row in window_metrics.to_dict("records")}
    for name in (challenger, champion):
        if name is not None and name not in rows:
            raise MissingError(f"'{name}' has no row in the window metrics; evaluate it on the same windows")
    new = rows[challenger]
    if champion is None:
        figures = [f"{_LABELS[name]} {_figure(new, name)}" for name in DECISIVE if np.isfinite(new[name])]
        measured = ", ".join(figures) or "its errors cannot be measured on these periods"
        return Decision(True, f"{challenger} is the first model of this dataset ({measured}).")
    old = rows[champion]
    shared = [name for name in DECISIVE if np.isfinite(new[name]) and np.isfinite(old[name])]
    if not shared:
        return Decision(
            False,
            f"{challenger} cannot be judged against the {champion}: there was nothing to measure errors by.",
        )
    figures = [f"{_LABELS[name]} {_figure(new, name)} against {_figure(old, name)}" for name in shared]
    better = bool(new[shared[0]] < old[shared[0]])
    verb = "beats" if better else "does not beat"
    same = f"on the same {int(new['rows'])} forecasts"
    return Decision(better, f"{challenger} {verb} the {champion}: {', '.join(figures)}, {same}.")


def _figure(metrics: Mapping[Hashable, float], name: str) -> str:
    return f"{metrics[name]:.1%}" if name == "wape" else f"{metrics[name]:.3f}"


def keep(refused: Decision, recipe: str, cutoff: pd.Timestamp) -> Decision:
    """A challenger was refused; the recipe in use stays, renewed: promoted for the newer sales it learned."""
    verdict = refused.reason.removesuffix(".")
    return Decision(
        True, f"{verdict}; {recipe}, the current one, is refitted on sales up to {cutoff:%Y-%m-%d}."
    )


def renew(recipe: str, cutoff: pd.Timestamp) -> Decision:
    """The winner is the recipe in use, hyperparameters and all: promoted for the newer sales it has learned
    from.
    """
    return Decision(
        True, f"{recipe} won again and is the current recipe, now refitted on sales up to {cutoff:%Y-%m-%d}."
    )
