from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from chain_case import FREQ, NO_ORDERS, chain_of, lines, record, shipped, weeks

from intake.errors import InputError
from planning.chain.chain_plan import ChainPlan, ChainSettings
from planning.chain.expected_orders import OrderRule, expected_orders
from planning.chain.resources import read_capacity
from planning.chain.sharing import SharingRule
from planning.plan import PlanSettings

HALF = PlanSettings(service_level=0.5)  # no safety stock where demand is certain, and none at a median


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def reasons(plan: ChainPlan) -> str:
    return "\n".join(
        f"{unique_id} {supplier_id} {reason}" for unique_id, supplier_id, reason in plan.exceptions
    )


def test_shops_order_what_they_sell_once_their_shelf_is_as_it_should_be() -> None:
    """10 a week, lead time and review one week: brought up to 20. 25 are there and nothing is
    ordered now; then packs of 4 as far as 20: 15 + 8 = 23, 13 + 8 = 21, 11 + 12 = 23."""
    foreseen = expected_orders(
        np.full((1, 1, 6), 10.0),
        on_hand=np.array([25.0]),
        expiring=np.zeros((1, 6)),
        receipts=np.zeros((1, 6)),
        now=np.array([0.0]),
        rule=OrderRule(np.array([1]), np.array([4.0]), np.array([0.0]), np.array([0.9]), 1),
        horizon=4,
    )
    assert foreseen.ordered[0].tolist() == [0, 8, 8, 12]
    assert foreseen.position[0].tolist() == [25, 23, 21, 23]


def test_scarce_stock_goes_where_the_shelf_is_emptiest() -> None:
    """36 of 48 wanted: a has 30 on the shelf for the 20 of two weeks, b none. b gets its two packs of 12
    first; of what is left the third goes to a."""
    plan = chain_of(
        lines({"a/soap": 24, "b/soap": 24}, "store", pack=12),
        {"a/soap": 10, "b/soap": 10},
        stock={"store/soap": 36, "a/soap": 30, "b/soap": 0},
        items=frame(unique_id=["store/soap"]),
        settings=HALF,
    )
    assert shipped(plan, "b/soap")[0] == (24, 24)
    assert shipped(plan, "a/soap")[0] == (24, 12)
    assert plan.shipments.loc[plan.shipments["ds"] == weeks(1)[0], "rule"].tolist() == ["fair share"] * 2
    assert plan.remarks["a/soap"].startswith("store ships 12 of 24 now (fair share)")
    assert "36 of the 48 wanted for 9 Feb can be shipped, shared by fair share: a 12 of 24, b 24 of 24" in (
        reasons(plan)
    )


def test_priority_is_the_order_of_the_locations_that_is_stated() -> None:
    plan = chain_of(
        lines({"a/soap": 24, "b/soap": 24, "c/soap": 24}, "store", pack=12),
        {"a/soap": 10, "b/soap": 10, "c/soap": 10},
        stock={"store/soap": 40, "a/soap": 0, "b/soap": 0, "c/soap": 0},
        settings=HALF,
        chain=ChainSettings(rule=SharingRule.PRIORITY, priority=("c",)),
    )
    assert [shipped(plan, f"{shop}/soap")[0] for shop in "abc"] == [(24, 12), (24, 0), (24, 24)]


def test_what_is_not_shipped_stays_wanted_and_follows_when_there_is_some() -> None:
    """10 there and 40 on their way to the store for the second week."""
    plan = chain_of(
        lines({"a/soap": 30}, "store"),
        {"a/soap": 0},
        stock={"store/soap": 10, "a/soap": 0},
        open_orders=pd.DataFrame(
            NO_ORDERS
            | {
                "purchase_order": [""],
                "supplier_id": [""],
                "unique_id": ["store/soap"],
                "quantity": [40.0],
                "due": [weeks(2)[1]],
            }
        ),
    )
    assert shipped(plan, "a/soap") == [(30, 10), (20, 20)]
    assert plan.remarks["a/soap"] == "store ships 10 of 30 now (fair share), the rest by 16 Feb."


def test_an_order_that_has_not_left_yet_is_shipped_a_lead_time_before_it_is_due() -> None:
    """Ordered for the third week from now: it leaves in the second; what is due next week has left."""
    orders = pd.DataFrame(
        NO_ORDERS
        | {
            "purchase_order": ["x", "y"],
            "supplier_id": ["store"] * 2,
            "unique_id": ["a/soap"] * 2,
            "quantity": [7.0, 5.0],
            "due": [weeks(3)[2], weeks(3)[0]],
        }
    )
    plan = chain_of(
        lines({"a/soap": 0}, "store"),
        {"a/soap": 0},
        stock={"store/soap": 100, "a/soap": 0},
        open_orders=orders,
    )
    assert plan.shipments[["ds", "wanted", "shipped"]].to_numpy().tolist() == [[weeks(2)[1], 7.0, 7.0]]


def test_stores_are_supplied_by_stores() -> None:
    """Shops want 20 a week of a store that has 30 and is two weeks from the plant; the plant has 15.

    The store lacks 10 in the second week and 20 in each of the next; an order of the first week comes in the
    third. So it asks the plant for 10 + 20 at once and then 20 a week. The plant ships 15.
    """
    plan = chain_of(
        lines({"a/soap": 20}, "store", lead_time=0),
        {"a/soap": 20},
        stock={"plant/soap": 15, "store/soap": 30, "a/soap": 0},
        items=frame(unique_id=["store/soap"], source=["plant"]),
        suppliers=frame(supplier_id=["plant"], lead_time=[14.0]),
        settings=HALF,
    )
    assert shipped(plan, "store/soap")[:2] == [(30, 15), (35, 0)]
    assert shipped(plan, "a/soap") == [(20, 20), (20, 10), (30, 15), (35, 0)]
    assert "plant/soap  no supplier offers it" in reasons(plan)


def test_a_store_buys_what_it_is_asked_for() -> None:
    """Two weeks of lead time and one of review: 60 are asked for. With 60 there nothing is bought yet; with
    45 a pack of 24, and four more for the minimum value of 100."""
    orders = {"a/soap": 20.0}
    known = {
        "items": frame(unique_id=["store/soap"], source=["mill"], unit=["piece"]),
        "suppliers": frame(
            supplier_id=["mill"], lead_time=[14.0], minimum_order_value=[100.0], currency=["USD"]
        ),
        "terms": frame(supplier_id=["mill"], product=["soap"], unit_cost=[1.0], pack_size=[24.0]),
    }
    for on_hand, quantity in ((60, 0), (45, 120)):
        plan = chain_of(
            lines(orders, "store", lead_time=0),
            {"a/soap": 20},
            stock={"store/soap": on_hand, "a/soap": 0},
            settings=HALF,
            chain=ChainSettings(reviews_ahead=8),
            **known,
        )
        (line,) = plan.lines.to_dict("records")
        assert line["order_quantity"] == quantity
    assert line["purchase_order"] == "2026-W07-r1-mill"
    assert line["due_date"] == weeks(3)[2]
    assert (line["forecast"], line["on_hand"], line["pack_rounding"], line["coupling"]) == (60, 45, 9, 96)
    assert line["explanation"] == (
        "60 piece required in 3 weeks to 1 Mar + safety 0 (service level 50 %) - there 45 - on the way 0 = 15"
        "; rounded up to 1 pack of 24 = 24; raised, to reach the minimum order value of mill, by 96 that "
        "would come next = 120."
    )


def test_what_would_expire_is_not_bought_for_a_minimum_value() -> None:
    """What comes in the third week is good for four: 15 + 20 + 20 + 20 of it are used, three packs of 24.
    That is worth 72, so a minimum of 60 can be reached and one of 100 cannot."""
    for minimum, quantity, said in ((60.0, 72, "raised by 48.00"), (100.0, 24, "or the shelf life")):
        plan = chain_of(
            lines({"a/soap": 20.0}, "store", lead_time=0),
            {"a/soap": 20},
            stock={"store/soap": 45, "a/soap": 0},
            items=frame(unique_id=["store/soap"], source=["mill"], shelf_life=[28.0]),
            suppliers=frame(supplier_id=["mill"], lead_time=[14.0], minimum_order_value=[minimum]),
            terms=frame(supplier_id=["mill"], product=["soap"], unit_cost=[1.0], pack_size=[24.0]),
            settings=HALF,
            chain=ChainSettings(reviews_ahead=8),
        )
        assert plan.lines["order_quantity"].tolist() == [quantity]
        assert said in reasons(plan)


BRACKETS = frame(
    parent=["bracket"] * 3 + ["base"] * 2 + ["clamp"] * 2 + ["housing"] * 2,
    component=["base", "spring", "clamp", "clamp", "housing", "handle", "casting", "bearing", "shaft"],
    quantity_per=[1.0, 2, 4, 1, 2, 1, 1, 2, 1],
)


def test_brackets_for_a_shop_explode_into_what_the_book_says() -> None:
    """Heizer & Render, Operations Management, example 14.3: a shop orders 50 brackets of the works."""
    plan = chain_of(
        lines({"shop/bracket": 50}, "works"),
        {"shop/bracket": 0},
        stock={"works/base": 25, "works/clamp": 100, "shop/bracket": 0},
        bill_of_materials=BRACKETS,
    )
    required = plan.materials.groupby("unique_id")["net_requirements"].sum().to_dict()
    assert required == {
        "bracket": 50,
        "base": 25,
        "spring": 100,
        "clamp": 125,
        "handle": 125,
        "casting": 125,
        "housing": 50,
        "bearing": 100,
        "shaft": 50,
    }
    made = plan.production.set_index("unique_id")["good_units"].to_dict()
    assert made == {"bracket": 50, "base": 25, "clamp": 125, "housing": 50}
    caused = plan.links[plan.links["unique_id"] == "clamp"].set_index("cause")["quantity"].to_dict()
    assert caused == {"bracket": 100, "base": 25}
    assert any("There is no capacity table" in note for note in plan.notes)


def test_a_capacity_with_yield_and_density_takes_what_the_case_says() -> None:
    """Opening 100, demand 150, 200, 180, 220, yield .8, density .9, capacity 300: 650 / .72 = 902.7778."""
    demand = np.array([[150.0, 200, 180, 220] + [0] * 8])
    plan = chain_of(
        lines({}, "works"),
        {"works/paste": demand},
        stock={"works/paste": 100, "works/flour": 1e6},
        bill_of_materials=frame(parent=["paste"], component=["flour"], quantity_per=[1.0]),
        capacity=frame(
            product=["paste"] * 4,
            ds=list(weeks(4)),
            capacity=[300.0] * 4,
            yield_rate=[0.8] * 4,
            density=[0.9] * 4,
        ),
    )
    assert plan.production["use"].sum() == pytest.approx(902.7778, abs=1e-3)
    assert plan.production["good_units"].sum() == pytest.approx(650)
    assert record(plan, "flour", "gross_requirements") == pytest.approx(
        record(plan, "paste", "planned_receipts")
    )
    assert plan.shipments["shipped"].sum() == 750


@pytest.mark.parametrize(("opening", "capacity", "made", "late"), [(50, 200, 650, 0), (0, 150, 600, 100)])
def test_what_a_capacity_cannot_make_then_is_made_before(
    opening: float, capacity: float, made: float, late: float
) -> None:
    """Demand 100, 100, 100, 400: 650 with 200 a week and 50 there; with 150 and none 100 are missing."""
    demand = np.array([[100.0, 100, 100, 400] + [0] * 8])
    plan = chain_of(
        lines({}, "works"),
        {"works/paste": demand},
        stock={"works/paste": opening, "works/flour": 1e6},
        bill_of_materials=frame(parent=["paste"], component=["flour"], quantity_per=[1.0]),
        capacity=frame(resource=["paste"] * 4, ds=list(weeks(4)), capacity=[capacity] * 4),
    )
    assert plan.production["good_units"].sum() == pytest.approx(made)
    assert (plan.shipments["wanted"] - plan.shipments["shipped"]).sum() == pytest.approx(late)
    if late:
        assert "100 units more of paste in 2026-W10" in "".join(plan.sentences)
        assert (plan.production["worth"] > 0).all()
        assert "works/paste  300 of the 400 wanted for 2 Mar can be shipped" in reasons(plan)
    else:
        assert plan.sentences == (
            "paste: All that is asked for can be made in time. It takes the whole capacity of paste in "
            "2026-W08, 2026-W09, 2026-W10.",
        )


@pytest.mark.parametrize(
    ("opening", "said"), [(0, "paste: It has no capacity in 2026-W07."), (100, "can be made in time.")]
)
def test_a_closed_week_is_said_where_something_is_missed_for_it(opening: float, said: str) -> None:
    plan = chain_of(
        lines({}, "works"),
        {"works/paste": np.array([[100.0, 100, 50] + [0] * 9])},
        stock={"works/paste": opening, "works/flour": 1e6},
        bill_of_materials=frame(parent=["paste"], component=["flour"], quantity_per=[1.0]),
        capacity=frame(resource=["paste"] * 3, ds=list(weeks(3)), capacity=[0.0, 200, 200]),
    )
    assert plan.sentences[-1].startswith("paste: ")
    assert plan.sentences[-1].endswith(said)


def test_a_component_is_bought_in_drums_and_the_line_says_what_for() -> None:
    """61 soaps a week at .3 kg, from the first week on: 18.3 kg a week. Three weeks of lead time and one of
    review: 73.2 required, 60 there, so a drum of 25."""
    plan = chain_of(
        lines({"shop/soap": 61}, "plant", lead_time=0),
        {"shop/soap": 61},
        stock={"plant/oil": 60, "shop/soap": 0},
        items=frame(unique_id=["plant/oil"], unit=["kg"]),
        suppliers=frame(supplier_id=["oils"], lead_time=[21.0]),
        terms=frame(
            supplier_id=["oils"],
            component=["oil"],
            pack_size=[25.0],
            unit_cost=[4.8],
            purchase_unit=["drum"],
            unit_factor=[25.0],
        ),
        bill_of_materials=frame(parent=["soap", "base"], component=["base", "oil"], quantity_per=[0.5, 0.6]),
        settings=HALF,
    )
    (line,) = plan.lines.to_dict("records")
    assert line["unique_id"] == "plant/oil"
    assert (line["forecast"], line["on_hand"], line["order_quantity"], line["amount"]) == (73.2, 60, 25, 120)
    assert line["explanation"] == (
        "73.2 kg required in 4 weeks to 8 Mar for base 73.2 (soap 73.2) + safety 0 (service level 50 %) - "
        "there 60 - on the way 0 = 13.2; rounded up to 1 x drum of 25 = 25."
    )
    bought = plan.links[(plan.links["step"] == "buy") & (plan.links["ds"] == weeks(1)[0])]
    assert bought[["cause_step", "cause", "cause_ds", "quantity"]].to_numpy().tolist() == [
        ["make", "base", weeks(4)[3], 13.2],
        ["", "", pd.NaT, 11.8],
    ]


def test_what_should_have_been_ordered_long_ago_is_to_be_hurried() -> None:
    """10 kg a week and 12 there: 8 are missing in the second week, 28 before an order of now can come."""
    plan = chain_of(
        lines({"shop/soap": 10}, "plant", lead_time=0),
        {"shop/soap": 10},
        stock={"plant/oil": 12, "shop/soap": 0},
        items=frame(unique_id=["plant/oil"], unit=["kg"]),
        suppliers=frame(supplier_id=["oils"], lead_time=[28.0]),
        terms=frame(supplier_id=["oils"], component=["oil"]),
        bill_of_materials=frame(parent=["soap"], component=["oil"], quantity_per=[1.0]),
        settings=HALF,
        chain=ChainSettings(reviews_ahead=6),
    )
    assert (
        "plant/oil oils expedite: 28 kg are required before 9 Mar, when an order of now comes, the first on "
        "16 Feb: soap 50; hurry it, or make less"
    ) in reasons(plan)
    assert plan.expedite.to_numpy().tolist() == [["plant/oil", weeks(2)[1], 28, 3]]
    (line,) = plan.lines.to_dict("records")
    assert line["order_quantity"] == 38
    assert line["due_date"] == weeks(5)[4]


def test_where_nothing_lies_in_the_house_there_is_no_chain() -> None:
    plan = chain_of(
        lines({"a/soap": 10}, "mill"),
        {"a/soap": 10},
        stock={"a/soap": 0},
        bill_of_materials=frame(parent=["cream"], component=["oil"], quantity_per=[1.0]),
    )
    assert plan.shipments.empty
    assert plan.material_plan is None
    assert plan.notes[0].startswith("No place of the house supplies what is ordered")


def test_places_that_supply_each_other_are_cut_apart() -> None:
    plan = chain_of(
        lines({"a/soap": 5}, "east"),
        {"a/soap": 0},
        stock={"east/soap": 1, "west/soap": 1, "a/soap": 0},
        items=frame(unique_id=["east/soap", "west/soap"], source=["west", "east"]),
        suppliers=frame(supplier_id=["east", "west"], lead_time=[7.0, 7.0]),
    )
    assert "places supply each other in a circle: east/soap -> west/soap -> east/soap" in reasons(plan)
    assert shipped(plan, "a/soap")[0] == (5, 1)


def test_a_capacity_table_of_days_adds_up_and_what_is_promised_is_off() -> None:
    days = pd.date_range("2026-02-09", periods=10, freq="D")
    table = frame(
        resource=["line"] * 10, ds=list(days), capacity=[4.0] * 10, scheduled=[1.0] + [float("nan")] * 9
    )
    read = read_capacity(table, {"soap": "line", "salve": "line", "jar": "glass"}, weeks(3), FREQ)
    assert read.capacity["line"].tolist() == [27, 12, 12]
    assert sorted(line.unique_id for line in read.lines) == ["salve", "soap"]
    assert read.exceptions == [
        (
            "line",
            "",
            "has no capacity stated for 1 of the 3 periods planned: taken to be as in the nearest one "
            "that is stated",
        )
    ]


def test_resources_that_cannot_be_planned_with_are_named() -> None:
    table = frame(
        resource=["oven", "press"], product=["", "paste"], ds=[weeks(1)[0], weeks(1)[0]], capacity=[1.0, 1.0]
    )
    monthly = frame(product=["soap"] * 2, ds=[weeks(1)[0], weeks(9)[8]], capacity=[1.0, 1.0])
    read = read_capacity(pd.concat([table, monthly]), {"soap": "x"}, weeks(3), FREQ)
    said = {name: reason.split(":")[0] for name, _, reason in read.exceptions}
    assert said == {
        "oven": "is a resource in the capacity table, and nothing that is needed has its name as product or "
        "category",
        "paste": "is in the capacity table and nothing that is needed is made of it",
        "soap": "has a capacity for 2 of 9 periods",
    }
    assert read.lines == ()


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InputError, match="reviews_ahead"):
        ChainSettings(reviews_ahead=0)
    with pytest.raises(InputError, match="fair share knows no order"):
        ChainSettings(priority=("a",))
    with pytest.raises(InputError, match="twice"):
        ChainSettings(rule=SharingRule.PRIORITY, priority=("a", "a"))


def test_what_fits_as_it_is_needed_is_what_linear_programming_would_do() -> None:
    """A ramp that binds nobody sends the same question to the solver."""
    demand = np.array([[10.0, 40, 20, 60] + [0] * 8])
    ways = []
    for ramp in (float("nan"), 1e6):
        plan = chain_of(
            lines({}, "works"),
            {"works/paste": demand, "works/salve": demand[:, ::-1]},
            stock={"works/paste": 15, "works/salve": 5, "works/flour": 1e6},
            bill_of_materials=frame(
                parent=["paste", "salve"], component=["flour"] * 2, quantity_per=[1.0, 2.0]
            ),
            items=frame(unique_id=["works/paste", "works/salve"], category=["line"] * 2),
            capacity=frame(
                resource=["line"] * 4,
                ds=list(weeks(4)),
                capacity=[50.0] * 4,
                density=[2.0] * 4,
                ramp=[ramp] * 4,
            ),
        )
        ways.append(plan.production.drop(columns="worth"))
        assert plan.sentences == ("line: All that is asked for can be made in time.",)
    pd.testing.assert_frame_equal(*ways)


def test_what_is_on_its_way_is_hurried_and_not_ordered_again() -> None:
    """10 kg a week, 12 there, 40 due in the third week, five weeks of lead time: 8 short in the second week,
    but over six weeks 60 are needed, so only 8 more must come: not the 8 that are short before, too."""
    coming = pd.DataFrame(
        NO_ORDERS
        | {
            "purchase_order": ["x"],
            "supplier_id": ["oils"],
            "unique_id": ["plant/oil"],
            "quantity": [40.0],
            "due": [weeks(3)[2]],
        }
    )
    plan = chain_of(
        lines({"shop/soap": 10}, "plant", lead_time=0),
        {"shop/soap": 10},
        stock={"plant/oil": 12, "shop/soap": 0},
        suppliers=frame(supplier_id=["oils"], lead_time=[35.0]),
        terms=frame(supplier_id=["oils"], component=["oil"]),
        bill_of_materials=frame(parent=["soap"], component=["oil"], quantity_per=[1.0]),
        open_orders=coming,
        settings=HALF,
        chain=ChainSettings(reviews_ahead=7),
    )
    (line,) = plan.lines.to_dict("records")
    assert (line["forecast"], line["on_order"], line["order_quantity"]) == (60, 40, 8)
    assert plan.expedite.to_numpy().tolist() == [["plant/oil", weeks(2)[1], 8, 4]]
