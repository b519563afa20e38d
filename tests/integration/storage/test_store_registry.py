"""Models: numbered once, signed, and never unpickled before their signature is verified."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import joblib
import pytest
from storage_rig import WRITERS, DyingStore, Killed, RigServer, at_once, provenance

from intake.errors import ConflictError, IntegrityError, MissingError
from storage import ids
from storage.keys import MANIFEST, MODEL, SIGNATURE, Folder, Keys
from storage.manifests import Decision, FileEntry, Provenance, Published, read_published
from storage.objects import ObjectStore
from storage.pointers import anywhere
from storage.registry import ModelClaim, ModelRegistry
from storage.signing import SigningKeys, Statement, ensure_signing_keys

ACCEPTED = Decision(accepted=True, reason="the first model")
REFUSED = Decision(accepted=False, reason="MAE 80 against 72")


@pytest.fixture
def registry(store: ObjectStore, keys: Keys, signing_keys: SigningKeys) -> ModelRegistry:
    return ModelRegistry(store, keys, signing_keys)


def train(
    registry: ModelRegistry, made_from: Provenance, model: object, decision: Decision = ACCEPTED
) -> Published:
    claim = registry.claim(made_from.dataset, made_from.input_hash)
    if claim.published is not None:
        return claim.published
    metrics = {"mae": 72.0}
    return registry.publish(
        claim, model, {"model_card.md": b"# card"}, made_from, metrics=metrics, decision=decision
    )


def test_a_model_is_found_again_by_its_inputs(registry: ModelRegistry, dataset: str) -> None:
    first = train(registry, provenance(dataset, alpha=1), {"alpha": 1})
    second = train(registry, provenance(dataset, alpha=2), {"alpha": 2}, REFUSED)
    again = train(registry, provenance(dataset, alpha=1), {"alpha": "never used"})
    assert [each.folder.name for each in (first, second, again)] == ["v0001", "v0002", "v0001"]
    assert not again.written
    registry.promote(first)
    loaded = registry.load_model(dataset)
    assert (loaded.model, loaded.model_version) == ({"alpha": 1}, "v0001")
    assert registry.load_model(dataset, "v0002").model == {"alpha": 2}
    records = registry.models(dataset)
    assert [(record.id, record.state) for record in records] == [("v0001", "latest"), ("v0002", "refused")]
    assert records[1].manifest is not None
    assert records[1].manifest.metrics == {"mae": 72.0}
    assert records[1].manifest.decision == REFUSED
    assert dataset in registry.datasets()
    public_key = registry.store.get(registry.keys.public_key(dataset))
    assert public_key == registry.signing_keys.public_pem


def test_an_unfinished_model_is_completed_by_the_same_inputs(
    server: RigServer, registry: ModelRegistry, signing_keys: SigningKeys, dataset: str
) -> None:
    for dies_before in range(1, 6):  # the claim, the card, the model, the signature, the manifest
        made_from = provenance(dataset, run=dies_before)
        dying = DyingStore(server.address, dies_before)
        with pytest.raises(Killed):
            train(ModelRegistry(dying, server.keys, signing_keys), made_from, dies_before)
        version = ids.model_version(dies_before)
        with pytest.raises(MissingError, match=f"no finished model {version}"):
            registry.load_model(dataset, version)
        if dies_before > 1:
            assert registry.models(dataset)[-1].state == "unfinished"
        assert train(registry, made_from, dies_before).folder.name == version
        assert registry.load_model(dataset, version).model == dies_before


def test_another_key_neither_trains_nor_promotes_nor_replaces_the_published_one(
    registry: ModelRegistry, dataset: str, tmp_path: Path
) -> None:
    """A worker that lost its key must not sign with a new one what nobody else can verify."""
    promoted = train(registry, provenance(dataset, alpha=1), 1)
    registry.promote(promoted)
    registry.promote(promoted)
    other = ModelRegistry(
        registry.store, registry.keys, ensure_signing_keys(tmp_path / "k" / "signing_key.pem")
    )
    for use in (
        lambda: train(other, provenance(dataset, alpha=2), 2),
        lambda: other.promote(promoted),
    ):
        with pytest.raises(IntegrityError, match="another key than this installation's: restore that key"):
            use()
    assert registry.store.get(registry.keys.public_key(dataset)) == registry.signing_keys.public_pem
    assert [record.id for record in registry.models(dataset)] == ["v0001"]
    registry.store.remove(registry.keys.public_key(dataset))
    assert train(other, provenance(dataset, alpha=2), 2).folder.name == "v0002"


def test_16_trainings_at_once_get_16_versions(
    server: RigServer, keys: Keys, signing_keys: SigningKeys, dataset: str
) -> None:
    def claim_for(input_hash: Callable[[int], str]) -> set[str]:
        def claim(number: int) -> ModelClaim:
            with server.open() as own:
                return ModelRegistry(own, keys, signing_keys).claim(dataset, input_hash(number))

        outcomes = at_once(claim)
        claims = [each for each in outcomes if isinstance(each, ModelClaim)]
        assert len(claims) == WRITERS, outcomes
        return {each.model_version for each in claims}

    same = claim_for(lambda _: ids.sha256(b"the same inputs"))
    assert same == {"v0001"}
    different = claim_for(lambda number: ids.sha256(b"inputs %d" % number))
    assert different == {ids.model_version(number + 2) for number in range(WRITERS)}


class Payload:
    """Unpickling it leaves a trace: what an attacker would run."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.trace),)


def pickled(model: object) -> bytes:
    written = BytesIO()
    joblib.dump(model, written)
    return written.getvalue()


def rewrite(store: ObjectStore, folder: Folder, files: dict[str, bytes | None]) -> None:
    """Change files of a published folder and make its manifest agree: what somebody with the keys can do."""
    manifest = read_published(store, folder).manifest
    entries = dict(manifest.files)
    for name, content in files.items():
        if content is None:
            del entries[name]
            store.remove(folder / name)
        else:
            entries[name] = FileEntry(sha256=ids.sha256(content), size=len(content))
            store.put(folder / name, content)
    store.put(folder / MANIFEST, manifest.model_copy(update={"files": entries}).to_bytes())


def test_the_payload_of_these_tests_runs_when_it_is_unpickled(tmp_path: Path) -> None:
    joblib.load(BytesIO(pickled(Payload(tmp_path / "ran"))))
    assert (tmp_path / "ran").exists()


def test_no_forged_model_is_unpickled(
    registry: ModelRegistry, dataset: str, tmp_path: Path, signing_keys: SigningKeys
) -> None:
    trace = tmp_path / "ran"
    evil = pickled(Payload(trace))
    other_keys = ensure_signing_keys(tmp_path / "other" / "signing_key.pem")
    store = registry.store
    honest = train(registry, provenance(dataset), "honest")
    honest_signature = store.get(honest.folder / SIGNATURE)
    claimed = Statement(dataset=dataset, model_version="v0001", sha256=ids.sha256(evil))
    elsewhere = {
        "another dataset": claimed.model_copy(update={"dataset": "other"}),
        "another version": claimed.model_copy(update={"model_version": "v0002"}),
    }
    forgeries: dict[str, dict[str, bytes | None]] = {
        "tampered": {MODEL: evil},
        "unsigned": {MODEL: evil, SIGNATURE: None},
        "signature of other bytes": {MODEL: evil, SIGNATURE: honest_signature},
        "foreign key": {MODEL: evil, SIGNATURE: other_keys.sign(claimed)},
        "no signature at all": {MODEL: evil, SIGNATURE: b"{}"},
    } | {
        # Signed by our own key, for a model that was trained here, and copied to this place.
        name: {MODEL: evil, SIGNATURE: signing_keys.sign(statement)}
        for name, statement in elsewhere.items()
    }
    for name, files in forgeries.items():
        rewrite(store, honest.folder, files)
        with pytest.raises(IntegrityError, match="not loaded") as refused:
            registry.load_model(dataset, "v0001")
        assert "\n" not in str(refused.value)
        assert not trace.exists(), name
        rewrite(store, honest.folder, {MODEL: evil, SIGNATURE: honest_signature})
    # The same bytes, signed for this very place, do load: the refusals above were about signatures.
    rewrite(store, honest.folder, {MODEL: evil, SIGNATURE: signing_keys.sign(claimed)})
    registry.load_model(dataset, "v0001")
    assert trace.exists()


def test_a_model_changed_behind_its_manifest_is_not_unpickled(
    registry: ModelRegistry, dataset: str, tmp_path: Path
) -> None:
    honest = train(registry, provenance(dataset), "honest")
    registry.store.put(honest.folder / MODEL, pickled(Payload(tmp_path / "ran")))
    with pytest.raises(IntegrityError, match=r"model\.pkl is not what its manifest says"):
        registry.load_model(dataset, "v0001")
    assert not (tmp_path / "ran").exists()
    registry.store.put(honest.folder / MANIFEST, b"{")
    assert [record.state for record in registry.models(dataset)] == ["broken"]


def test_what_is_not_there_says_what_to_do(registry: ModelRegistry, dataset: str) -> None:
    with pytest.raises(MissingError, match=f"'{dataset}' has no model yet: run `abasto run train"):
        registry.load_model(dataset)
    with pytest.raises(MissingError, match="no finished model v0007: see `abasto models`"):
        registry.load_model(dataset, "v0007")
    claim = registry.claim(dataset, provenance(dataset).input_hash)
    with pytest.raises(ConflictError, match="claimed for other inputs"):
        registry.publish(claim, "x", {}, provenance(dataset, other=1), metrics={}, decision=ACCEPTED)


def test_a_late_model_does_not_turn_the_pointer_back(registry: ModelRegistry, dataset: str) -> None:
    first = train(registry, provenance(dataset, alpha=1), 1)
    second = train(registry, provenance(dataset, alpha=2), 2)
    registry.promote(second)
    assert registry.promote(first).id == "v0002"
    assert registry.promote(first, rule=anywhere).id == "v0001"
    assert [record.state for record in registry.models(dataset)] == ["latest", "published"]
