"""A product that has never sold, from the items file to the purchase order."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from forecasting.model import ModelSettings, fit
from forecasting.series.dataset_panel import panel_of
from forecasting.series.panel import extend
from intake.dataset_rules import NO_RULES
from intake.reading import read_table
from intake.tables import Table
from planning.plan import PlanSettings
from planning.replenishment import replenish
from tasks.explanations import with_reasons

DS = pd.date_range("2024-01-01", periods=80, freq="W-MON")
CUTOFF = DS[-1]
ITEMS = b"""Tienda,Articulo,Categoria,Similar a,Fecha de lanzamiento
norte,jabon,bano,,
norte,te,despensa,,
norte,gel,bano,jabon,2025-07-14
norte,nada,bano,,
norte,raro,bano,jabn,
"""


def sales() -> pd.DataFrame:
    generator = np.random.default_rng(3)
    frames = [
        pd.DataFrame({"unique_id": name, "ds": DS, "y": generator.poisson(size, len(DS)).astype(float)})
        for name, size in (("norte/jabon", 20.0), ("norte/te", 4.0))
    ]
    return pd.concat(frames, ignore_index=True)


def test_a_product_that_never_sold_is_ordered_like_its_look_alike_and_says_so() -> None:
    items = read_table(ITEMS, "Productos.csv", Table.ITEMS).frame
    assert DS[-1] == pd.Timestamp("2025-07-07")
    model = fit(
        panel_of(sales(), "W-MON", NO_RULES, items, None),
        CUTOFF,
        ModelSettings("moving_average", {"window": 13, "profile": 0}, horizon=3, windows=4),
    )
    panel = panel_of(sales(), "W-MON", NO_RULES, items, None, horizon=3)
    assert [note for note in panel.notes if "similar_to" in note] == [
        "items, column similar_to of 'norte/raro': 'jabn' is no series with sales and cannot speak for a new "
        "product; name one that sells"
    ]
    extended = extend(panel, CUTOFF, 3)
    paths = model.demand_paths(extended, CUTOFF, 3, paths=200)
    assert paths.unique_id == ("norte/gel", "norte/jabon", "norte/te"), "nothing is invented for the others"
    mean = dict(zip(paths.unique_id, paths.mean().sum(axis=1), strict=True))
    assert mean["norte/gel"] == pytest.approx(mean["norte/jabon"], rel=0.15)

    ids = ["norte/gel", "norte/jabon", "norte/te"]
    plan = replenish(
        paths,
        stock=pd.DataFrame({"unique_id": ids, "on_hand": 0.0}),
        items=items,
        suppliers=pd.DataFrame({"supplier_id": ["mill"], "lead_time": [14.0]}),
        terms=pd.DataFrame({"supplier_id": "mill", "unique_id": ids, "unit_cost": 1.0}),
        open_orders=pd.DataFrame(columns=["purchase_order", "supplier_id", "unique_id", "quantity", "due"]),
        cutoff=CUTOFF,
        freq="W-MON",
        settings=PlanSettings(),
    )
    plan = with_reasons(plan, model, extended, CUTOFF, paths)
    lines = plan.lines.set_index("unique_id")
    assert lines.loc["norte/gel", "order_quantity"] >= 20, "a week of sales and safety"
    explanation = str(lines.loc["norte/gel", "explanation"])
    assert explanation.endswith("(from look-alikes norte/jabon).")
    total, *parts = map(int, re.findall(r"[+-]?\d+", explanation.split(" Forecast ")[-1]))
    assert total == lines.loc["norte/gel", "forecast"] == sum(parts)
    assert "look-alikes" not in str(lines.loc["norte/jabon", "explanation"])
