"""One plan a week, and purchase orders whose every step happens once."""

from __future__ import annotations

from typing import Any

import pytest
from storage_rig import WRITERS, DyingStore, Killed, RigServer, at_once, provenance

from intake.errors import ConflictError, IntegrityError, MissingError
from storage.claims import find_claim
from storage.keys import Keys, Ref
from storage.manifests import Provenance, Published
from storage.objects import Fetched, ObjectStore
from storage.orders import Entry, OrderBook, OrderEvent, OrderHistory, Step
from storage.plans import PlanClaim, Plans

WEEK = "2026-W07"


@pytest.fixture
def plans(store: ObjectStore, keys: Keys) -> Plans:
    return Plans(store, keys)


def made_from(dataset: str, inputs: str) -> Provenance:
    return provenance(dataset, "plan", inputs=inputs)


def replenish(plans: Plans, dataset: str, inputs: str, *, revise: bool = False) -> PlanClaim | Published:
    """What the flow does: claim, and write where there is something to write."""
    source = made_from(dataset, inputs)
    claim = plans.claim(dataset, WEEK, source.input_hash, revise=revise)
    if claim.published is not None:
        return claim
    published = plans.publish(claim, {"plan.parquet": inputs.encode()}, source)
    plans.make_latest(published)
    return published


def test_a_week_has_one_plan_until_somebody_revises(plans: Plans, dataset: str) -> None:
    first = replenish(plans, dataset, "A")
    assert isinstance(first, Published)
    assert first.folder.name == "2026-W07-r1"
    same = replenish(plans, dataset, "A")
    assert isinstance(same, PlanClaim)
    assert not same.inputs_changed
    other = replenish(plans, dataset, "B")
    assert isinstance(other, PlanClaim)
    assert (other.plan_id, other.inputs_changed) == ("2026-W07-r1", True)
    revised = replenish(plans, dataset, "B", revise=True)
    assert isinstance(revised, Published)
    assert revised.folder.name == "2026-W07-r2"
    again = replenish(plans, dataset, "B", revise=True)
    assert isinstance(again, PlanClaim)
    assert (again.plan_id, again.inputs_changed) == ("2026-W07-r2", False)
    assert [(record.id, record.state) for record in plans.plans(dataset)] == [
        ("2026-W07-r1", "published"),
        ("2026-W07-r2", "latest"),
    ]
    assert plans.published(dataset).manifest.input_hash == made_from(dataset, "B").input_hash
    assert plans.published(dataset, "2026-W07-r1").folder == first.folder


@pytest.mark.parametrize("dies_before", [1, 2, 3, 4])  # the claim, the plan, the manifest, the pointer
@pytest.mark.parametrize("next_inputs", ["A", "B"])
def test_a_killed_run_is_finished_or_taken_over(
    server: RigServer, plans: Plans, dataset: str, dies_before: int, next_inputs: str
) -> None:
    with pytest.raises(Killed):
        replenish(Plans(DyingStore(server.address, dies_before), server.keys), dataset, "A")
    outcome = replenish(plans, dataset, next_inputs)
    committed_before = dies_before == 4
    assert isinstance(outcome, PlanClaim) == committed_before
    standing = plans.published(dataset, "2026-W07-r1").manifest.input_hash
    expected = "A" if committed_before else next_inputs
    assert standing == made_from(dataset, expected).input_hash
    assert len(plans.plans(dataset)) == 1


def test_an_unfinished_revision_does_not_hide_the_plan_that_stands(
    server: RigServer, plans: Plans, dataset: str
) -> None:
    replenish(plans, dataset, "A")
    with pytest.raises(Killed):
        replenish(Plans(DyingStore(server.address, 2), server.keys), dataset, "B", revise=True)
    other = replenish(plans, dataset, "C")
    assert isinstance(other, PlanClaim)
    assert (other.plan_id, other.inputs_changed) == ("2026-W07-r1", True)
    taken_over = replenish(plans, dataset, "C", revise=True)
    assert isinstance(taken_over, Published)
    assert taken_over.folder.name == "2026-W07-r2"


def test_who_lost_the_claim_notices_before_the_commit(plans: Plans, dataset: str) -> None:
    slow, fast = made_from(dataset, "slow"), made_from(dataset, "fast")
    slow_claim = plans.claim(dataset, WEEK, slow.input_hash)
    fast_claim = plans.claim(dataset, WEEK, fast.input_hash)
    with pytest.raises(ConflictError, match="took over the plan 2026-W07-r1"):
        plans.publish(slow_claim, {"plan.parquet": b"slow"}, slow)
    published = plans.publish(fast_claim, {"plan.parquet": b"fast"}, fast)
    assert published.written
    with pytest.raises(ConflictError, match="took over the plan"):
        plans.publish(slow_claim, {"plan.parquet": b"slow"}, slow)


def test_who_is_taken_over_while_writing_commits_nothing(
    server: RigServer, plans: Plans, store: ObjectStore, dataset: str
) -> None:
    slow, fast = made_from(dataset, "slow"), made_from(dataset, "fast")

    class Overtaken(ObjectStore):
        """Once its plan is written, another run takes the claim over."""

        def create(self, ref: Ref, *arguments: object) -> str:
            etag = ObjectStore.create(self, ref, *arguments)  # type: ignore[arg-type]
            if ref.name == "plan.parquet":
                plans.claim(dataset, WEEK, fast.input_hash)
            return etag

    with Overtaken(server.address) as own:
        overtaken = Plans(own, server.keys)
        claim = overtaken.claim(dataset, WEEK, slow.input_hash)
        with pytest.raises(ConflictError, match="took over the plan 2026-W07-r1"):
            overtaken.publish(claim, {"plan.parquet": b"slow"}, slow)
    assert [record.state for record in plans.plans(dataset)] == ["unfinished"]
    assert isinstance(replenish(plans, dataset, "fast"), Published)


def test_a_changed_plan_is_not_planned_over(plans: Plans, store: ObjectStore, dataset: str) -> None:
    """Orders may have been issued from it: other inputs must not take its number."""
    published = replenish(plans, dataset, "A")
    assert isinstance(published, Published)
    store.put(published.folder / "plan.parquet", b"changed")
    for revise in (False, True):
        with pytest.raises(IntegrityError, match="restore them from a backup"):
            replenish(plans, dataset, "B", revise=revise)
    assert isinstance(replenish(plans, dataset, "A"), Published), "the same inputs bring it back"


def test_a_plan_published_this_moment_is_no_broken_one(server: RigServer, plans: Plans, dataset: str) -> None:
    fast = made_from(dataset, "fast")
    claim = plans.claim(dataset, WEEK, fast.input_hash)

    class Overtaken(ObjectStore):
        """Between its look at the manifest and its look at the claim, the claim's owner publishes."""

        def find(self, ref: Ref) -> Fetched | None:
            plans.publish(claim, {"plan.parquet": b"fast"}, fast)
            return ObjectStore.find(self, ref)

    with Overtaken(server.address) as slow:
        outcome = replenish(Plans(slow, server.keys), dataset, "slow")
    assert isinstance(outcome, PlanClaim)
    assert outcome.inputs_changed


def test_16_flows_at_once_make_one_plan(server: RigServer, plans: Plans, dataset: str) -> None:
    def run(number: int) -> PlanClaim | Published:
        with server.open() as own:
            return replenish(Plans(own, server.keys), dataset, f"inputs {number}")

    outcomes = at_once(run)
    strange = [each for each in outcomes if not isinstance(each, PlanClaim | Published | ConflictError)]
    assert strange == []
    replenish(plans, dataset, "inputs 0")
    assert [record.state for record in plans.plans(dataset)] == ["latest"]
    standing = plans.published(dataset)
    hashes = {made_from(dataset, f"inputs {number}").input_hash for number in range(WRITERS)}
    assert standing.manifest.input_hash in hashes
    claimed = find_claim(plans.store, standing.folder)
    assert claimed is not None
    said = {each.manifest_sha256 for each in outcomes if isinstance(each, Published)}
    assert said <= {standing.manifest_sha256}


def test_a_week_without_a_plan_says_what_to_do(plans: Plans, dataset: str) -> None:
    with pytest.raises(MissingError, match=r"has no plan latest.*abasto run replenish"):
        plans.published(dataset)


TRANSITIONS = {None: {"issue": "issued"}, "issued": {"confirm": "confirmed", "cancel": "cancelled"}}


def step(action: str, **details: Any) -> Step:
    def entry(history: OrderHistory | None) -> Entry:
        state = history.state if history else None
        try:
            return Entry(TRANSITIONS[state][action], details)
        except KeyError:
            raise ConflictError(f"cannot {action} what is {state}") from None

    return entry


def test_the_life_of_an_order(store: ObjectStore, keys: Keys, dataset: str) -> None:
    book = OrderBook(store, keys)
    number = "2026-W07-r1-Ácme / Söhne"
    assert book.orders(dataset) == ()
    lines = [{"unique_id": "a", "quantity": 12}]
    book.record(dataset, number, step("issue", lines=lines))
    book.record(dataset, number, step("confirm", note="by phone"))
    with pytest.raises(ConflictError, match="cannot issue what is confirmed"):
        book.record(dataset, number, step("issue"))
    book.record(dataset, "2026-W07-r1-other", step("issue"))
    history = book.orders(dataset)[-1]
    assert [(event.number, event.state) for event in history.events] == [(1, "issued"), (2, "confirmed")]
    assert (history.state, history.details) == ("confirmed", {"lines": lines, "note": "by phone"})
    assert [(each.purchase_order, each.state) for each in book.orders(dataset)] == [
        ("2026-W07-r1-other", "issued"),
        (number, "confirmed"),
    ]


def test_of_16_that_confirm_or_cancel_at_once_one_succeeds(
    server: RigServer, store: ObjectStore, keys: Keys, dataset: str
) -> None:
    OrderBook(store, keys).record(dataset, "order", step("issue"))

    def decide(number: int) -> OrderEvent:
        with server.open() as own:
            action = ("confirm", "cancel")[number % 2]
            return OrderBook(own, keys).record(dataset, "order", step(action))

    outcomes = at_once(decide)
    done = [each for each in outcomes if isinstance(each, OrderEvent)]
    assert len(done) == 1
    assert all(isinstance(each, ConflictError) for each in outcomes if not isinstance(each, OrderEvent))
    (history,) = OrderBook(store, keys).orders(dataset)
    assert history.events[1:] == (done[0],)
