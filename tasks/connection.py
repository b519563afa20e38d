"""The object store and the model registry of this process."""

from __future__ import annotations

from functools import cache

from storage.keys import Folder, Keys, Ref
from storage.objects import ObjectStore
from storage.registry import ModelRegistry
from storage.settings import Settings
from storage.signing import load_signing_keys


@cache
def connection() -> tuple[ObjectStore, Keys]:
    """The store and the key layouts of the settings; raises MissingError where no store is configured."""
    settings = Settings.load()
    return ObjectStore(settings.store_address()), settings.keys


def registry() -> ModelRegistry:
    """The model registry, with the keys that sign and verify; raises MissingError where there are none.

    Only a command makes keys: a worker that made its own would sign what nobody else can verify.
    """
    store, keys = connection()
    return ModelRegistry(store, keys, load_signing_keys(Settings.load().signing_key_path))


def folder_of(manifest: Ref) -> Folder:
    """The folder that a manifest commits."""
    return Folder(bucket=manifest.bucket, path=manifest.key.rpartition("/")[0])
