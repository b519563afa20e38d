"""Manifests are commits and pointers move last: whenever a run dies, the old world or the new one stands."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from storage_rig import WRITERS, DyingStore, Killed, RigServer, at_once, provenance

from cli.transfer import find_version
from intake.errors import ConflictError, IntegrityError, MissingError
from storage.datasets import Datasets
from storage.keys import MANIFEST, RUN_LOG, Folder, Keys, Ref, pointer_in
from storage.manifests import Published, find_published, publish, read_file, read_published
from storage.objects import Fetched, ObjectStore
from storage.plans import Plans
from storage.pointers import Pointer, anywhere, find_pointer, move_pointer, read_pointer
from storage.registry import ModelRegistry
from storage.signing import SigningKeys

FILES: Mapping[str, bytes] = {"model.pkl": b"model", "plots/fan.png": b"png"}


def etags(store: ObjectStore, folder: Folder) -> dict[str, str]:
    return {entry.ref.key: entry.etag for entry in store.list_objects(folder)}


@pytest.fixture
def folder(keys: Keys, dataset: str) -> Folder:
    return keys.model(dataset, "v0001")


def test_publishing_again_writes_nothing(store: ObjectStore, folder: Folder, dataset: str) -> None:
    made_from = provenance(dataset)
    numbers = {"mae": 71.5, "mase": float("nan")}
    first = publish(store, folder, FILES, made_from, log=b"{}\n", metrics=numbers)
    before = etags(store, folder)
    again = publish(store, folder, FILES, made_from, log=b"another run\n")
    assert (first.written, again.written) == (True, False)
    assert etags(store, folder) == before
    assert again.manifest.who == first.manifest.who
    assert again.manifest.when == first.manifest.when
    assert again.manifest.metrics == {"mae": 71.5, "mase": None}
    assert set(again.manifest.files) == set(FILES)
    assert again.manifest.input_hash == made_from.input_hash


def test_killed_before_any_write_the_next_run_completes(
    server: RigServer, store: ObjectStore, keys: Keys, dataset: str
) -> None:
    """Three files, log and manifest, then the pointer: six instants to die at, and one run that lives."""
    versions = keys.dataset_models(dataset)
    pointer = pointer_in(versions)
    old = publish(store, versions.folder("v0001"), FILES, provenance(dataset, run=1))
    move_pointer(store, pointer, old, (1,))
    for dies_before in itertools.count(1):
        folder = versions.folder(f"v{dies_before + 1:04d}")
        new_files = {**FILES, "extra.csv": b"a,b\n"}
        made_from = provenance(dataset, run=dies_before + 1)
        dying = DyingStore(server.address, dies_before)
        try:
            published = publish(dying, folder, new_files, made_from, log=b"first\n")
            move_pointer(dying, pointer, published, (dies_before + 1,))
        except Killed:
            standing = read_pointer(store, pointer)
            assert standing.id != folder.name
            committed = dying.writes == len(new_files) + 2
            assert (find_published(store, folder) is not None) == committed
            assert (store.find(folder / MANIFEST) is not None) == committed, "the manifest is the last write"
            read_published(store, standing.folder, verify_files=True)
            again = publish(store, folder, new_files, made_from, log=b"second\n")
            assert store.get(folder / RUN_LOG) == (b"first\n" if committed else b"second\n")
            assert find_published(store, folder) is not None
            move_pointer(store, pointer, again, (dies_before + 1,))
            assert read_pointer(store, pointer).id == folder.name
            assert again.written != committed
        else:
            assert dying.writes == len(new_files) + 3
            break
    assert dies_before == len(new_files) + 4


def test_a_changed_file_is_noticed_and_replaced(store: ObjectStore, folder: Folder, dataset: str) -> None:
    published = publish(store, folder, FILES, provenance(dataset))
    store.put(folder / "model.pkl", b"tampered")
    with pytest.raises(IntegrityError, match=r"model\.pkl is not what its manifest says"):
        read_file(store, published, "model.pkl")
    assert find_published(store, folder) is None
    assert publish(store, folder, FILES, provenance(dataset)).written
    store.remove(folder / "plots/fan.png")
    with pytest.raises(IntegrityError, match=r"fan\.png is missing"):
        read_published(store, folder, verify_files=True)
    assert publish(store, folder, FILES, provenance(dataset)).written
    store.put(folder / MANIFEST, b"no json")
    with pytest.raises(IntegrityError, match="is not a manifest"):
        read_published(store, folder)
    assert publish(store, folder, FILES, provenance(dataset)).written
    with pytest.raises(MissingError, match="has no 'other'"):
        read_file(store, published, "other")


def test_of_16_that_publish_at_once_one_is_the_truth(
    server: RigServer, store: ObjectStore, folder: Folder, dataset: str
) -> None:
    """Each has a log of its own; whoever says that it published names the one manifest that stands."""

    def publish_with_own_log(number: int) -> Published:
        with server.open() as own:
            return publish(own, folder, FILES, provenance(dataset), log=f"writer {number}\n".encode())

    outcomes = at_once(publish_with_own_log)
    said = [each for each in outcomes if isinstance(each, Published)]
    assert len(said) == WRITERS, outcomes
    final = publish(store, folder, FILES, provenance(dataset))
    assert {each.manifest_sha256 for each in said} == {final.manifest_sha256}
    assert sum(each.written for each in said) == 1
    assert not final.written


def test_a_writer_that_was_overtaken_between_its_look_and_its_writes_harms_nothing(
    server: RigServer, store: ObjectStore, folder: Folder, dataset: str
) -> None:
    """The first has all files there but the manifest, the second sees them, and then the first commits."""
    with pytest.raises(Killed):
        publish(
            DyingStore(server.address, len(FILES) + 2), folder, FILES, provenance(dataset), log=b"first\n"
        )
    committed: list[Published] = []

    class Overtaken(ObjectStore):
        """After it found no manifest, the first writer writes the one that it was about to write."""

        def check_bucket(self, bucket: str) -> None:
            ObjectStore.check_bucket(self, bucket)
            if not committed:
                committed.append(publish(store, folder, FILES, provenance(dataset), log=b"first\n"))

    with Overtaken(server.address) as second:
        found = publish(second, folder, FILES, provenance(dataset), log=b"second\n")
    assert committed[0].written
    assert (found.written, found.manifest_sha256) == (False, committed[0].manifest_sha256)
    standing = find_published(store, folder)
    assert standing is not None, "the first one's version still verifies"
    assert standing.manifest_sha256 == committed[0].manifest_sha256


def test_the_log_lies_beside_what_the_manifest_vouches_for(
    store: ObjectStore, folder: Folder, dataset: str
) -> None:
    published = publish(store, folder, FILES, provenance(dataset), log=b"{}\n")
    assert RUN_LOG not in published.manifest.files
    assert store.get(folder / RUN_LOG) == b"{}\n"
    store.put(folder / RUN_LOG, b"somebody else's\n")
    assert find_published(store, folder) is not None


def test_nothing_is_committed_after_a_refusal(store: ObjectStore, folder: Folder, dataset: str) -> None:
    def refuse() -> None:
        assert store.get(folder / "model.pkl") == b"model", "it is asked last"
        raise ConflictError("taken over")

    with pytest.raises(ConflictError, match="taken over"):
        publish(store, folder, FILES, provenance(dataset), before_commit=refuse)
    assert find_published(store, folder) is None


def test_a_slow_writer_with_other_files_cannot_change_what_was_committed(
    server: RigServer, store: ObjectStore, folder: Folder, dataset: str
) -> None:
    class Overtaken(ObjectStore):
        """Before its second write, another run publishes the whole folder."""

        writes = 0

        def create(self, *arguments: object, **options: object) -> str:
            self.writes += 1
            if self.writes == 2:
                publish(store, folder, FILES, provenance(dataset))
            return ObjectStore.create(self, *arguments, **options)  # type: ignore[arg-type]

    with Overtaken(server.address) as slow:
        files = {**FILES, "plots/fan.png": b"another png"}
        published = publish(slow, folder, files, provenance(dataset))
    assert not published.written
    standing = find_published(store, folder)
    assert standing is not None
    assert read_file(store, standing, "plots/fan.png") == b"png"


def test_16_that_move_a_pointer_at_once_end_at_the_latest(
    server: RigServer, store: ObjectStore, keys: Keys, dataset: str
) -> None:
    versions = keys.dataset_models(dataset)
    published = [
        publish(store, versions.folder(f"v{number + 1:04d}"), {"x": b"x"}, provenance(dataset, run=number))
        for number in range(WRITERS)
    ]

    def move(number: int) -> Pointer:
        with server.open() as own:
            return move_pointer(own, pointer_in(versions), published[number], (number + 1,))

    outcomes = at_once(move)
    assert all(isinstance(each, Pointer) for each in outcomes), outcomes
    assert read_pointer(store, pointer_in(versions)).id == f"v{WRITERS:04d}"


def test_a_pointer_that_moved_under_us_is_read_again(
    server: RigServer, store: ObjectStore, keys: Keys, dataset: str
) -> None:
    versions = keys.dataset_models(dataset)
    pointer = pointer_in(versions)
    first, late, latest = (
        publish(store, versions.folder(f"v000{number}"), {"x": b"x"}, provenance(dataset, run=number))
        for number in (1, 2, 3)
    )
    move_pointer(store, pointer, first, (1,))

    class Overtaken(ObjectStore):
        """After it read the pointer, another run moves it."""

        def find(self, ref: Ref) -> Fetched | None:
            found = ObjectStore.find(self, ref)
            move_pointer(store, pointer, latest, (3,))
            return found

    with Overtaken(server.address) as slow:
        assert move_pointer(slow, pointer, late, (2,)).id == "v0003"
    assert read_pointer(store, pointer).id == "v0003"


def test_the_latest_is_what_its_pointer_was_moved_to(store: ObjectStore, keys: Keys, dataset: str) -> None:
    """In all four buckets: a manifest that was exchanged is not the latest of anything."""
    signing_keys = SigningKeys(Ed25519PrivateKey.generate().public_key())
    latest: dict[Folder, tuple[str, Callable[[], object]]] = {
        keys.dataset(dataset): ("0" * 16, lambda: Datasets(store, keys).published(dataset)),
        keys.dataset_models(dataset): (
            "v0001",
            lambda: ModelRegistry(store, keys, signing_keys).latest(dataset),
        ),
        keys.dataset_plans(dataset): ("2026-W07-r1", lambda: Plans(store, keys).published(dataset)),
        keys.dataset_predictions(dataset): (
            "0-v0001-4",
            lambda: find_version(store, keys, "prediction", dataset, None),
        ),
    }
    for place, (name, find) in latest.items():
        published = publish(store, place.folder(name), FILES, provenance(dataset))
        move_pointer(store, pointer_in(place), published, (1,))
        assert find() in (name, replace(published, written=False))
        other = published.manifest.model_copy(update={"notes": ("exchanged",)})
        store.put(published.folder / MANIFEST, other.to_bytes())
        with pytest.raises(IntegrityError, match="was moved to another manifest than the one in"):
            find()
        moved = move_pointer(store, pointer_in(place), read_published(store, published.folder), (1,))
        assert moved.manifest_sha256 != published.manifest_sha256
        find()


def test_a_pointer_moves_forward_unless_a_person_says_otherwise(
    store: ObjectStore, keys: Keys, dataset: str
) -> None:
    versions = keys.dataset_models(dataset)
    pointer = pointer_in(versions)
    assert find_pointer(store, pointer) is None
    with pytest.raises(MissingError, match="nothing was published yet"):
        read_pointer(store, pointer)
    first = publish(store, versions.folder("v0001"), {"x": b"1"}, provenance(dataset, run=1))
    second = publish(store, versions.folder("v0002"), {"x": b"2"}, provenance(dataset, run=2))
    moved = move_pointer(store, pointer, second, (2,))
    assert move_pointer(store, pointer, second, (2,)) == moved, "nothing is written where nothing changes"
    assert move_pointer(store, pointer, first, (1,)) == moved, "a late run does not turn it back"
    assert move_pointer(store, pointer, first, (1,), rule=anywhere).id == "v0001"
    assert read_pointer(store, pointer).manifest == first.folder / MANIFEST
    store.put(pointer, b"{}")
    with pytest.raises(IntegrityError, match="is not a pointer"):
        read_pointer(store, pointer)
