"""Everything that a store holds, read and put back with the plain client, whatever flows make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from minio import Minio

from storage.connection import StoreAddress

Contents = Mapping[str, bytes]
"""`bucket/key` -> bytes."""

_SCRATCH: Final = ".abasto/"  # where a start tests the store


@dataclass(frozen=True)
class PlainStore:
    """All objects of some buckets."""

    client: Minio
    buckets: tuple[str, ...]

    @classmethod
    def at(cls, address: StoreAddress, buckets: tuple[str, ...]) -> PlainStore:
        """The store at an address."""
        client = Minio(
            address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key.get_secret_value(),
            secure=address.secure,
            region=address.region,
        )
        return cls(client, buckets)

    def read(self) -> dict[str, bytes]:
        """Every object with its bytes."""
        return {f"{bucket}/{key}": self._get(bucket, key) for bucket, key in self._listed()}

    def restore(self, contents: Contents) -> None:
        """Make the store hold exactly `contents`; what is right already is not touched, its date neither."""
        standing = self.read()
        for place in standing.keys() - contents.keys():
            self._remove(place)
        # SeaweedFS goes on listing a folder that has become empty, until it is removed by its own name.
        for folder in sorted(_folders(standing) - _folders(contents), key=len, reverse=True):
            self._remove(f"{folder}/")
        for place, content in contents.items():
            if standing.get(place) != content:
                self.put(place, content)

    def put(self, place: str, content: bytes) -> None:
        """Write one object whatever is there."""
        bucket, _, key = place.partition("/")
        self.client.put_object(bucket, key, BytesIO(content), len(content))

    def _remove(self, place: str) -> None:
        bucket, _, key = place.partition("/")
        self.client.remove_object(bucket, key)

    def _listed(self) -> list[tuple[str, str]]:
        return [
            (bucket, str(entry.object_name))
            for bucket in self.buckets
            for entry in self.client.list_objects(bucket, recursive=True)
            if not entry.is_dir and not str(entry.object_name).startswith(_SCRATCH)
        ]

    def _get(self, bucket: str, key: str) -> bytes:
        response = self.client.get_object(bucket, key)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()


def _folders(contents: Contents) -> set[str]:
    """All folders below the buckets that hold something, at any depth."""
    return {place.rsplit("/", depth)[0] for place in contents for depth in range(1, place.count("/"))}
