"""The weighted mean of recipes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
from forecasting_samples import weekly_series

from forecasting.recipes.combination import Combination
from forecasting.recipes.contract import Array, Fitted, Hyperparameters, Standing
from forecasting.recipes.registry import RECIPES, Candidate
from forecasting.series.history import History
from forecasting.series.panel import build_panel


@dataclass(frozen=True)
class Says:
    """A recipe that expects one number everywhere and counts how often it is fitted."""

    units: float
    fits: Counter[str] = field(default_factory=Counter)
    search: tuple[Hyperparameters, ...] = ({},)
    least_rows: int = 0

    def fit(self, _: Standing, __: Hyperparameters, ___: int) -> Fitted:
        self.fits["fits"] += 1
        return {}

    def expected(self, _: Fitted, standing: Standing, __: Hyperparameters) -> Array:
        return np.full(len(standing.ahead), self.units)


def standing() -> Standing:
    return Standing(History.of(build_panel(weekly_series(3, 60), freq="W-MON")), 55, 4)


def test_it_expects_the_weighted_mean_and_never_less_than_nothing() -> None:
    members = {"low": Says(2.0), "high": Says(10.0), "negative": Says(-5.0)}
    both = Combination(members, search=())
    for weights, mean in (
        ({"low": 1.0, "high": 3.0}, 8.0),
        ({"low": 0.5, "high": 0.5, "negative": 0.0}, 6.0),
        ({"high": 1.0, "negative": 1.0}, 5.0),
    ):
        now = standing()
        assert both.expected(both.fit(now, weights, 0), now, weights) == pytest.approx(mean)


def test_a_member_without_weight_learns_nothing_and_none_learns_twice() -> None:
    members = {"low": Says(2.0), "high": Says(10.0)}
    both = Combination(members, search=())
    now = standing()
    assert set(both.fit(now, {"low": 1.0, "high": 0.0}, 0)["members"]) == {"low"}
    both.fit(now, {"low": 0.2, "high": 0.8}, 0)
    both.fit(now, {"low": 0.8, "high": 0.2}, 0)
    assert [member.fits["fits"] for member in members.values()] == [1, 1]
    both.fit(now, {"low": 0.8, "high": 0.2}, 1)
    assert [member.fits["fits"] for member in members.values()] == [2, 2], "another seed is another fit"


def test_the_registered_one_agrees_with_its_members_fitted_alone() -> None:
    alone = {name: Candidate(name) for name in ("xgboost", "ridge", "exponential_level")}
    found = {name: each.expected(each.fit(standing(), 0), standing()) for name, each in alone.items()}
    for weights in RECIPES["combination"].search:
        candidate = Candidate("combination", weights)
        now = standing()
        mean = sum(weight * found[name] for name, weight in weights.items()) / sum(weights.values())
        assert candidate.expected(candidate.fit(now, 0), now) == pytest.approx(mean)
