"""The checker of `make chaos` finds every kind of half-written truth in what a real store holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.invariants import Buckets, Invariants, differences
from benchmarks.own_servers import own_servers
from benchmarks.store_contents import PlainStore
from storage import ids
from storage.code_identity import CodeIdentity
from storage.datasets import Datasets
from storage.keys import Keys
from storage.manifests import Decision, Input, Provenance
from storage.objects import ObjectStore
from storage.orders import Entry, OrderBook
from storage.plans import Plans
from storage.registry import ModelRegistry
from storage.signing import SigningKeys, ensure_signing_keys

SHOP = "ventas"  # also the name of a folder that people upload to
UPLOAD = "dataset-predicciones/ventas/Ventas.csv"
MODEL = f"modelos/{SHOP}/v0001"
PLAN = f"reposicion/{SHOP}/2026-W07-r1"
POINTERS = [
    f"dataset-predicciones/datasets/{SHOP}/latest.json",
    f"modelos/{SHOP}/latest.json",
    f"reposicion/{SHOP}/latest.json",
]

Contents = Mapping[str, bytes]


def made_from(kind: str, dataset: str = SHOP) -> Provenance:
    return Provenance.model_validate(
        {
            "kind": kind,
            "dataset": dataset,
            "inputs": {"sales": Input(sha256="a" * 64)},
            "code": CodeIdentity(source_hash="c" * 64),
        }
    )


def fill(store: ObjectStore, keys: Keys, signing_keys: SigningKeys) -> None:
    """A dataset, a model and a plan, as flows publish them, and an order that was sent."""
    datasets = Datasets(store, keys)
    store.put(keys.uploads("ventas") / "Ventas.csv", b"Fecha,Ventas\n")
    datasets.keep_snapshot("Ventas.csv", b"Fecha,Ventas\n")
    sales = pd.DataFrame({"ds": ["2026-02-02"], "y": [1]})
    version = datasets.publish(SHOP, "0" * 16, {"sales": sales}, made_from("dataset"))
    datasets.make_latest(version, (1,))
    registry = ModelRegistry(store, keys, signing_keys)
    claim = registry.claim(SHOP, made_from("model").input_hash)
    model = registry.publish(
        claim, {"a": 1}, {}, made_from("model"), metrics={}, decision=Decision(accepted=True, reason="first")
    )
    registry.promote(model)
    plans = Plans(store, keys)
    week = plans.claim(SHOP, "2026-W07", made_from("plan").input_hash)
    files = {"purchase_orders.csv": orders("2026-W07-r1-maker")}
    plans.make_latest(plans.publish(week, files, made_from("plan")))
    OrderBook(store, keys).record(SHOP, "2026-W07-r1-maker", lambda _: Entry("issued"))


def orders(*numbers: str) -> bytes:
    return "\n".join(["purchase_order,order_quantity", *(f"{number},6" for number in numbers), ""]).encode()


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[PlainStore, SigningKeys]]:
    with own_servers(prefect=False) as servers:
        address, keys = servers.settings.store_address(), servers.settings.keys
        signing_keys = ensure_signing_keys(servers.settings.signing_key_path)
        with ObjectStore(address) as store:
            fill(store, keys, signing_keys)
        yield PlainStore.at(address, keys.buckets), signing_keys


@pytest.fixture(scope="module")
def contents(world: tuple[PlainStore, SigningKeys]) -> Contents:
    return world[0].read()


@pytest.fixture(scope="module")
def invariants(world: tuple[PlainStore, SigningKeys]) -> Invariants:
    return Invariants(world[1].public_pem)


def changed(place: str, contents: Contents, **facts: object) -> dict[str, bytes]:
    """`contents` with some facts of one JSON file replaced."""
    return {**contents, place: json.dumps({**json.loads(contents[place]), **facts}).encode()}


def without(contents: Contents, *places: str) -> dict[str, bytes]:
    return {place: content for place, content in contents.items() if place not in places}


def copied(contents: Contents, folder: str, to: str) -> dict[str, bytes]:
    """`contents` with a second copy of a folder."""
    copies = {
        place.replace(folder, to): content
        for place, content in contents.items()
        if place.startswith(f"{folder}/")
    }
    return {**contents, **copies}


def recommitted(contents: Contents, folder: str, **files: bytes) -> dict[str, bytes]:
    """`contents` with other files in a folder and a manifest that says so."""
    entries = {name: {"sha256": ids.sha256(each), "size": len(each)} for name, each in files.items()}
    placed = {f"{folder}/{name}": each for name, each in files.items()}
    return changed(f"{folder}/manifest.json", {**contents, **placed}, files=entries)


def test_what_flows_publish_breaks_no_rule(invariants: Invariants, contents: Contents) -> None:
    assert len(contents) > 15
    assert set(POINTERS) < set(contents)
    assert invariants.violations(contents, contents) == []
    assert invariants.violations(contents, {UPLOAD: contents[UPLOAD]}) == []
    assert invariants.unpublished_models(contents) == []


@pytest.mark.parametrize("pointer", POINTERS)
def test_a_pointer_to_nothing_is_found(invariants: Invariants, contents: Contents, pointer: str) -> None:
    folder = json.loads(contents[pointer])["folder"]
    manifest = f"{folder['bucket']}/{folder['path']}/manifest.json"
    assert f"{pointer} points at {manifest}, which is not there" in invariants.violations(
        without(contents, manifest), {UPLOAD: contents[UPLOAD]}
    )


def test_a_pointer_to_another_manifest_is_found(invariants: Invariants, contents: Contents) -> None:
    found = invariants.violations(changed(POINTERS[1], contents, manifest_sha256="0" * 64), contents)
    assert found == [f"{POINTERS[1]} points at another {MODEL}/manifest.json than the one that is there"]


def test_a_pointer_that_vanished_or_leads_astray_is_found(invariants: Invariants, contents: Contents) -> None:
    assert invariants.violations(without(contents, POINTERS[2]), contents) == [
        f"{POINTERS[2]} was there and is gone"
    ]
    other = {**contents, "modelos/other/latest.json": contents[POINTERS[1]]}
    assert invariants.violations(other, contents) == [
        f"modelos/other/latest.json points out of its own dataset, at {MODEL}/manifest.json"
    ]


def test_a_file_under_a_manifest_that_changed_or_is_missing_is_found(
    invariants: Invariants, contents: Contents
) -> None:
    file = f"{PLAN}/purchase_orders.csv"
    found = invariants.violations({**contents, file: orders("2026-W07-r1-maker") + b"\n"}, contents)
    assert found == [f"{file} is not what its manifest says", f"{file} has changed"]
    assert f"{PLAN}/manifest.json names purchase_orders.csv, which is not there" in invariants.violations(
        without(contents, file), contents
    )
    broken = {**contents, f"{PLAN}/manifest.json": b'{"files": '}
    assert f"{PLAN}/manifest.json is no manifest" in invariants.violations(broken, {})


def test_an_unsigned_model_is_found(invariants: Invariants, contents: Contents) -> None:
    assert f"{MODEL} is published and has no model.pkl or no model.sig" in invariants.violations(
        without(contents, f"{MODEL}/model.sig"), contents
    )
    pickled, signature = contents[f"{MODEL}/model.pkl"], contents[f"{MODEL}/model.sig"]
    unlisted = recommitted(contents, MODEL, **{"model.pkl": pickled})
    assert (
        f"{MODEL} is published and its manifest leaves model.pkl or model.sig out"
        in invariants.violations(unlisted, contents)
    )
    forged = json.dumps({**json.loads(signature), "signature": "00" * 64}).encode()
    signed_by_another = recommitted(contents, MODEL, **{"model.pkl": pickled, "model.sig": forged})
    assert f"{MODEL} is published and its signature is not ours" in invariants.violations(
        signed_by_another, contents
    )
    tampered = recommitted(contents, MODEL, **{"model.pkl": b"payload", "model.sig": signature})
    assert f"{MODEL} is published and its signature belongs to another model" in invariants.violations(
        tampered, contents
    )
    moved = copied(contents, MODEL, f"modelos/{SHOP}/v0002")
    assert invariants.violations(moved, contents) == [
        f"modelos/{SHOP}/v0002 is published and its signature belongs to another model"
    ]


def test_a_key_of_somebody_else_verifies_nothing(contents: Contents, tmp_path: Path) -> None:
    stranger = ensure_signing_keys(tmp_path / "key.pem").public_pem
    assert Invariants(stranger).violations(contents, contents) == [
        f"{MODEL} is published and its signature is not ours"
    ]


def test_a_model_without_a_manifest_is_named(invariants: Invariants, contents: Contents) -> None:
    assert invariants.unpublished_models(without(contents, f"{MODEL}/manifest.json")) == [(SHOP, "v0001")]


def test_two_plans_for_one_week_are_found(invariants: Invariants, contents: Contents) -> None:
    second = f"reposicion/{SHOP}/2026-W07-r2"
    revised = recommitted(
        copied(contents, PLAN, second), second, **{"purchase_orders.csv": orders("2026-W07-r2-maker")}
    )
    assert invariants.violations(revised, contents) == [
        f"{SHOP} has 2 plans for 2026-W07: 2026-W07-r1, 2026-W07-r2"
    ]
    allowed = replace(invariants, revisions=True)
    assert allowed.violations(revised, contents) == []
    assert allowed.violations(copied(contents, PLAN, second), contents) == [
        f"2026-W07-r2 of {SHOP} holds the order 2026-W07-r1-maker, which is not its own",
        f"{SHOP} has the order 2026-W07-r1-maker in 2026-W07-r1, 2026-W07-r2",
    ]
    another_plan = recommitted(contents, PLAN, **{"purchase_orders.csv": orders("2026-W07-r1-other")})
    assert f"{PLAN}/manifest.json has changed" in invariants.violations(another_plan, contents)


def test_what_never_changes_may_not_change(invariants: Invariants, contents: Contents) -> None:
    snapshot = next(place for place in contents if "/snapshots/" in place)
    sent = next(place for place in contents if "/orders/" in place)
    for place in (UPLOAD, snapshot, sent, f"{MODEL}/manifest.json"):
        assert f"{place} was there and is gone" in invariants.violations(without(contents, place), contents)
    assert f"{UPLOAD} has changed" in invariants.violations({**contents, UPLOAD: b"other"}, contents)
    assert f"{snapshot} is not what its name says" in invariants.violations(
        {**contents, snapshot: b"x"}, contents
    )
    assert invariants.violations({**contents, f"{UPLOAD}.bak": b""}, contents) == [
        f"{UPLOAD}.bak was not uploaded by anybody"
    ]


def test_files_that_people_call_like_ours_are_theirs(invariants: Invariants, contents: Contents) -> None:
    named = {**contents, "dataset-predicciones/ventas/manifest.json": b"{}"}
    assert invariants.violations(named, named) == []


def test_other_names_of_buckets_are_followed(invariants: Invariants, contents: Contents) -> None:
    elsewhere = replace(invariants, buckets=Buckets(models="other"))
    unsigned = without(contents, f"{MODEL}/model.sig", f"{MODEL}/manifest.json", POINTERS[1])
    assert elsewhere.violations(unsigned, {}) == [f"{UPLOAD} was not uploaded by anybody"]


def test_only_clocks_and_names_may_differ(contents: Contents) -> None:
    claim = f"{PLAN}/claim.json"
    later = changed(claim, contents, when="2027-01-01T00:00:00Z", claim_id="other", who="ana")
    assert differences(later, contents) == []
    assert differences(changed(claim, contents, input_hash="0"), contents) == [f"{claim} is not the same"]
    assert differences(without(contents, claim), contents) == [f"{claim} is missing"]
    assert differences(contents, without(contents, claim)) == [f"{claim} is too much"]
    assert differences({**contents, UPLOAD: b"x"}, contents) == [f"{UPLOAD} is not the same"]


def test_a_violation_planted_in_the_store_is_seen_and_taken_back(
    world: tuple[PlainStore, SigningKeys], invariants: Invariants, contents: Contents
) -> None:
    store = world[0]
    begun = f"modelos/{SHOP}/v0002"
    store.put(f"{begun}/claim.json", b"{}")
    store.put(f"{begun}/model.pkl", b"payload")
    store.put(
        POINTERS[1],
        changed(POINTERS[1], contents, folder={"bucket": "modelos", "path": begun[8:]})[POINTERS[1]],
    )
    seen = store.read()
    assert invariants.violations(seen, contents) == [
        f"{POINTERS[1]} points at {begun}/manifest.json, which is not there"
    ]
    assert invariants.unpublished_models(seen) == [(SHOP, "v0002")]
    store.restore(contents)
    assert store.read() == contents
    # The folder is gone as well: the next model takes its number.
    assert [entry.object_name for entry in store.client.list_objects("modelos", f"{SHOP}/v")] == [
        f"{SHOP}/v0001/"
    ]
