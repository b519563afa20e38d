"""Identity, signatures and bytes that do not depend on when they were written."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from intake.errors import IntegrityError, MissingError
from storage import code_identity as module
from storage.code_identity import CodeIdentity, code_identity
from storage.datasets import from_parquet, to_parquet
from storage.keys import Ref
from storage.manifests import FileEntry, Input, Manifest, Provenance
from storage.pointers import Pointer, anywhere, forward
from storage.signing import SigningKeys, Statement, ensure_signing_keys, load_signing_keys, public_key_path

CODE = CodeIdentity(source_hash="c" * 64, commit="abc", packages={"numpy": "2.4.6"})
BASE = Provenance(
    kind="model",
    dataset="ventas",
    inputs={"sales": Input(sha256="a" * 64)},
    parameters={"horizon": 4},
    seeds={"paths": 1},
    code=CODE,
)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "plan"},
        {"dataset": "other"},
        {"inputs": {"sales": Input(sha256="b" * 64)}},
        {"inputs": {"stock": Input(sha256="a" * 64)}},
        {"parameters": {"horizon": 5}},
        {"seeds": {"paths": 2}},
        {"code": CODE.model_copy(update={"source_hash": "d" * 64})},
    ],
)
def test_other_inputs_parameters_or_code_are_another_identity(change: dict[str, object]) -> None:
    assert BASE.model_copy(update=change).input_hash != BASE.input_hash


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": {"sales": Input(sha256="a" * 64, ref=Ref(bucket="b", key="elsewhere"))}},
        {"code": CODE.model_copy(update={"commit": "def", "packages": {}})},
    ],
)
def test_where_inputs_lie_and_the_commit_do_not_count(change: dict[str, object]) -> None:
    assert BASE.model_copy(update=change).input_hash == BASE.input_hash


def test_a_manifest_survives_its_json() -> None:
    manifest = Manifest(provenance=BASE, input_hash=BASE.input_hash, files={}, metrics={"mae": 1.5})
    assert Manifest.model_validate_json(manifest.to_bytes()) == manifest


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "a/..", "", "a\\b", "a\nb"])
def test_a_manifest_names_only_what_lies_beside_it(name: str) -> None:
    with pytest.raises(ValidationError, match="rename the file"):
        Manifest(provenance=BASE, input_hash=BASE.input_hash, files={name: FileEntry(sha256="a", size=1)})


def test_the_source_hash_sees_code_and_not_line_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    room = tmp_path / "room"
    room.mkdir()

    def identity() -> str:
        code_identity.cache_clear()
        return code_identity(("room",)).source_hash

    try:
        (room / "a.py").write_bytes(b"x = 1\n")
        first = identity()
        (room / "a.py").write_bytes(b"x = 1\r\n")
        (room / "notes.txt").write_text("not code")
        assert identity() == first
        (room / "a.py").write_bytes(b"x = 2\n")
        assert identity() != first
        (room / "a.py").rename(room / "b.py")
        (room / "b.py").write_bytes(b"x = 1\n")
        assert identity() != first
        assert code_identity(("room",)).commit is None
        alone = code_identity(("room/b.py",)).source_hash
        (room / "c.py").write_bytes(b"y = 1\n")
        code_identity.cache_clear()
        assert code_identity(("room/b.py",)).source_hash == alone
        (room / "b.py").write_bytes(b"x = 3\n")
        code_identity.cache_clear()
        assert code_identity(("room/b.py",)).source_hash != alone
    finally:
        code_identity.cache_clear()


def test_this_code_has_an_identity() -> None:
    identity = code_identity()
    assert len(identity.source_hash) == 64
    computing = {"numpy", "pandas", "scikit-learn", "highspy", "pulp", "pyarrow", "matplotlib"}
    assert computing <= set(identity.packages)


STATEMENT = Statement(dataset="ventas", model_version="v0001", sha256="a" * 64)


def test_a_key_pair_is_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "signing_key.pem"
    with pytest.raises(MissingError, match="let `abasto setup` make one"):
        load_signing_keys(path)
    first = ensure_signing_keys(path)
    first.verify(ensure_signing_keys(path).sign(STATEMENT), STATEMENT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_key_path(path).read_bytes() == first.public_pem
    assert sorted(each.name for each in path.parent.iterdir()) == ["signing_key.pem", "signing_key.pub.pem"]


def test_processes_that_start_at_once_end_with_one_key(tmp_path: Path) -> None:
    path = tmp_path / "signing_key.pem"
    gate = threading.Barrier(8)
    made: list[bytes] = []

    def start() -> None:
        gate.wait()
        made.append(ensure_signing_keys(path).public_pem)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1


def test_a_public_key_alone_verifies_and_cannot_sign(tmp_path: Path) -> None:
    path = tmp_path / "signing_key.pem"
    signature = ensure_signing_keys(path).sign(STATEMENT)
    path.unlink()
    public_only = ensure_signing_keys(path)
    public_only.verify(signature, STATEMENT)
    assert not path.exists(), "no second key is made beside the public half of the first"
    with pytest.raises(MissingError, match="no private signing key"):
        public_only.sign(STATEMENT)


@pytest.mark.parametrize("field", ["dataset", "model_version", "sha256"])
def test_a_signature_is_good_for_one_place_and_one_content(field: str) -> None:
    private = Ed25519PrivateKey.generate()
    keys = SigningKeys(private.public_key(), private)
    signature = keys.sign(STATEMENT)
    keys.verify(signature, STATEMENT)
    with pytest.raises(IntegrityError, match="belongs to other bytes or another place"):
        keys.verify(signature, STATEMENT.model_copy(update={field: "other"}))
    edited = signature.replace(getattr(STATEMENT, field).encode(), b"other")
    with pytest.raises(IntegrityError, match="not signed by this installation's key"):
        keys.verify(edited, STATEMENT.model_copy(update={field: "other"}))


def test_a_key_that_is_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "signing_key.pem"
    path.write_text("not a key")
    with pytest.raises(IntegrityError, match="is no PEM key"):
        load_signing_keys(path)
    rsa = generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(IntegrityError, match="is no Ed25519 key"):
        load_signing_keys(path)


TABLE = pd.DataFrame({"unique_id": ["a"], "ds": pd.to_datetime(["2026-01-05"]), "y": [1.5]}, index=[7])


def test_equal_tables_give_equal_bytes() -> None:
    assert to_parquet(TABLE) == to_parquet(TABLE.copy().set_axis([0], axis=0))
    assert to_parquet(TABLE) != to_parquet(TABLE.assign(y=2.5))
    pd.testing.assert_frame_equal(from_parquet(to_parquet(TABLE)), TABLE.reset_index(drop=True))


def test_what_is_no_table_is_said() -> None:
    with pytest.raises(IntegrityError, match="not a parquet table"):
        from_parquet(b"not parquet")


def test_pointers_go_forward_or_stay() -> None:
    def at(*position: int) -> Pointer:
        return Pointer.model_validate(
            {"folder": {"bucket": "b", "path": "x"}, "id": "x", "manifest_sha256": "a", "position": position}
        )

    assert forward(None, at(1))
    assert forward(at(2026, 7, 1), at(2026, 7, 2))
    assert forward(at(2026, 7, 2), at(2026, 7, 2))
    assert not forward(at(2026, 8, 1), at(2026, 7, 9))
    assert anywhere(at(2), at(1))
