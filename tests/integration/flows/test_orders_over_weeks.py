"""Orders over the weeks: never forgotten, never bought twice, corrected on demand."""

from __future__ import annotations

from datetime import date, timedelta

import builders
import pandas as pd
import pytest
from shop import Shop, World

from artifacts.plan_words import Language
from intake.errors import ConflictError, InputError, MissingError
from planning.order_states import OrderAction, OrderState
from planning.plan_difference import CAUSES
from storage import ids
from storage.keys import pointer_in
from storage.manifests import Published
from storage.orders import Entry, OrderBook
from storage.plans import Plans
from storage.pointers import read_pointer
from tasks import orders as order_steps
from tasks import plans as plan_steps
from tasks.connection import connection
from tasks.orders import move, order_details, order_documents, order_table, own_orders
from tasks.plans import datasets_to_replenish

pytestmark = pytest.mark.usefixtures("without_plots")

LINES = [{"supplier_id": "norsa", "unique_id": "centro/crema", "quantity": 60, "due": "2024-05-20"}]
CUTOFF_WEEK = 18  # the last complete one of the first 20


@pytest.fixture
def ready(world: World) -> Shop:
    """A weekly dataset with a model and all tables; week 18 is the last complete one, week 19 is planned."""
    shop = Shop(world)
    shop.upload("ventas", builders.weekly_sales(20))
    shop.upload_planning_files()
    shop.ingest()
    shop.train()
    return shop


def a_week_later(shop: Shop, on_hand: float = 11) -> None:
    """A week's sales more, and the stock counted again."""
    shop.upload("ventas", builders.weekly_sales(21), "later.csv")
    shop.upload("inventario", builders.stock(on_hand), "stock.csv")
    shop.ingest()


def issue(shop: Shop, number: str, on: date) -> None:
    assert move(shop.dataset, number, OrderAction.ISSUE, on) == "issued"


def latest_plan(shop: Shop) -> str:
    return read_pointer(shop.world.store, pointer_in(shop.world.keys.dataset_plans(shop.dataset))).id


def on_order(shop: Shop, plan: Published) -> dict[str, int]:
    return dict(shop.lines(plan)["on_order"])


def ordered(shop: Shop, plan: Published) -> dict[str, int]:
    return dict(shop.lines(plan)["order_quantity"])


def test_an_issued_order_counts_next_week_and_is_not_bought_twice(ready: Shop) -> None:
    first = ready.replenish()
    assert set(on_order(ready, first).values()) == {0}
    number = ready.order(first)
    proposed = order_documents(ready.dataset, number, Language.ES)
    issue(ready, number, builders.week(CUTOFF_WEEK + 1))
    again = ready.replenish()
    assert again.folder == first.folder, "issuing what was proposed changes nothing that was decided"

    issued = order_documents(ready.dataset, number, Language.ES)
    assert [*issued] == [*proposed] == [f"{number}.es.xlsx", f"{number}.es.csv"]
    assert b"2024-05-13" in issued[f"{number}.es.csv"]
    assert b"2024-05-13" not in proposed[f"{number}.es.csv"]
    written = list(ready.world.store.list_objects(ready.world.keys.issued(ready.dataset)))
    assert len(written) == 4, "two languages, two forms, once"

    a_week_later(ready)
    second = ready.replenish()
    assert (first.folder.name, second.folder.name) == ("2024-W20-r1", "2024-W21-r1")
    assert on_order(ready, second) == ordered(ready, first)
    assert second.manifest.metrics["on_order"] == "own orders"
    lines = ready.lines(second)
    needed = lines["order_up_to_level"] - lines["on_hand"]
    assert (lines["order_quantity"] <= (needed - lines["on_order"] + lines["pack_size"]).clip(lower=0)).all()

    assert "difference.csv" not in first.manifest.files
    changes = ready.table(second, "difference.csv").set_index("unique_id")
    assert dict(changes["order_quantity"]) == ordered(ready, second)
    assert dict(changes["previous_quantity"]) == ordered(ready, first)
    assert (changes[list(CAUSES)].sum(axis=1) == changes["change"]).all()
    assert not changes["not_ordered"].any(), "all of the first plan was issued"
    risk = ready.table(second, "risk.csv")
    assert risk["scope"].tolist() == ["line"] * 3 + ["supplier", "total"]
    assert risk["purchase"].iloc[-1] == pytest.approx(lines["amount"].sum())


def test_what_came_is_counted_once_and_the_rest_is_still_on_order(ready: Shop) -> None:
    first = ready.replenish()
    number, all_of_it = ready.order(first), ordered(ready, first)
    monday = builders.week(CUTOFF_WEEK + 1)
    issue(ready, number, monday)
    some = next(name for name, units in all_of_it.items() if units)
    with pytest.raises(InputError, match="'sopa' is not in the order"):
        move(ready.dataset, number, OrderAction.RECEIVE, monday, {"sopa": 1})
    assert move(ready.dataset, number, OrderAction.RECEIVE, monday, {some: 6}) == "issued"
    details = order_details(ready.dataset, number).lines.set_index("unique_id")
    assert (details["received"] == [6.0 if name == some else 0.0 for name in details.index]).all()
    assert (details["received"] + details["outstanding"] == details["order_quantity"]).all()
    assert order_table(ready.dataset)["partly_received"].tolist() == [True]
    with pytest.raises(ConflictError, match=f"some of {number} came already"):
        ready.move(number, "cancel")
    a_week_later(ready)
    second = ready.replenish()
    assert on_order(ready, second) == all_of_it | {some: all_of_it[some] - 6}, "the count holds what came"

    assert move(ready.dataset, number, OrderAction.RECEIVE, monday, close=True) == "received"
    assert set(own_orders(ready.dataset)["state"]) == {"received", "cancelled"}
    assert own_orders(ready.dataset).query("state == 'received'")["quantity"].tolist() == [6]
    with pytest.raises(ConflictError, match="cannot receive an order that is received"):
        ready.move(number, "receive")


def test_what_was_only_proposed_is_not_on_order(ready: Shop) -> None:
    ready.replenish()
    a_week_later(ready)
    assert set(on_order(ready, ready.replenish()).values()) == {0}


def test_the_open_orders_of_the_stock_file_win(ready: Shop) -> None:
    """What was issued after the count is not in the file and comes on top."""
    first = ready.replenish()
    issue(ready, ready.order(first), builders.week(CUTOFF_WEEK + 1))
    a_week_later(ready)
    due = builders.week(21)
    ready.upload("inventario", builders.stock(on_order=(12, due)), "stock.csv")
    plan = ready.replenish()
    assert set(on_order(ready, plan).values()) == {12}
    assert plan.manifest.metrics["on_order"] == "stock file"
    issue(ready, ready.order(plan), builders.week(CUTOFF_WEEK + 2))
    ready.upload("inventario", builders.stock(3, on_order=(12, due)), "stock.csv")
    revised = ready.replenish(revise=True)
    assert on_order(ready, revised) == {
        unique_id: 12 + quantity for unique_id, quantity in ordered(ready, plan).items()
    }
    assert "both are counted" in ready.read(revised, "exceptions.csv").decode()


def test_a_corrected_stock_file_that_holds_this_week_s_order_does_not_double_it(ready: Shop) -> None:
    monday = builders.week(CUTOFF_WEEK + 1)
    ready.upload("inventario", builders.stock(as_of=monday, on_order=(6, monday)), "stock.csv")
    first = ready.replenish()
    issue(ready, ready.order(first), monday)
    ready.upload("inventario", builders.stock(8, as_of=monday, on_order=(30, monday)), "stock.csv")
    revised = ready.replenish(revise=True)
    assert set(on_order(ready, revised).values()) == {30}
    assert dict(ready.lines(revised)["issued_quantity"]) == ordered(ready, first)


def test_a_proposal_of_an_older_week_is_not_bought_twice(ready: Shop) -> None:
    first = ready.replenish()
    a_week_later(ready)
    second = ready.replenish()
    with pytest.raises(
        ConflictError, match=r"2024-W20-r1 was superseded by 2024-W21-r1: issue the orders of that plan"
    ):
        ready.move(ready.order(first), "issue")
    assert list(order_table(ready.dataset)["purchase_order"]) == [ready.order(second)]
    assert ready.move(ready.order(second), "issue") == "issued"


@pytest.mark.parametrize(("week", "revise"), [("2024-W20", True), ("2024-W21", False)])
def test_a_plan_that_was_begun_and_not_finished_is_named_with_the_way_to_finish_it(
    ready: Shop, week: str, revise: bool
) -> None:
    number = ready.order(ready.replenish())
    died = Plans(ready.world.store, ready.world.keys).claim(
        ready.dataset, week, ids.sha256(b"other inputs"), revise=revise
    )
    option = " --option revise=true" if revise else ""
    finishes = f"`abasto run replenish --dataset {ready.dataset}{option}` finishes it"
    with pytest.raises(
        ConflictError, match=f"{died.plan_id} was begun after 2024-W20-r1 and not finished: {finishes}"
    ):
        ready.move(number, "issue")


@pytest.mark.parametrize(("meanwhile", "state"), [(None, "cancelled"), ("confirm", "confirmed")])
def test_only_what_stands_as_issued_is_taken_back(
    ready: Shop, monkeypatch: pytest.MonkeyPatch, meanwhile: str | None, state: str
) -> None:
    """Between writing and looking again, a plan was claimed; and in one case somebody confirmed the order."""
    number = ready.order(ready.replenish())
    book, looks = OrderBook(ready.world.store, ready.world.keys), []

    def look(*_: object) -> None:
        looks.append(1)
        if len(looks) == 2:
            if meanwhile:
                book.record(ready.dataset, number, lambda _: Entry(str(OrderState.CONFIRMED)))
            raise ConflictError("2024-W20-r1 was superseded by 2024-W20-r2.")

    monkeypatch.setattr(order_steps, "_refuse_superseded", look)
    with pytest.raises(ConflictError, match="was superseded") as refused:
        ready.move(number, "issue")
    assert (f"somebody made {number} confirmed" in str(refused.value)) == bool(meanwhile)
    (history,) = book.orders(ready.dataset)
    assert history.state == state


def test_a_corrected_count_without_revise_leaves_the_plan_and_says_so(
    ready: Shop, said: pytest.LogCaptureFixture
) -> None:
    first = ready.replenish()
    before = ready.listing()
    assert "have changed since" not in said.text
    ready.upload("inventario", builders.stock(0), "stock.csv")
    assert ready.replenish().folder == first.folder
    assert f"the plan {first.folder.name} stands; its inputs have changed since" in said.text
    assert f"`abasto run replenish --dataset {ready.dataset} --option revise=true`" in said.text
    assert ready.listing() == before


def test_a_revision_orders_the_difference_and_replaces_what_was_not_issued(ready: Shop) -> None:
    ready.upload("inventario", builders.stock(40), "stock.csv")
    first = ready.replenish()
    ready.move(ready.order(first), "issue")
    ready.upload("inventario", builders.stock(24), "stock.csv")
    second = ready.replenish(revise=True)
    assert second.folder.name == "2024-W20-r2"
    assert latest_plan(ready) == "2024-W20-r2"
    lines, before = ready.lines(second), ready.lines(first)
    assert dict(lines["previous_quantity"]) == dict(before["order_quantity"])
    assert dict(lines["issued_quantity"]) == dict(before["order_quantity"])
    assert (lines["change"] == lines["order_quantity"]).all()
    # 16 fewer on hand, and at most a pack of 6 in the roundings of both plans.
    assert lines["order_quantity"].between(0, 16 + 6).all()
    assert (lines["order_quantity"] > 0).any()
    unchanged = ready.replenish(revise=True)
    assert unchanged.folder == second.folder, "nothing was corrected since"


def test_orders_of_a_superseded_revision_cannot_be_issued(ready: Shop) -> None:
    first = ready.replenish()
    ready.upload("inventario", builders.stock(0), "stock.csv")
    second = ready.replenish(revise=True)
    with pytest.raises(ConflictError, match=r"2024-W20-r1 was superseded by 2024-W20-r2: issue the orders"):
        ready.move(ready.order(first), "issue")
    assert list(order_table(ready.dataset)["purchase_order"]) == [ready.order(second)]
    assert ready.move(ready.order(second), "issue") == "issued"


def test_a_cancelled_order_can_be_planned_again(ready: Shop, said: pytest.LogCaptureFixture) -> None:
    first = ready.replenish()
    ready.move(ready.order(first), "issue")
    ready.move(ready.order(first), "cancel")
    assert ready.replenish().folder == first.folder
    assert "have changed since" in said.text
    second = ready.replenish(revise=True)
    assert second.folder.name == "2024-W20-r2"
    assert ordered(ready, second) == ordered(ready, first)
    assert set(on_order(ready, second).values()) == {0}


def test_an_order_that_arrived_is_no_longer_on_order(ready: Shop) -> None:
    number = ready.order(ready.replenish())
    ready.move(number, "issue")
    a_week_later(ready)
    in_time = builders.week(CUTOFF_WEEK + 2) - timedelta(days=1)
    assert move(ready.dataset, number, OrderAction.RECEIVE, in_time) == "received"
    plan = ready.replenish()
    assert set(on_order(ready, plan).values()) == {0}
    states = order_table(ready.dataset).set_index("purchase_order")["state"]
    assert dict(states) == {number: "received", ready.order(plan): "proposed"}


def test_steps_that_cannot_be_taken_are_one_sentence_each(ready: Shop) -> None:
    with pytest.raises(MissingError, match=f"`abasto run replenish --dataset {ready.dataset}`"):
        order_table(ready.dataset)
    number = ready.order(ready.replenish())
    with pytest.raises(ConflictError, match="cannot receive an order that is proposed"):
        ready.move(number, "receive")
    ready.move(number, "issue")
    with pytest.raises(
        ConflictError, match="cannot issue an order that is issued: you can confirm or receive or cancel"
    ):
        ready.move(number, "issue")
    for nonsense in ("tomorrow", "2024-W20", "2024-W20-r0-norsa"):
        with pytest.raises(MissingError, match="no order number such as"):
            ready.move(nonsense, "issue")
    with pytest.raises(MissingError, match="has no plan 2031-W01-r1: see `abasto plans`"):
        ready.move("2031-W01-r1-norsa", "issue")
    with pytest.raises(MissingError, match="has no order 2024-W20-r1-nobody"):
        ready.move("2024-W20-r1-nobody", "issue")
    own = own_orders(ready.dataset)
    assert own["state"].unique().tolist() == ["issued"]
    assert [f"{day:%Y-%m-%d}" for day in own["issued_on"].unique()] == ["2030-01-01"]
    assert own["received_on"].isna().all()


def test_a_stock_count_of_another_day_is_refused(ready: Shop) -> None:
    ready.upload("inventario", builders.stock(as_of=builders.week(10)), "stock.csv")
    with pytest.raises(InputError, match="as_of") as refused:
        ready.replenish()
    assert "\n" not in str(refused.value)
    assert not [key for key in ready.listing() if "reposicion" in key and key.endswith("manifest.json")]


def test_a_count_without_a_day_serves_one_week_only(ready: Shop) -> None:
    first = ready.replenish()
    ready.upload("ventas", builders.weekly_sales(21), "later.csv")
    ready.ingest()
    with pytest.raises(InputError, match="was counted for the plan 2024-W20-r1 already and cannot hold"):
        ready.replenish()
    assert latest_plan(ready) == first.folder.name
    counted = builders.week(CUTOFF_WEEK + 2) - timedelta(days=1)
    ready.upload("inventario", builders.stock(as_of=counted), "stock.csv")
    assert ready.replenish().folder.name == "2024-W21-r1"


def test_orders_that_change_between_look_and_claim_are_not_planned_with(
    ready: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ready.order(ready.replenish())
    a_week_later(ready)

    def someone_is_faster(dataset: str) -> pd.DataFrame:
        seen = own_orders(dataset)
        issued = {"lines": LINES, "issued_on": "2024-05-13"}
        if seen.empty:
            OrderBook(*connection()).record(dataset, number, lambda _: Entry(str(OrderState.ISSUED), issued))
        return seen

    monkeypatch.setattr(plan_steps, "own_orders", someone_is_faster)
    with pytest.raises(ConflictError, match="changed while the plan was made: run again"):
        ready.replenish()
    assert on_order(ready, ready.replenish())["centro/crema"] == 60


def test_daily_sales_are_ordered_for_a_week_unless_somebody_says_otherwise(shop: Shop) -> None:
    shop.upload("ventas", builders.daily_sales(60), "Ventas.csv")
    shop.upload("inventario", builders.stock(series=["ventas"]))
    shop.upload("productos", builders.csv("unique_id,unit,currency", [("ventas", "piece", "EUR")]))
    shop.upload("proveedores", builders.suppliers(lead_time=1))
    shop.upload("condiciones", builders.csv("supplier_id,unique_id,unit_cost", [("norsa", "ventas", 2.5)]))
    shop.ingest()
    shop.train()
    plan = shop.replenish(assume={"promotion": 0, "holiday": 0})
    assert plan.manifest.provenance.parameters["review_period"] == 7
    assert "The next orders are expected 7 days after these." in shop.read(plan, "report.html").decode()
    lines = shop.lines(plan)
    assert lines["review_period"].tolist() == [7]
    assert lines["forecast"].between(8 * 600, 8 * 1100).all(), "eight days of 600 and more"


def test_a_plan_that_orders_nothing_is_a_plan_too(ready: Shop) -> None:
    number = ready.order(ready.replenish())
    ready.move(number, "issue")
    a_week_later(ready, on_hand=10_000)
    plan = ready.replenish()
    assert set(ordered(ready, plan).values()) == {0}
    assert plan.manifest.metrics["purchase_orders"] == 0
    assert list(order_table(ready.dataset)["purchase_order"]) == [number]


def test_without_a_name_every_dataset_that_is_ready_is_planned(ready: Shop, world: World) -> None:
    unready = Shop(world)
    unready.upload("ventas", builders.weekly_sales(20))
    unready.ingest()
    names = datasets_to_replenish.fn(None)
    assert ready.dataset in names
    assert unready.dataset not in names
