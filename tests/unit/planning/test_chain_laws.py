"""Whatever the house looks like: units balance at every place, and every step is for another one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from chain_case import chain_of, lines, weeks
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.chain.chain_plan import ChainPlan, ChainSettings
from planning.chain.sharing import SharingRule
from planning.plan import IDENTITY

PACKS = (1.0, 6.0, 24.0)
DUST = 1e-3


@st.composite
def houses(draw: st.DrawFn) -> dict[str, Any]:
    """Shops that a plant supplies, by way of a store or not, of a product that is made of two things."""
    shops = draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    by_way = draw(st.booleans())
    source = "store" if by_way else "plant"
    pack = draw(st.sampled_from(PACKS))
    names = [f"s{number}/soap" for number in range(shops)]
    rule = draw(st.sampled_from(SharingRule))
    capacity = draw(st.sampled_from([None, 0.0, 15.0, 60.0]))
    there = {
        "plant/soap": rng.integers(0, 80),
        "plant/oil": rng.integers(0, 60),
        "plant/base": rng.integers(0, 9),
    }
    store = {"store/soap": rng.integers(0, 50)} if by_way else {}
    return {
        "ordered": lines(
            {name: pack * rng.integers(0, 4) for name in names},
            source,
            lead_time=draw(st.integers(0, 2)),
            pack=pack,
        ),
        "demand": {name: rng.poisson(rng.uniform(0, 15), size=(5, 12)) for name in names},
        "stock": {name: float(rng.integers(0, 30)) for name in names} | {**there, **store},
        "items": pd.DataFrame(
            {
                "unique_id": ["store/soap", "plant/oil"],
                "source": ["plant", "mill"],
                "shelf_life": [np.nan, 15.0],
            }
        ),
        "suppliers": pd.DataFrame(
            {
                "supplier_id": ["plant", "mill"],
                "lead_time": [7.0, 14.0],
                "minimum_order_value": [np.nan, draw(st.sampled_from([0.0, 90.0]))],
            }
        ),
        "terms": pd.DataFrame(
            {"supplier_id": ["mill"], "component": ["oil"], "pack_size": [2.5], "unit_cost": [1.5]}
        ),
        "bill_of_materials": pd.DataFrame(
            {
                "parent": ["soap", "base", "soap"],
                "component": ["base", "oil", "oil"],
                "quantity_per": [0.5, 0.75, 0.125],
                "yield_rate": [0.8, 1.0, 1.0],
            }
        ),
        "capacity": None
        if capacity is None
        else pd.DataFrame({"product": "soap", "ds": weeks(6), "capacity": capacity, "density": 2.0}),
        "open_orders": pd.DataFrame(
            {
                "purchase_order": "",
                "supplier_id": "",
                "unique_id": "plant/oil",
                "quantity": rng.integers(1, 30, size=2).astype(float),
                "due": weeks(4)[rng.integers(0, 4, size=2)],
            }
        ).head(draw(st.integers(0, 2))),
        "chain": ChainSettings(reviews_ahead=draw(st.integers(1, 6)), rule=rule),
    }


def at_every_place(plan: ChainPlan, house: dict[str, Any]) -> None:
    """What has left a place by any week is no more than what lay there, was made there or came by then."""
    periods = len(plan.materials["ds"].unique())
    made = plan.materials[plan.materials["unique_id"] == "soap"].set_index("ds")["planned_receipts"]
    moved = plan.shipments.pivot_table(
        index="ds", columns=["source", "unique_id"], values="shipped", aggfunc="sum", fill_value=0.0
    ).reindex(weeks(periods), fill_value=0.0)
    for place in set(plan.shipments["source"]):
        came = made.to_numpy() if place == "plant" else np.zeros(periods)
        if place == "store" and ("plant", "store/soap") in moved:
            came = np.append(0.0, moved["plant", "store/soap"].to_numpy())[:periods]
        left = moved[place].sum(axis=1).to_numpy().cumsum()
        assert (left <= house["stock"][f"{place}/soap"] + came.cumsum() + DUST).all()


@settings(max_examples=12, deadline=None)
@given(house=houses())
def test_a_chain_keeps_its_laws(house: dict[str, Any]) -> None:
    plan = chain_of(**house)
    assert (plan.shipments["shipped"] <= plan.shipments["wanted"] + DUST).all()
    for table in (plan.shipments, plan.production, plan.materials, plan.links):
        numbers = table.select_dtypes("number")
        assert (numbers.fillna(0) >= 0).all(axis=None)
    at_every_place(plan, house)
    pack = house["ordered"]["pack_size"].iloc[0]
    to_shops = plan.shipments[plan.shipments["unique_id"].isin(house["ordered"]["unique_id"])]
    assert (to_shops["shipped"] % pack == 0).all()

    for line in plan.lines.to_dict("records"):
        total = sum(sign * line[name] for name, sign in IDENTITY)
        assert abs(total - line["order_quantity"]) < DUST
        assert abs(line["order_quantity"] % line["pack_size"]) < DUST
        released = plan.materials.query("unique_id == 'oil'")["planned_releases"].iloc[0]
        assert abs(line["order_quantity"] - line["coupling"] - released) < DUST

    for step, column in (("make", "planned_receipts"), ("buy", "planned_receipts")):
        told = plan.links[plan.links["step"] == step].groupby("unique_id")["quantity"].sum()
        planned = plan.materials.groupby("unique_id")[column].sum().reindex(told.index)
        assert np.allclose(told, planned, atol=DUST)
    shipped = plan.links[plan.links["step"] == "ship"].groupby("unique_id")["quantity"].sum()
    moved = plan.shipments.groupby("unique_id")["shipped"].sum()
    assert np.allclose(shipped, moved.reindex(shipped.index), atol=DUST)
    assert (plan.links.loc[plan.links["step"] == "ship", "cause_step"] == "order").all()
