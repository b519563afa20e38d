"""May a new model take the place of the current one?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from intake.errors import MissingError


@dataclass(frozen=True)
class Decision:
    """Whether the new model is promoted, and why, in one sentence for a person."""

    promoted: bool
    reason: str


def decide(window_metrics: pd.DataFrame, challenger: str, champion: str | None) -> Decision:
    """Promote the first winner whatever it is; a later one only if it beats the champion on the same windows.

    `window_metrics` (columns recipe, rmsse, wape; `backtest.metrics_table`) has a row for both names, each
    refitted at every cutoff. RMSSE decides, because expected demand minimises it; a tie leaves the champion
    in place.
    """
    table = window_metrics.set_index("recipe")
    for name in (challenger, champion):
        if name is not None and name not in table.index:
            raise MissingError(f"'{name}' has no row in the window metrics; evaluate it on the same windows")
    new = table.loc[challenger]
    if champion is None:
        figures = f"RMSSE {new['rmsse']:.3f}, WAPE {new['wape']:.1%}"
        return Decision(True, f"{challenger} is the first model of this dataset ({figures}).")
    old = table.loc[champion]
    figures = (
        f"RMSSE {new['rmsse']:.3f} against {old['rmsse']:.3f}, "
        f"WAPE {new['wape']:.1%} against {old['wape']:.1%}, on the same {int(new['rows'])} forecasts"
    )
    better = bool(new["rmsse"] < old["rmsse"])
    verb = "beats" if better else "does not beat"
    return Decision(better, f"{challenger} {verb} the {champion}: {figures}.")


def renew(recipe: str, cutoff: pd.Timestamp) -> Decision:
    """The winner is the recipe in use, hyperparameters and all: promoted for the newer sales it has learned
    from.
    """
    return Decision(
        True, f"{recipe} won again and is the current recipe, now refitted on sales up to {cutoff:%Y-%m-%d}."
    )
