"""The object store: any S3 endpoint through the official client, with true conditional writes.

The client exposes no conditional headers, so `create` and `swap` send them with a presigned PUT. Retries of
transient faults live in the connection pool alone; whatever still fails is one sentence in an `AbastoError`.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final, Self

import urllib3
from minio import Minio
from urllib3.response import BaseHTTPResponse

from intake.errors import ConflictError, MissingError, ServiceError
from storage.connection import StoreAddress
from storage.keys import Folder, Ref
from storage.store_errors import refused, reported

_logger = logging.getLogger(__name__)

_PRESIGNED_FOR: Final = timedelta(minutes=10)
_LOST_A_RACE: Final = frozenset({404, 409, 412})  # of a conditional PUT: gone, being written, changed


@dataclass(frozen=True)
class ObjectInfo:
    """What the store says about an object: `etag` without quotes, `size` in bytes, `modified` in UTC."""

    ref: Ref
    etag: str
    size: int
    modified: datetime


@dataclass(frozen=True)
class Fetched:
    """Bytes and the ETag under which they were read: what a later `swap` replaces."""

    content: bytes
    etag: str


class ObjectStore:
    """Reads and writes whole objects; safe to share between threads."""

    def __init__(self, address: StoreAddress) -> None:
        self.endpoint = address.endpoint
        self._pool = urllib3.PoolManager(
            maxsize=16,
            retries=urllib3.Retry(
                2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504], raise_on_status=False
            ),
            timeout=urllib3.Timeout(connect=3, read=120),
        )
        self._client = Minio(
            address.endpoint,
            access_key=address.access_key,
            secret_key=address.secret_key.get_secret_value(),
            secure=address.secure,
            region=address.region,
            http_client=self._pool,
        )

    def close(self) -> None:
        """Close the pooled connections; the store can be used again afterwards."""
        self._pool.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, ref: Ref) -> bytes:
        """Return the bytes of an object; raise `MissingError` where there is none."""
        return self.fetch(ref).content

    def fetch(self, ref: Ref) -> Fetched:
        """Return bytes and ETag of an object; raise `MissingError` where there is none."""
        with reported(self.endpoint, ref):
            response = self._client.get_object(ref.bucket, ref.key)
            try:
                return Fetched(response.read(), _unquoted(response.headers["etag"]))
            finally:
                response.close()
                response.release_conn()

    def find(self, ref: Ref) -> Fetched | None:
        """Return bytes and ETag of an object, or `None` where there is none (its bucket must be there)."""
        try:
            return self.fetch(ref)
        except MissingError:
            self.check_bucket(ref.bucket)
            return None

    def put(self, ref: Ref, content: bytes, content_type: str = "application/octet-stream") -> str:
        """Write an object whatever is there, and return its ETag."""
        with reported(self.endpoint, ref):
            written = self._client.put_object(
                ref.bucket, ref.key, BytesIO(content), len(content), content_type=content_type
            )
        return _unquoted(written.etag or "")

    def create(self, ref: Ref, content: bytes, content_type: str = "application/octet-stream") -> str:
        """Write an object only where there is none, and return its ETag.

        Raises `ConflictError` where another one is there. One with exactly these bytes is ours: a first try
        may have arrived although its answer was lost. Writers that must tell each other apart write distinct
        bytes.
        """
        return self._put_if(ref, content, content_type, {"If-None-Match": "*"})

    def swap(
        self, ref: Ref, content: bytes, etag: str, content_type: str = "application/octet-stream"
    ) -> str:
        """Replace an object only while its ETag is `etag`, and return the new one.

        Raises `ConflictError` where it changed or is gone; one with exactly these bytes is ours, as in
        `create`.
        """
        return self._put_if(ref, content, content_type, {"If-Match": f'"{etag}"'})

    def list_objects(self, folder: Folder) -> Iterator[ObjectInfo]:
        """Yield all objects below a folder, at any depth, in the order of their keys.

        Folder markers (keys that end with a slash) are passed over, and so is, with a warning, a key that
        `Ref` refuses.
        """
        with reported(self.endpoint, folder):
            listed = [
                entry
                for entry in self._client.list_objects(folder.bucket, folder.prefix, recursive=True)
                if entry.object_name and not entry.object_name.endswith("/")
            ]
        for entry in sorted(listed, key=lambda entry: str(entry.object_name)):
            try:
                ref = Ref(bucket=folder.bucket, key=str(entry.object_name))
            except ValueError:
                _logger.warning(
                    "%s holds %r, a name that cannot be used: rename it.", folder, entry.object_name
                )
                continue
            yield _info(ref, entry.etag, entry.size, entry.last_modified)

    def list_folders(self, folder: Folder) -> list[str]:
        """Return the sorted names of the folders directly below a folder."""
        with reported(self.endpoint, folder):
            return sorted(
                entry.object_name.removeprefix(folder.prefix).rstrip("/")
                for entry in self._client.list_objects(folder.bucket, folder.prefix)
                if entry.object_name and entry.is_dir
            )

    def remove(self, ref: Ref) -> None:
        """Remove an object; nothing happens where there is none."""
        with reported(self.endpoint, ref):
            self._client.remove_object(ref.bucket, ref.key)

    def check_bucket(self, bucket: str) -> None:
        """Raise `MissingError` where the bucket is missing."""
        with reported(self.endpoint, Folder(bucket=bucket)):
            there = self._client.bucket_exists(bucket)
        if not there:
            raise MissingError(f"The bucket '{bucket}' is missing at {self.endpoint}: `abasto up` makes it.")

    def ensure_buckets(self, buckets: Iterable[str]) -> None:
        """Make the buckets that are missing."""
        for bucket in buckets:
            with reported(self.endpoint, Folder(bucket=bucket)):
                # Listing first tells wrong credentials from a bucket of somebody else: HEAD has no body.
                if bucket not in {known.name for known in self._client.list_buckets()}:
                    self._client.make_bucket(bucket)

    def self_test(self, ref: Ref) -> None:
        """Prove that the store keeps its word on conditional writes; `ref` is written and removed.

        Raises `ServiceError` where a second `create` or a `swap` from a stale ETag is let through: claims and
        pointers would be overwritten silently on such a store.
        """
        own = Ref(bucket=ref.bucket, key=f"{ref.key}-{uuid.uuid4().hex}")
        stale = self.create(own, b"first")
        try:
            self.swap(own, b"second", stale)
            if not (_conflicts(self.create, own, b"third") and _conflicts(self.swap, own, b"fourth", stale)):
                raise ServiceError(
                    f"The store at {self.endpoint} ignores If-None-Match or If-Match, so two runs could "
                    "overwrite each other: use MinIO, its fork silo, SeaweedFS 4 or Amazon S3."
                )
        finally:
            self.remove(own)

    def _put_if(self, ref: Ref, content: bytes, content_type: str, condition: dict[str, str]) -> str:
        with reported(self.endpoint, ref):
            url = self._client.get_presigned_url("PUT", ref.bucket, ref.key, _PRESIGNED_FOR)
            response: BaseHTTPResponse = self._pool.request(
                "PUT", url, body=content, headers={"Content-Type": content_type, **condition}
            )
        if response.status == 200:
            return _unquoted(response.headers["etag"])
        if response.status not in _LOST_A_RACE or b"NoSuchBucket" in response.data:
            raise refused(self.endpoint, ref, response)
        standing = self.find(ref)
        if standing is not None and standing.content == content:
            return standing.etag
        raise ConflictError(f"Another run wrote {ref} first: run again, what is already there will be found.")


def _conflicts(write: Callable[..., str], *arguments: object) -> bool:
    try:
        write(*arguments)
    except ConflictError:
        return True
    return False


def _info(ref: Ref, etag: str | None, size: int | None, modified: datetime | None) -> ObjectInfo:
    if etag is None or size is None or modified is None:
        raise ServiceError(f"The store says neither ETag, size nor date of {ref}: it does not speak S3.")
    return ObjectInfo(ref, _unquoted(etag), size, modified)


def _unquoted(etag: str) -> str:
    return etag.strip('"')
