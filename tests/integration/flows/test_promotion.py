"""Which model is in use: the first winner, a renewed one, never a worse one."""

from __future__ import annotations

import builders
import pytest
from shop import Shop, World

from intake.errors import InputError
from storage.keys import pointer_in
from storage.manifests import Published
from storage.pointers import read_pointer

pytestmark = pytest.mark.usefixtures("without_plots")


def latest(shop: Shop) -> str:
    return read_pointer(shop.world.store, pointer_in(shop.world.keys.dataset_models(shop.dataset))).id


def decision(model: Published) -> tuple[bool, str]:
    assert model.manifest.decision is not None
    return model.manifest.decision.accepted, model.manifest.decision.reason


@pytest.fixture
def seasonal(world: World) -> Shop:
    """Days with a strong weekly rhythm: last week says more about tomorrow than the mean does."""
    shop = Shop(world)
    shop.upload("ventas", builders.daily_sales(100))
    shop.ingest()
    return shop


def test_the_first_winner_is_promoted_and_a_worse_challenger_is_refused(seasonal: Shop) -> None:
    first = seasonal.train(recipes=("linear_regression",))
    assert decision(first)[0]
    assert "first model" in decision(first)[1]
    assert latest(seasonal) == "v0001"

    challenger = seasonal.train(recipes=("moving_average",))
    accepted, reason = decision(challenger)
    assert not accepted
    assert reason.startswith("moving_average does not beat the current model: RMSSE ")
    assert challenger.folder.name == "v0002"
    assert latest(seasonal) == "v0001", "the pointer stays"
    assert seasonal.forecast(horizon=7, assume={"promotion": 0, "holiday": 0}).folder.name.split("-")[1] == (
        "v0001"
    )
    refused = seasonal.forecast(
        horizon=7, assume={"promotion": 0, "holiday": 0}, model_version="v0002"
    ).folder.name
    assert refused.split("-")[1] == "v0002", "a person may ask for it by name"

    again = seasonal.train(recipes=("moving_average",))
    assert (again.folder, latest(seasonal)) == (challenger.folder, "v0001")


def test_a_better_challenger_takes_over(seasonal: Shop) -> None:
    seasonal.train(recipes=("moving_average",))
    accepted, reason = decision(seasonal.train(recipes=("linear_regression",)))
    assert accepted
    assert reason.startswith("linear_regression beats the current model: RMSSE ")
    assert latest(seasonal) == "v0002"


def test_the_same_recipe_on_newer_sales_is_renewed(seasonal: Shop) -> None:
    seasonal.train(recipes=("seasonal_naive",))
    seasonal.upload("ventas", builders.daily_sales(110), "later.csv")
    seasonal.ingest()
    accepted, reason = decision(seasonal.train(recipes=("seasonal_naive",)))
    assert accepted
    assert "won again" in reason
    assert latest(seasonal) == "v0002"


def test_a_challenger_that_loses_on_newer_sales_renews_the_recipe_in_use(seasonal: Shop) -> None:
    seasonal.train(recipes=("linear_regression",))
    seasonal.upload("ventas", builders.daily_sales(110), "later.csv")
    seasonal.ingest()
    renewed = seasonal.train(recipes=("moving_average",))
    accepted, reason = decision(renewed)
    assert accepted
    assert reason.startswith("moving_average does not beat the current model: RMSSE ")
    assert "linear_regression, the current one, is refitted on sales up to 2024-04-1" in reason
    assert renewed.manifest.metrics["recipe"] == "linear_regression"
    assert latest(seasonal) == "v0002"


def test_a_late_rerun_of_an_older_training_does_not_turn_back(seasonal: Shop) -> None:
    seasonal.train(recipes=("moving_average",))
    seasonal.train(recipes=("linear_regression",))
    assert seasonal.train(recipes=("moving_average",)).folder.name == "v0001"
    assert latest(seasonal) == "v0002"


def test_too_little_history_is_one_sentence(shop: Shop) -> None:
    shop.upload("ventas", builders.weekly_sales(6))
    shop.ingest()
    with pytest.raises(InputError, match="too few to train on and to test; bring at least"):
        shop.train()
    assert not [key for key in shop.listing() if key.endswith("model.pkl")]
