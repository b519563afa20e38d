"""May a new model take the place of the current one?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.judging.paired_test import better_by_chance
from intake.errors import MissingError

DECISIVE: Final = ("rmsse", "wape")  # the first that can be measured for both
LUCK_ALLOWED: Final = 0.2  # a lead that luck alone gives more often than this promotes nobody
_LABELS: Final = {"rmsse": "RMSSE", "wape": "WAPE"}


@dataclass(frozen=True)
class Decision:
    """Whether the new model is promoted, and why, in one sentence for a person."""

    promoted: bool
    reason: str


def decide(
    window_metrics: pd.DataFrame, window_losses: pd.DataFrame, challenger: str, champion: str | None
) -> Decision:
    """Promote the first winner whatever it is; a later one only if it surely beats the champion.

    Both are refitted at every cutoff and have rows in `window_metrics` (`scores.metrics_table`) and
    `window_losses` (`scores.window_losses`) of the same windows. RMSSE decides, because expected demand
    minimises it; WAPE where there is no RMSSE, as for sales that never changed before. The challenger must
    have the lower error, and so large a lead window by window must be luck in fewer than LUCK_ALLOWED of all
    cases (`paired_test`). A tie, one window alone, and errors that cannot be measured at all leave the
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
    ahead = bool(new[shared[0]] < old[shared[0]])
    difference, overlap = _differences(window_losses, challenger, champion, shared[0])
    luck = better_by_chance(difference, overlap)
    promoted = ahead and luck < LUCK_ALLOWED
    verb = "beats" if promoted else "leads" if ahead else "does not beat"
    verdict = (
        f"{challenger} {verb} the {champion}: {', '.join(figures)}, on the same {int(new['rows'])} forecasts"
    )
    windows = int(np.isfinite(difference).sum())
    return Decision(promoted, f"{verdict}{_how_sure(luck, windows) if ahead else ''}.")


def _differences(
    window_losses: pd.DataFrame, challenger: str, champion: str, measure: str
) -> tuple[np.ndarray, int]:
    """Loss of the challenger minus that of the champion by window, and how many of the next each overlaps."""
    by_window = window_losses.set_index(["recipe", "cutoff"])[measure]
    until = window_losses.groupby("cutoff")["until"].max()
    overlap = max(int((until.index[number + 1 :] < end).sum()) for number, end in enumerate(until))
    return (by_window.loc[challenger] - by_window.loc[champion]).sort_index().to_numpy(np.float64), overlap


def _how_sure(luck: float, windows: int) -> str:
    if windows < 2:
        return "; one window cannot tell a lead from luck, so it is not promoted"
    chance = f"so large a lead is luck in {luck:.1%} of cases with {windows} windows"
    return (
        f"; {chance}" if luck < LUCK_ALLOWED else f"; {chance}, and more than {LUCK_ALLOWED:.0%} is too much"
    )


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
