from __future__ import annotations

import numpy as np
import pandas as pd

from artifacts.what_if_page import what_if_markdown
from artifacts.what_if_plot import costs_side_by_side

PLANS = ("base plan", "late", "base orders kept")


def totals() -> pd.DataFrame:
    """Three plans in total and of one supplier."""
    rows = pd.DataFrame({"plan": PLANS, "scope": "total", "currency": "EUR", "supplier_id": None})
    numbers = {
        "periods": 3,
        "orders": 1,
        "order_quantity": 30,
        "purchase": 60.0,
        "holding": 2.0,
        "shortage": [1.0, 4.0, 9.0],
        "waste": 0.5,
        "cost": [3.5, 6.5, 11.5],
        "cost_p10": 1.0,
        "cost_p90": [6.0, 9.0, 20.0],
        "cost_cvar": [8.0, 12.0, 25.0],
        "lines_out": 1.25,
        "lost_sales": 7.0,
        "waste_units": 0.0,
    }
    rows = rows.assign(**numbers)
    return pd.concat([rows, rows.assign(scope="supplier", supplier_id="nor|sa")], ignore_index=True)


def lines() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "supplier_id": "nor|sa",
            "unique_id": ["a_b", "c"],
            "base_quantity": [10, 5],
            "order_quantity": [24, 5],
            "change": [14, 0],
            "cost": [2.0, 1.0],
            "cost_kept": [5.5, 1.0],
            "stockout_probability": [0.1, 0.2],
            "stockout_probability_kept": [0.62, 0.2],
        }
    )


def chain() -> pd.DataFrame:
    return pd.DataFrame({"plan": PLANS[:2], "shipped": [120.0, 60.0], "bought_lines": [3, 2]})


def test_the_page_shows_what_is_supposed_and_what_it_does() -> None:
    page = what_if_markdown(
        "what if late", ["Orders come 7 days later."], totals(), lines(), chain(), ["A note."]
    )
    assert "- Orders come 7 days later." in page
    assert (
        "| base orders kept | 3 | 1 | 30 | 60.00 | 2.00 | 9.00 | 0.50 | 11.50 | 20.00 | 25.00 | 1.2 | 7 | 0 |"
        in page
    )
    assert "**1 of 2 lines change**" in page
    assert r"| a\_b | nor\|sa | 10 | 24 | +14 | 2.00 | 5.50 | 10% | 62% |" in page
    assert r"**nor\|sa**" in page
    assert "| plan | shipped | bought lines |" in page
    assert "| late | 60 | 2 |" in page
    assert page.rstrip().endswith("- A note.")


def test_the_picture_is_the_same_for_the_same_numbers() -> None:
    rows = totals().head(3)
    joint = {plan: np.random.default_rng(place).gamma(2, 2, 200) for place, plan in enumerate(PLANS)}
    first, again = (costs_side_by_side(rows, joint, "EUR") for _ in range(2))
    assert first.startswith(b"\x89PNG")
    assert first == again
    nothing = dict.fromkeys(PLANS, np.zeros(200))
    assert costs_side_by_side(rows.assign(cost=0.0, cost_p90=0.0, cost_cvar=0.0), nothing, "").startswith(
        b"\x89PNG"
    )
