"""What a run may be asked for."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from forecasting.recipes.registry import DEFAULT_RECIPES, RECIPES
from storage import ids
from tasks.run_requests import (
    ForecastRequest,
    IngestRequest,
    RecipeName,
    ReplenishRequest,
    TrainRequest,
    WhatifRequest,
    by_currency,
)

REQUESTS: list[type[BaseModel]] = [
    IngestRequest,
    TrainRequest,
    ForecastRequest,
    ReplenishRequest,
    WhatifRequest,
]


@pytest.mark.parametrize("request_model", REQUESTS)
def test_nothing_has_to_be_said_and_nothing_unknown_may_be(request_model: type[BaseModel]) -> None:
    assert request_model() == request_model.model_validate({})
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        request_model.model_validate({"horizn": 8})


@pytest.mark.parametrize("request_model", REQUESTS)
def test_a_request_survives_the_way_through_the_server(request_model: type[BaseModel]) -> None:
    request = request_model(dataset="tienda-norte_2")
    assert request_model.model_validate(request.model_dump(mode="json")) == request


def test_the_time_between_orders_depends_on_the_sales_where_nobody_says_it() -> None:
    assert ReplenishRequest().review_period is None
    assert ReplenishRequest(review_period=14).review_period == 14
    with pytest.raises(ValidationError):
        ReplenishRequest(review_period=0)


def test_a_budget_is_one_number_or_one_for_each_currency() -> None:
    asked = [
        by_currency(ReplenishRequest(budget=budget).budget)
        for budget in (None, 500, {"EUR": 300, "USD": 200})
    ]
    assert asked == [{}, {"": 500}, {"EUR": 300, "USD": 200}]
    with pytest.raises(ValidationError):
        ReplenishRequest(budget=-1)


def test_the_recipes_that_can_be_asked_for_are_those_that_there_are() -> None:
    assert get_args(RecipeName) == tuple(RECIPES)
    assert TrainRequest().recipes == DEFAULT_RECIPES
    assert set(TrainRequest(recipes=tuple(RECIPES)).recipes) == set(RECIPES)


def test_as_many_trials_can_be_asked_for_as_there_are() -> None:
    most = max(len(recipe.search) for recipe in RECIPES.values())
    assert TrainRequest(trials=most).trials == most
    with pytest.raises(ValidationError, match="less than or equal to"):
        TrainRequest(trials=most + 1)
    for recipe in RECIPES.values():
        assert len({tuple(settings.items()) for settings in recipe.search}) == len(recipe.search)
    assert f"XGBoost has {len(RECIPES['xgboost'].search)}" in str(
        TrainRequest.model_fields["trials"].description
    )


@pytest.mark.parametrize("name", ["ventas", "2026", "tienda-norte", "a_b", "x" * 63])
def test_a_dataset_is_called_what_the_store_can_call_it(name: str) -> None:
    assert IngestRequest(dataset=name).dataset == ids.checked_dataset(name)


@pytest.mark.parametrize("name", ["", "Ventas", "-a", "_a", "a/b", "a b", "x" * 64, "ñ", "a\n"])
def test_a_dataset_is_not_called_what_the_store_cannot(name: str) -> None:
    with pytest.raises(ValidationError):
        IngestRequest(dataset=name)


def test_a_version_has_the_form_that_the_store_gives_it() -> None:
    assert ForecastRequest(model_version="v10000").model_version == ids.model_version(10_000)
    for wrong in ("1", "v1", "V0001", "latest", "v0001/.."):
        with pytest.raises(ValidationError):
            ForecastRequest(model_version=wrong)


def test_validation_needs_an_end_of_training_before_it() -> None:
    day = date(2025, 6, 1)
    assert IngestRequest(train_end=day, validation_end=date(2025, 7, 1)).validation_end is not None
    for train_end in (None, day):
        with pytest.raises(ValidationError, match="validation_end needs a train_end before it"):
            IngestRequest(train_end=train_end, validation_end=day)
