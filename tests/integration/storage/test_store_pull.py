"""`abasto pull`: what lies in the store, on a disk, and nothing that was tampered with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from storage_rig import RigServer, provenance

from cli.transfer import pull_version
from intake.errors import InputError, IntegrityError
from storage import ids
from storage.keys import MANIFEST, MODEL, RUN_LOG, SIGNATURE, Folder
from storage.manifests import Decision, FileEntry, Published, read_published
from storage.objects import ObjectStore
from storage.registry import ModelRegistry
from storage.signing import Statement, ensure_signing_keys


@pytest.fixture
def registry(
    server: RigServer, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModelRegistry:
    """A store and a key of one's own, as the environment says where they are."""
    key = tmp_path / "keys" / "signing_key.pem"
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "ENDPOINT": server.address.endpoint,
        "ACCESS_KEY": server.address.access_key,
        "SECRET_KEY": server.address.secret_key.get_secret_value(),
        "SIGNING_KEY": str(key),
        "DATASETS_BUCKET": server.keys.datasets,
        "MODELS_BUCKET": server.keys.models,
        "PREDICTIONS_BUCKET": server.keys.predictions,
        "PLANS_BUCKET": server.keys.plans,
    }.items():
        monkeypatch.setenv(f"ABASTO_{name}", value)
    return ModelRegistry(store, server.keys, ensure_signing_keys(key))


def published_model(registry: ModelRegistry, dataset: str) -> Published:
    made_from = provenance(dataset)
    claim = registry.claim(dataset, made_from.input_hash)
    published = registry.publish(
        claim,
        "a model",
        {"plots/residuals.png": b"png"},
        made_from,
        log=b"{}\n",
        metrics={},
        decision=Decision(accepted=True, reason="the first"),
    )
    registry.promote(published)
    return published


def rewrite(store: ObjectStore, folder: Folder, files: dict[str, bytes | None]) -> None:
    """Change files of a published folder and make its manifest agree: what somebody with the keys can do."""
    manifest = read_published(store, folder).manifest
    entries = dict(manifest.files)
    for name, content in files.items():
        if content is None:
            del entries[name]
        else:
            entries[name] = FileEntry(sha256=ids.sha256(content), size=len(content))
            store.put(folder / name, content)
    store.put(folder / MANIFEST, manifest.model_copy(update={"files": entries}).to_bytes())


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_model_is_pulled_with_all_that_lies_beside_it(
    registry: ModelRegistry, dataset: str, tmp_path: Path
) -> None:
    published = published_model(registry, dataset)
    pull_version("model", dataset, None, tmp_path / "to")
    names = [MANIFEST, MODEL, SIGNATURE, RUN_LOG, "plots/residuals.png"]
    stored = {name: registry.store.get(published.folder / name) for name in names}
    assert files_below(tmp_path / "to") == {
        f"model/{dataset}/v0001/{name}": content for name, content in stored.items()
    }


@pytest.mark.parametrize(
    "name", ["../../../../escaped", "/escaped", "plots/../../../../../escaped", "a\\b", ""]
)
def test_a_manifest_that_names_a_file_elsewhere_is_refused(
    registry: ModelRegistry, dataset: str, tmp_path: Path, name: str
) -> None:
    """Whoever can write to the bucket writes what a manifest says, too."""
    store, folder = registry.store, published_model(registry, dataset).folder
    manifest = json.loads(store.get(folder / MANIFEST))
    manifest["files"][name] = manifest["files"].pop("plots/residuals.png")
    store.put(folder / MANIFEST, json.dumps(manifest).encode())
    with pytest.raises(IntegrityError, match="is not a manifest"):
        pull_version("model", dataset, "v0001", tmp_path / "a" / "b" / "to")
    assert not (tmp_path / "a").exists()


def test_a_link_that_leads_out_is_not_followed(registry: ModelRegistry, dataset: str, tmp_path: Path) -> None:
    published_model(registry, dataset)
    place = tmp_path / "to" / "model" / dataset / "v0001"
    place.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (place / "plots").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="leads out of"):
        pull_version("model", dataset, "v0001", tmp_path / "to")
    assert [path.name for path in place.iterdir()] == ["plots"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("forgery", "said"),
    [
        ("unsigned", "is not signed"),
        ("foreign", "is not signed by this installation's key"),
        ("tampered", "belongs to other bytes or another place"),
        ("behind its manifest", "is not what its manifest says"),
    ],
)
def test_a_forged_model_is_not_pulled(
    registry: ModelRegistry, dataset: str, tmp_path: Path, forgery: str, said: str
) -> None:
    store, folder = registry.store, published_model(registry, dataset).folder
    evil = b"a pickle that runs code"
    stranger = ensure_signing_keys(tmp_path / "stranger" / "signing_key.pem")
    statement = Statement(dataset=dataset, model_version="v0001", sha256=ids.sha256(evil))
    if forgery == "behind its manifest":
        store.put(folder / MODEL, evil)
    else:
        forged: dict[str, dict[str, bytes | None]] = {
            "unsigned": {MODEL: evil, SIGNATURE: None},
            "foreign": {MODEL: evil, SIGNATURE: stranger.sign(statement)},
            "tampered": {MODEL: evil},
        }
        rewrite(store, folder, forged[forgery])
    with pytest.raises(IntegrityError, match=said) as refused:
        pull_version("model", dataset, "v0001", tmp_path / "to")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "to").exists()
