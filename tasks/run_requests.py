"""What a run may be asked for: one bounded model per flow, which the Prefect UI shows as a form."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

DatasetName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="The first folder under ventas/, else the sales file's name without its ending.",
        examples=["ventas", "cosmetics"],
    ),
]
Horizon = Annotated[int, Field(ge=1, le=400, description="Periods ahead.")]
Paths = Annotated[int, Field(ge=100, le=5000, description="Sample paths of demand to draw.")]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1, description="The same seed gives the same bytes.")]
# The names of forecasting.recipes.registry, which is slow to import: a test holds the two equal.
RecipeName = Literal[
    "seasonal_naive",
    "moving_average",
    "exponential_level",
    "croston",
    "sba",
    "tsb",
    "linear_regression",
    "ridge",
    "xgboost",
    "combination",
    "auto_ets",
]
RECIPES_BY_DEFAULT: Final[tuple[RecipeName, ...]] = tuple(
    name for name in get_args(RecipeName) if name != "auto_ets"
)
Assumption = float | Literal["by_weekday", "by_promotion", "year_ago", "last"]
Assumptions = Annotated[
    dict[str, Assumption],
    Field(
        description="Column -> value in the periods ahead, for columns that no calendar file covers: "
        "a number, 'by_weekday' (what this weekday usually had), 'by_promotion' (so prices are by "
        "themselves: the last one outside a promotion, less the usual discount where one is planned), "
        "'year_ago' or 'last'; reports repeat it.",
        examples=[{"promotion": 0, "holiday": "by_weekday"}],
    ),
]


class Request(BaseModel):
    """Base of all requests: an unknown field is a mistake, not something to ignore."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IngestRequest(Request):
    """Read what was uploaded for a dataset, split it by time and publish a dataset version.

    What is not given stays as it was in the version before.
    """

    dataset: DatasetName = "ventas"
    as_of: dt.date | None = Field(
        None,
        description="All sales up to and including this day are in the files. Without it the newest period "
        "counts as complete only once a later one has begun or the stock file's own as_of says so.",
    )
    train_share: float | None = Field(
        None, ge=0.3, le=0.95, description="Share of the periods to learn from; 0.7 for a new dataset."
    )
    validation_share: float | None = Field(
        None, ge=0.0, le=0.4, description="Share between training and test periods; 0 for a new dataset."
    )
    train_end: dt.date | None = Field(None, description="Last day to learn from; overrules the shares.")
    validation_end: dt.date | None = Field(None, description="Last day of validation; with train_end only.")
    missing_periods: Literal["unknown", "zero", "closed"] | None = Field(
        None,
        description="What a period without a row means: not known (for a new dataset), nothing was sold, or "
        "the shop was shut.",
    )
    rules: dict[str, JsonValue] = Field(
        default_factory=dict,
        max_length=20,
        description="Statements of the section [dataset] of a mapping file; they win over the file.",
        examples=[{"closed_weekdays": ["SUN"], "holidays": "ES-MD", "freq": "W-MON"}],
    )
    rejected_share: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        description="A file with a larger share of bad rows is refused as a whole; 0.05 for a new dataset.",
    )
    start_over: bool = Field(
        False, description="Forget earlier files that are no longer in the bucket, and earlier settings."
    )
    announce: bool = Field(
        False, description="Tell the other deployments about new complete periods, so that training starts."
    )

    @model_validator(mode="after")
    def _validation_follows_training(self) -> IngestRequest:
        if self.validation_end is not None and (
            self.train_end is None or self.validation_end <= self.train_end
        ):
            raise ValueError("validation_end needs a train_end before it")
        return self


class TrainRequest(Request):
    """Fit and compare the recipes, and publish a model version."""

    dataset: DatasetName = "ventas"
    dataset_version: str | None = Field(
        None, pattern=r"^[0-9a-f]{16}$", description="The latest where not given."
    )
    recipes: tuple[RecipeName, ...] = Field(
        RECIPES_BY_DEFAULT,
        min_length=1,
        description="Candidates to compare on the same windows; auto_ets needs pip install 'abasto[ets]'.",
    )
    windows: int = Field(4, ge=2, le=20, description="Rolling-origin windows inside the training periods.")
    trials: int = Field(
        4, ge=1, le=4, description="Hyperparameter settings to try per recipe that has any; XGBoost has 3."
    )
    seed: Seed = 1


class BacktestRequest(Request):
    """Forecast the past from several cutoffs with every recipe, and hold it against what happened."""

    dataset: DatasetName = "ventas"
    dataset_version: str | None = Field(
        None, pattern=r"^[0-9a-f]{16}$", description="The latest where not given."
    )
    recipes: tuple[RecipeName, ...] = Field(
        RECIPES_BY_DEFAULT,
        min_length=1,
        description="Candidates to compare, each with its first hyperparameters, on the same windows.",
    )
    windows: int = Field(
        6, ge=1, le=60, description="Rolling-origin windows in the second half of the history."
    )
    horizon: Horizon | None = Field(
        None, description="Periods of a window; 35 days, 13 weeks, 6 months or 4 quarters where not given."
    )
    lead_time: int | None = Field(
        None, ge=0, le=200, description="Periods from an order to the shelf; 14 days where not given."
    )
    review_period: int | None = Field(
        None, ge=1, le=31, description="Periods between two orders; a week where not given."
    )
    holding_cost: float = Field(
        0.2,
        ge=0,
        le=1e6,
        description="Money per unit left over from one order to the next, for items that state no costs.",
    )
    shortage_cost: float = Field(
        1.0, gt=0, le=1e6, description="Money per unit of lost sales, for items that state no costs."
    )
    paths: Paths = 200
    seed: Seed = 1


class ForecastRequest(Request):
    """Forecast the coming periods with a model of the registry."""

    dataset: DatasetName = "ventas"
    model_version: str | None = Field(
        None, pattern=r"^v\d{4,}$", description="The promoted one where not given."
    )
    horizon: Horizon | None = Field(
        None, description="Periods ahead; to the end of the next calendar month where not given."
    )
    assume: Assumptions = Field(default_factory=dict)
    paths: Paths = 1000
    seed: Seed = 1
    sales_per_person: float | None = Field(
        None, gt=0, description="What one person serves in a day; daily data get a staffing table from it."
    )


_Amount = Annotated[float, Field(ge=0, le=1e12)]
Budget = Annotated[
    _Amount | dict[str, _Amount] | None,
    Field(
        description="Most money that the orders may cost; by currency where there are several.",
        examples=[5000, {"EUR": 3000, "USD": 2000}],
    ),
]


def by_currency(budget: Budget) -> dict[str, float]:
    """A budget by currency, '' where it names none."""
    if budget is None or isinstance(budget, dict):
        return budget or {}
    return {"": budget}


class ReplenishRequest(Request):
    """Decide the week's purchase orders."""

    dataset: DatasetName | None = Field(
        None, description="Every dataset that has a model and a stock file, where not given."
    )
    service_level: float = Field(
        0.95, ge=0.5, lt=1, description="For items that state neither a service_level nor their costs."
    )
    review_period: int | None = Field(
        None,
        ge=1,
        le=31,
        description="Periods between two orders; a week where not given: 7 days, 1 week, 1 month, 1 quarter.",
    )
    holding_share: float = Field(
        0.25,
        ge=0,
        le=10,
        description="Cost of a year on the shelf as a share of unit_cost, for items without holding_cost.",
    )
    budget: Budget = None
    below_minimum: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="Cost of ordering below a supplier's minimum, for each money that is missing.",
    )
    pins: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict,
        max_length=10_000,
        description="unique_id -> units to order, fixed by the planner; the plan works around them.",
        examples=[{"boston/soap": 40}],
    )
    priority: tuple[str, ...] = Field(
        (),
        max_length=1_000,
        description="Locations in the order in which a place with too little serves them; fair share where "
        "none is named.",
        examples=[["web", "boston"]],
    )
    assume: Assumptions = Field(default_factory=dict)
    paths: Paths = 1000
    seed: Seed = 1
    revise: bool = Field(
        False,
        description="The week has a plan already and its inputs were corrected: make the next revision.",
    )

    @property
    def scope(self) -> str:
        """Which datasets, in words."""
        return self.dataset or "every dataset that is ready"


_Factor = Annotated[float, Field(gt=0, le=100)]
_Days = Annotated[float, Field(ge=-365, le=365)]


class WhatifRequest(Request):
    """Plan a week again as if something were otherwise, beside its plan, which stays as it is."""

    dataset: DatasetName = "ventas"
    plan: str | None = Field(
        None, pattern=r"^\d{4}-W\d{2}-r[1-9]\d*$", description="The latest plan where not given."
    )
    name: str = Field(
        "what-if",
        pattern=r"^[a-z0-9][a-z0-9-]{0,39}$",
        description="What it is called; one plan can have many, each under a name of its own.",
        examples=["late-supplier", "demand-20-more"],
    )
    demand_factor: _Factor = Field(1.0, description="Times the demand; 1.2 is 20 % more.")
    promotion: bool | None = Field(None, description="A promotion in all periods ahead, or none in any.")
    only: tuple[str, ...] = Field(
        (), description="The series or products that demand_factor and promotion are about; all without it."
    )
    price_factor: dict[str, _Factor] = Field(
        default_factory=dict,
        description="By series or product, times the selling price ahead; the model knows what it does.",
        examples=[{"lavender-soap": 0.9}],
    )
    unit_cost_factor: dict[str, _Factor] = Field(
        default_factory=dict, description="By supplier, times what he asks for everything."
    )
    lead_time_days: dict[str, _Days] = Field(
        default_factory=dict,
        description="By supplier, days that his orders come later.",
        examples=[{"hudson-home": 7}],
    )
    open_orders_days: dict[str, _Days] = Field(
        default_factory=dict, description="By supplier, days by which what is on order already comes later."
    )
    minimum_order_value: dict[str, _Amount] = Field(
        default_factory=dict, description="By supplier, his new minimum order value."
    )
    budget: Budget = None
    service_level: float | None = Field(
        None, ge=0.5, lt=1, description="Of all lines, in place of theirs and of what their costs say."
    )
    capacity_factor: _Factor = Field(1.0, description="Times the capacity of every resource.")
