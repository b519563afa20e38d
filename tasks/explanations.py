"""Forecasts and order lines -> why they are what they are."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from artifacts.csv_files import csv_bytes
from forecasting.explaining.explanation_table import (
    EXPLAINED_ROWS,
    explained,
    explanation_table,
    worth_explaining,
)
from forecasting.features.look_alikes import LENT_PERIODS
from forecasting.model import Model
from forecasting.paths.demand_paths import DemandPaths
from forecasting.series.newcomers import spoken_for
from forecasting.series.panel import Panel
from planning.forecast_parts import with_forecast_parts
from planning.plan import Plan


def explanations_csv(model: Model, extended: Panel, cutoff: pd.Timestamp, paths: DemandPaths) -> bytes:
    """`explicaciones.csv`: what the mean of each series and period is made of, in numbers and in words."""
    unique_id, periods = worth_explaining(paths)
    parts = explained(model, extended, cutoff, paths, unique_id, periods)
    return csv_bytes(explanation_table(parts, paths.ds[:periods], _lent(extended)).round(6))


def with_reasons(plan: Plan, model: Model, extended: Panel, cutoff: pd.Timestamp, paths: DemandPaths) -> Plan:
    """The plan, whose lines that order something say what their forecast is made of.

    Where these are very many, those of the largest forecasts do.
    """
    ordered = plan.lines[plan.lines["order_quantity"] > 0]
    if ordered.empty:
        return plan
    periods = int((ordered["lead_time"] + ordered["review_period"]).max())
    most = ordered.sort_values("forecast", ascending=False, kind="stable")
    unique_id = list(most["unique_id"].head(max(EXPLAINED_ROWS // periods, 1)))
    parts = explained(model, extended, cutoff, paths, unique_id, periods)
    return replace(plan, lines=with_forecast_parts(plan.lines, parts, _lent(extended)))


def _lent(extended: Panel) -> dict[str, str]:
    return spoken_for(extended.frame, extended.newcomers, LENT_PERIODS)
