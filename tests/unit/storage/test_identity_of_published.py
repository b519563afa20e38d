"""What counts when something published becomes the input of something else."""

from __future__ import annotations

from storage.code_identity import CodeIdentity
from storage.keys import Folder
from storage.manifests import FileEntry, Manifest, Provenance, Published


def published(**files: str) -> Published:
    provenance = Provenance(kind="model", dataset="ventas", inputs={}, code=CodeIdentity(source_hash="c"))
    manifest = Manifest(
        provenance=provenance,
        input_hash=provenance.input_hash,
        files={name.replace("__", "."): FileEntry(sha256=digest, size=1) for name, digest in files.items()},
    )
    folder = Folder(bucket="modelos", path="ventas/v0001")
    return Published(folder, manifest, manifest_sha256="m", written=True)


def test_who_signed_it_lies_outside_the_identity() -> None:
    one = published(model__pkl="a", model__sig="s")
    other = published(model__pkl="a", model__sig="t")
    assert one.as_input == other.as_input


def test_what_its_files_hold_is_the_identity() -> None:
    assert published(model__pkl="a").as_input != published(model__pkl="b").as_input
