"""The weighted mean of several recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Recipe, Standing


@dataclass(frozen=True)
class Combination:
    """Its hyperparameters are weights by name of a member; members take the first of their own.

    Simple averages of forecasts that err in different ways beat most of their parts: Bates & Granger (1969),
    Operational Research Quarterly 20.
    """

    members: Mapping[str, Recipe]
    search: tuple[Hyperparameters, ...]

    @property
    def least_rows(self) -> int:
        """As many as the member that needs most."""
        return max(member.least_rows for member in self.members.values())

    def fit(self, standing: Standing, hyperparameters: Hyperparameters, seed: int) -> Fitted:
        """What each member of a weight above zero has learned, by name."""
        return {
            "members": {
                name: standing.learned(self.members[name], self.members[name].search[0], seed)
                for name, weight in hyperparameters.items()
                if weight > 0
            }
        }

    def expected(self, fitted: Fitted, standing: Standing, hyperparameters: Hyperparameters) -> Array:
        """Weighted mean of what the members expect, each at least zero."""
        members: Mapping[str, Fitted] = fitted["members"]
        each = [
            hyperparameters[name]
            * np.maximum(self.members[name].expected(member, standing, self.members[name].search[0]), 0.0)
            for name, member in members.items()
        ]
        return np.asarray(sum(each) / sum(hyperparameters[name] for name in members))
