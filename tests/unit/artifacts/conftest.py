"""A small plan, and predictions whose errors can be worked out by hand."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from artifacts.plan_header import PlanHeader


@pytest.fixture
def header() -> PlanHeader:
    return PlanHeader(
        dataset="sales",
        plan_id="2026-W07-r1",
        week="2026-W07",
        cutoff=datetime.date(2026, 2, 8),
        model_version="v0001",
        recipe="ridge",
        on_order_source="As the stock file of 2026-02-08 says",
        links={"Workbook": "purchase_orders.xlsx"},
    )


@pytest.fixture
def suppliers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "supplier_id": ["plant", "green-valley"],
            "name": ["Own plant, Newark", "Green & Valley"],
            "email": ["orders@plant.example", None],
            "lead_time": [7.0, 10.0],
            "minimum_order_value": [0.0, 300.0],
            "order_weekdays": ["mon", "mon thu"],
        }
    )


@pytest.fixture
def lines() -> pd.DataFrame:
    """Two orders of three lines and one line with nothing to order."""
    return pd.DataFrame(
        {
            "purchase_order": ["2026-W07-r1-plant", "2026-W07-r1-plant", "", "2026-W07-r1-green-valley"],
            "supplier_id": ["plant", "plant", "plant", "green-valley"],
            "unique_id": ["web/soap", "boston/soap", "web/cream", "web/pot"],
            "item_name": ["", "", "Day cream", "Clay pot"],
            "unit": "piece",
            "on_hand": [3, 5, 90, 1],
            "on_order": [0, 24, 0, 0],
            "forecast": [60, 40, 10, 7],
            "safety_stock": [9, 8, 2, 2],
            "order_quantity": [72, 24, 0, 1200],
            "pack_size": [24, 24, 12, 8],
            "unit_cost": [2.3, 2.3, 4.0, 4.125],
            "amount": [165.6, 55.2, 0.0, 4950.0],
            "currency": "USD",
            "due_date": pd.to_datetime(["2026-02-16", "2026-02-16", "2026-02-16", "2026-02-23"]),
            "explanation": [
                "Forecast 60 + safety 9 - on the shelf 3 = 66; 3 packs of 24 = 72.",
                "b",
                "",
                "c",
            ],
        }
    )


@pytest.fixture
def exceptions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unique_id": ["web/candle", ""],
            "supplier_id": ["", "plant"],
            "reason": ["has no terms", "is closed"],
        }
    )


@pytest.fixture
def history() -> pd.DataFrame:
    """Two shops that sell 100 and 10 a week for twenty weeks."""
    ds = pd.date_range("2025-09-01", periods=20, freq="W-MON")
    shops = [
        pd.DataFrame({"unique_id": name, "ds": ds, "y": y})
        for name, y in (("a/soap", 100.0), ("b/soap", 10.0))
    ]
    return pd.concat(shops, ignore_index=True)


@pytest.fixture
def predictions(history: pd.DataFrame) -> pd.DataFrame:
    """The last four weeks of `history`: the large shop 10 % too high, the small one 50 % too low."""
    tested = history[history["ds"] > history["ds"].max() - pd.Timedelta(weeks=4)]
    factor = np.where(tested["unique_id"] == "a/soap", 1.1, 0.5)
    return tested.assign(
        recipe="ridge", cutoff=pd.Timestamp("2025-12-15"), horizon=1, y_hat=tested["y"] * factor
    )


@pytest.fixture
def prediction_table(history: pd.DataFrame) -> pd.DataFrame:
    """Four weeks after `history`: 110 and 5 a week."""
    ds = pd.date_range(history["ds"].max(), periods=5, freq="W-MON")[1:]
    tables = [
        pd.DataFrame(
            {"ds": ds, "unique_id": name, "mean": mean}
            | {"p10": mean - 4, "p50": mean, "p80": mean + 3, "p90": mean + 4, "p95": mean + 5}
        )
        for name, mean in (("a/soap", 110.0), ("b/soap", 5.0))
    ]
    return pd.concat(tables, ignore_index=True)
