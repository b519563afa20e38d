"""Files to and from the buckets."""

from __future__ import annotations

from pathlib import Path

from cli.connection import connected
from cli.console import next_step, say
from intake.errors import InputError, MissingError, ServiceError
from intake.files.limits import refuse_oversized
from intake.mapping_file import MAPPING_FILE, parse_mapping
from storage import ids
from storage.keys import MANIFEST, RUN_LOG, UPLOAD_FOLDERS, Keys, Ref
from storage.manifests import Published, read_file, read_published
from storage.objects import ObjectStore
from storage.plans import Plans
from storage.pointers import read_latest
from storage.registry import ModelRegistry
from storage.settings import Settings
from storage.signing import load_signing_keys


def upload_file(file: Path, folder: str, dataset: str | None) -> None:
    """Put a file into its upload folder as it is and say what to run next."""
    if folder not in UPLOAD_FOLDERS:
        raise InputError(f"--as {folder} is not a folder for uploads; use one of {', '.join(UPLOAD_FOLDERS)}")
    with connected(prefect=False):
        settings = Settings.load()
        with ObjectStore(settings.store_address()) as store:
            ref = send(store, settings.keys, file, folder, dataset)
    named = folder == "ventas" and ref.name.lower() != MAPPING_FILE
    name = dataset or (ids.dataset_of(ref.key) if named else None)
    say(f"Uploaded {file} to {ref}")
    next_step(
        f"`abasto run ingest --dataset {name}`" if name else "`abasto run ingest` for a dataset that uses it."
    )


def send(store: ObjectStore, keys: Keys, file: Path, folder: str, dataset: str | None) -> Ref:
    """Put a file into an upload folder, below the dataset's own where one is given; return where it lies."""
    name = file.name if dataset is None else f"{ids.checked_dataset(dataset)}/{file.name}"
    ref = keys.uploads(folder) / name
    try:
        refuse_oversized(file.stat().st_size, str(file))
        content = file.read_bytes()
    except OSError as unreadable:
        raise InputError(f"it cannot be read: {unreadable.strerror}", file=str(file)) from unreadable
    if ref.name.lower() == MAPPING_FILE:
        parse_mapping(content, str(file))  # better said to who sends it than to who ingests
    store.put(ref, content)
    return ref


def pull_version(kind: str, dataset: str, version: str | None, to: Path) -> None:
    """Write all files of a version below `to`, each checked against the manifest, and the run log.

    The signature of a model is verified before anything is written: whoever pulls it is going to load it.
    """
    with connected(prefect=False):
        settings = Settings.load()
        with ObjectStore(settings.store_address()) as store:
            published = find_version(store, settings.keys, kind, dataset, version)
            if kind == "model":
                registry_of(store, settings.keys).verified_model(published)
            place = to / kind / dataset / published.folder.name
            for name in [*published.manifest.files, MANIFEST, RUN_LOG]:
                _inside(place, name)  # nothing is written where anything would leave it
            for name in published.manifest.files:
                write_inside(place, name, read_file(store, published, name))
            write_inside(place, MANIFEST, store.get(published.folder / MANIFEST))
            log = store.find(published.folder / RUN_LOG)
            if log is not None:
                write_inside(place, RUN_LOG, log.content)
    say(f"Pulled {len(published.manifest.files)} files of {published.folder} to {place}")
    look_at = {
        "model": "model_card.md",
        "prediction": "prediccion.csv",
        "plan": "report.html",
        "backtest": "backtest.md",
        "whatif": "what_if.md",
    }[kind]
    next_step(f"open {place / look_at}")


def write_inside(place: Path, name: str, content: bytes) -> None:
    """Write a file below `place`; raises ServiceError where that is not possible."""
    path = _inside(place, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as unwritable:
        raise ServiceError(
            f"{unwritable.filename or place} cannot be written: {unwritable.strerror}; choose another --to"
        ) from unwritable


def _inside(place: Path, name: str) -> Path:
    """Where a file is written below `place`; raises InputError where a link there leads out of it."""
    path = place / name
    if not path.resolve().is_relative_to(place.resolve()):
        raise InputError(f"{path} leads out of {place}; choose another --to")
    return path


def find_version(store: ObjectStore, keys: Keys, kind: str, dataset: str, version: str | None) -> Published:
    """A published model, prediction, plan, what-if or backtest, the latest where no version is given.

    Raises InputError for another kind and MissingError where there is no such version.
    """
    if kind == "model":
        registry = registry_of(store, keys)
        return registry.published(dataset, version or registry.latest(dataset))
    if kind == "whatif":
        return _what_if(store, keys, dataset, version)
    if kind == "plan":
        return Plans(store, keys).published(dataset, version or "latest")
    if kind in ("prediction", "backtest"):
        folder = (
            keys.dataset_predictions(dataset) if kind == "prediction" else keys.dataset_backtests(dataset)
        )
        return read_published(store, folder.folder(version)) if version else read_latest(store, folder)
    raise InputError(f"'{kind}' cannot be pulled; use model, prediction, plan, whatif or backtest")


def _what_if(store: ObjectStore, keys: Keys, dataset: str, version: str | None) -> Published:
    """The what-if `PLAN/NAME`, or `NAME` of the latest plan, or its only one; MissingError says which are."""
    plan_id, _, name = (version or "").rpartition("/")
    plan_id = Plans(store, keys).published(dataset, plan_id or "latest").folder.name
    there = store.list_folders(keys.plan(dataset, plan_id).folder("whatif"))
    if name not in there and (name or len(there) != 1):
        raise MissingError(
            f"name a what-if of the plan {plan_id} of '{dataset}' as --version {plan_id}/NAME; "
            f"there are: {', '.join(there) or 'none'}"
        )
    return read_published(store, keys.what_if(dataset, plan_id, name or there[0]))


def registry_of(store: ObjectStore, keys: Keys) -> ModelRegistry:
    """The model registry of a store, with the keys of this installation."""
    return ModelRegistry(store, keys, load_signing_keys(Settings.load().signing_key_path))
