"""Failures of the object store as one sentence each, with the way out.

What the servers say was learned by trying them. SeaweedFS answers a full disk with 500 InternalError and no
reason, which is why that sentence names the disk first; MinIO says XMinioStorageFull.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from intake.errors import AbastoError, InputError, MissingError, ServiceError
from storage.keys import Folder, Ref

_WRONG_CREDENTIALS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch"})
_DISK_FULL = frozenset({"XMinioStorageFull", "InsufficientStorage", "XMinioAdminBucketQuotaExceeded"})


@contextmanager
def reported(endpoint: str, place: Ref | Folder) -> Iterator[None]:
    """Turn what the client raises about `place` into an `AbastoError`."""
    try:
        yield
    except S3Error as error:
        raise _explained(endpoint, place, error.code or "", error.message or "") from error
    except (InvalidResponseError, ServerError, ParseError) as error:
        raise ServiceError(
            f"What answers at {endpoint} does not speak S3: check the address, or start `abasto up`."
        ) from error
    except (HTTPError, MinioException) as error:
        raise ServiceError(
            f"The object store at {endpoint} does not answer: start `abasto up` and run again."
        ) from error
    except ValueError as error:
        if isinstance(error, AbastoError):
            raise
        raise InputError(f"{place} cannot be a place in an object store: {error}.") from error


def refused(endpoint: str, place: Ref, response: BaseHTTPResponse) -> AbastoError:
    """Return the error for a raw S3 answer that is no success."""
    try:
        answer = S3Error.fromxml(response)
    except (ParseError, UnicodeDecodeError):
        return _explained(endpoint, place, f"HTTP {response.status}", "")
    return _explained(endpoint, place, answer.code or "", answer.message or "")


def _explained(endpoint: str, place: Ref | Folder, code: str, message: str) -> AbastoError:
    if code == "NoSuchKey":
        return MissingError(f"{place} is not in the store at {endpoint}: look with `abasto status` what is.")
    if code == "NoSuchBucket":
        return MissingError(f"The bucket '{place.bucket}' is missing at {endpoint}: `abasto up` makes it.")
    if code in _WRONG_CREDENTIALS:
        return ServiceError(
            f"The store at {endpoint} does not know these credentials: "
            "check ABASTO_ACCESS_KEY and ABASTO_SECRET_KEY."
        )
    if code == "AccessDenied":
        return ServiceError(
            f"The store at {endpoint} denies access to {place}: "
            "check the credentials and what their user is allowed."
        )
    if code == "RequestTimeTooSkewed":
        return ServiceError(f"The clocks of this computer and of {endpoint} differ: set them right.")
    if code in _DISK_FULL:
        return ServiceError(f"The disk of the store at {endpoint} is full: free some space and run again.")
    if code in {"InternalError", "SlowDown", "ServiceUnavailable", "HTTP 500", "HTTP 503"}:
        return ServiceError(
            f"The store at {endpoint} fails on {place}: most often its disk is full, so free some space, "
            "then look at its log."
        )
    return ServiceError(f"The store at {endpoint} refuses {place}: {code} {message}".rstrip(" .") + ".")
