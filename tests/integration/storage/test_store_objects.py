"""One object store suite over every server: bytes, conditions, races, and one sentence per failure."""

from __future__ import annotations

import json
import uuid

import pytest
from pydantic import SecretStr
from storage_rig import WRITERS, RigServer, at_once

from intake.errors import ConflictError, InputError, MissingError, ServiceError
from storage.keys import Folder, Keys, Ref
from storage.objects import ObjectStore


@pytest.fixture
def folder(keys: Keys) -> Folder:
    return Folder(bucket=keys.datasets, path=f"t/{uuid.uuid4().hex}")


def test_bytes_come_back_as_they_went(store: ObjectStore, folder: Folder) -> None:
    content = bytes(range(256)) * 50_000  # 12.8 MB, larger than a part of a multipart upload
    store.put(folder / "large", content)
    assert store.get(folder / "large") == content
    store.put(folder / "empty", b"")
    assert store.get(folder / "empty") == b""
    seen = {entry.ref.name: entry for entry in store.list_objects(folder)}["large"]
    assert (seen.size, seen.etag) == (len(content), store.fetch(folder / "large").etag)


@pytest.mark.parametrize("name", ["ñandú é.csv", "x y+z%20.csv", "q?#&=.csv", "日本.csv"])
def test_names_of_people_survive(store: ObjectStore, folder: Folder, name: str) -> None:
    store.create(folder / name, b"1")
    assert [entry.ref for entry in store.list_objects(folder)] == [folder / name]
    assert store.get(folder / name) == b"1"


def test_listings_are_sorted_and_deep_and_folders_are_shallow(store: ObjectStore, folder: Folder) -> None:
    for name in ("b/2", "b/1", "a", "c/d/e"):
        store.put(folder / name, b"x")
    assert [entry.ref.key.removeprefix(folder.prefix) for entry in store.list_objects(folder)] == [
        "a",
        "b/1",
        "b/2",
        "c/d/e",
    ]
    assert store.list_folders(folder) == ["b", "c"]
    assert list(store.list_objects(folder.folder("nothing"))) == []


def test_create_writes_once(store: ObjectStore, folder: Folder) -> None:
    etag = store.create(folder / "x", b"one")
    with pytest.raises(ConflictError):
        store.create(folder / "x", b"two")
    assert store.get(folder / "x") == b"one"
    assert store.create(folder / "x", b"one") == etag, "our own bytes are ours: a first try may have arrived"


def test_swap_replaces_what_it_saw_and_nothing_else(store: ObjectStore, folder: Folder) -> None:
    first = store.create(folder / "x", b"one")
    second = store.swap(folder / "x", b"two", first)
    with pytest.raises(ConflictError):
        store.swap(folder / "x", b"three", first)
    assert store.fetch(folder / "x").etag == second
    store.remove(folder / "x")
    with pytest.raises(ConflictError):
        store.swap(folder / "x", b"three", second)
    assert store.find(folder / "x") is None


def test_of_16_that_create_at_once_one_wins(server: RigServer, folder: Folder) -> None:
    with server.open() as shared:
        outcomes = at_once(lambda number: shared.create(folder / "claim", f"writer {number}".encode()))
        winners = [number for number, each in enumerate(outcomes) if isinstance(each, str)]
        assert len(winners) == 1, outcomes
        assert all(isinstance(each, ConflictError) for each in outcomes if not isinstance(each, str))
        assert shared.get(folder / "claim") == f"writer {winners[0]}".encode()


def test_16_that_swap_at_once_lose_no_update(server: RigServer, folder: Folder) -> None:
    ref = folder / "counter"
    each_adds = 5
    with server.open() as store:
        store.create(ref, json.dumps([]).encode())

    def append(number: int) -> int:
        lost = 0
        with server.open() as own:
            for turn in range(each_adds):
                while True:
                    fetched = own.fetch(ref)
                    entries = [*json.loads(fetched.content), [number, turn]]
                    try:
                        own.swap(ref, json.dumps(entries).encode(), fetched.etag)
                        break
                    except ConflictError:
                        lost += 1
        return lost

    outcomes = at_once(append)
    assert all(isinstance(each, int) for each in outcomes), outcomes
    with server.open() as store:
        entries = json.loads(store.get(ref))
    assert sorted(entries) == [[writer, turn] for writer in range(WRITERS) for turn in range(each_adds)]
    assert sum(each for each in outcomes if isinstance(each, int)) > 0, (
        "they never met: the test shows nothing"
    )


def test_the_self_test_passes_and_leaves_nothing(store: ObjectStore, keys: Keys) -> None:
    store.self_test(keys.self_test())
    assert list(store.list_objects(Folder(bucket=keys.models, path=".abasto"))) == []


def test_what_is_missing_is_named(store: ObjectStore, folder: Folder) -> None:
    with pytest.raises(MissingError, match=r"nothing\.csv is not in the store"):
        store.get(folder / "nothing.csv")
    assert store.find(folder / "nothing.csv") is None
    elsewhere = Ref(bucket="no-such-bucket", key="x")
    for read in (store.get, store.find):
        with pytest.raises(MissingError, match="bucket 'no-such-bucket' is missing"):
            read(elsewhere)
    for write in (store.put, store.create):
        with pytest.raises(MissingError, match="bucket 'no-such-bucket' is missing"):
            write(elsewhere, b"x")
    with pytest.raises(MissingError, match="bucket 'no-such-bucket' is missing"):
        store.swap(elsewhere, b"x", "0" * 32)
    with pytest.raises(MissingError, match="bucket 'no-such-bucket' is missing"):
        list(store.list_objects(Folder(bucket="no-such-bucket")))
    with pytest.raises(InputError, match="cannot be a place"):
        store.get(Ref(bucket="X", key="x"))


@pytest.mark.parametrize("wrong", [{"access_key": "nobody"}, {"secret_key": SecretStr("wrong-secret")}])
def test_wrong_credentials_are_said(server: RigServer, folder: Folder, wrong: dict[str, object]) -> None:
    stranger = ObjectStore(server.address.model_copy(update=wrong))
    with stranger:
        with pytest.raises(ServiceError, match="does not know these credentials: check ABASTO_ACCESS_KEY"):
            stranger.ensure_buckets(["anything"])
        with pytest.raises(ServiceError, match="credentials"):
            stranger.create(folder / "x", b"x")
        with pytest.raises(ServiceError, match="credentials"):
            stranger.get(folder / "x")


def test_buckets_are_made_once(store: ObjectStore, keys: Keys) -> None:
    store.ensure_buckets(keys.buckets)
    store.ensure_buckets(keys.buckets)
    for bucket in keys.buckets:
        store.check_bucket(bucket)
