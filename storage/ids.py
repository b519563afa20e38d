"""How things are named: ids are hashes of what went in, or numbers claimed one after the other."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from intake.errors import InputError

_DATASET: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_DATASET_VERSION: Final = re.compile(r"[0-9a-f]{16}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MODEL_VERSION: Final = re.compile(r"v(\d{4,})")
_PLAN_ID: Final = re.compile(r"(\d{4}-W\d{2})-r([1-9]\d*)")
_ISO_WEEK: Final = re.compile(r"\d{4}-W(0[1-9]|[1-4]\d|5[0-3])")
_SAFE_SEGMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def sha256(content: bytes) -> str:
    """Return 64 hex characters; that of an upload's bytes is its snapshot id."""
    return hashlib.sha256(content).hexdigest()


def input_hash(inputs: Mapping[str, object]) -> str:
    """Return the SHA-256 of the canonical JSON of `inputs`, the same whatever the order of its keys."""
    return sha256(canonical_json(inputs))


def canonical_json(content: Mapping[str, object]) -> bytes:
    """Return JSON with sorted keys and no spaces: equal content, equal bytes. Dates become ISO text."""
    try:
        return json.dumps(
            content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_iso
        ).encode()
    except ValueError as not_a_number:
        raise InputError("An input or a parameter is NaN or infinite: give a number.") from not_a_number


def dataset_of(key: str) -> str:
    """Return the dataset an upload names: the first folder below the upload folder, else the stem, slugged.

    >>> dataset_of("ventas/Ventas.csv"), dataset_of("inventario/Tienda Ñuñoa/2026/enero.csv")
    ('ventas', 'tienda-nunoa')
    """
    first, _, below = key.partition("/")[2].partition("/")
    name = first if below else first.rpartition(".")[0] or first
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9_]+", "-", ascii_name).strip("-_")
    if not slug:
        raise InputError(f"'{key}' gives no name for a dataset: rename the file with letters or digits.")
    return checked_dataset(slug)


def checked_dataset(dataset: str) -> str:
    """Return the name as it is; raise `InputError` unless it is lower-case letters, digits, '_' and '-'."""
    return _matching(_DATASET, dataset, "dataset name")[0]


def dataset_version(snapshot_ids: Sequence[str], mapping: Mapping[str, object], reader_version: str) -> str:
    """Return 16 hex characters of the hash of the ordered snapshots, the mapping and the reader's version."""
    return input_hash({"snapshots": list(snapshot_ids), "mapping": mapping, "reader": reader_version})[:16]


def checked_dataset_version(dataset_version: str) -> str:
    """Return the version as it is; raise `InputError` unless it is 16 hex characters."""
    return _matching(_DATASET_VERSION, dataset_version, "dataset version")[0]


def checked_sha256(digest: str) -> str:
    """Return the digest as it is; raise `InputError` unless it is 64 hex characters."""
    return _matching(_SHA256, digest, "SHA-256")[0]


def model_version(number: int) -> str:
    """Return `v0001` for 1."""
    return f"v{number:04d}"


def model_number(model_version: str) -> int:
    """Return 1 for `v0001`; raise `InputError` where it is no model version."""
    return int(_matching(_MODEL_VERSION, model_version, "model version")[1])


def is_model_version(name: str) -> bool:
    """Whether a folder's name is that of a model."""
    return _MODEL_VERSION.fullmatch(name) is not None


def plan_id(iso_week: str, revision: int) -> str:
    """Return `2026-W07-r1` for the week `2026-W07` and revision 1."""
    return f"{_matching(_ISO_WEEK, iso_week, 'ISO week')[0]}-r{revision}"


def plan_week_and_revision(plan_id: str) -> tuple[str, int]:
    """Return ('2026-W07', 1) for `2026-W07-r1`; raise `InputError` where it is no plan id."""
    parts = _matching(_PLAN_ID, plan_id, "plan id")
    return parts[1], int(parts[2])


def is_plan_id(name: str) -> bool:
    """Whether a folder's name is that of a plan."""
    return _PLAN_ID.fullmatch(name) is not None


def safe_segment(name: str) -> str:
    """Return a name that people gave (a supplier's, say) as one part of a key.

    A name with unsafe characters is slugged and gets a hash for its own, so that two names never meet.
    """
    if _SAFE_SEGMENT.fullmatch(name):
        return name
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "x"
    return f"{slug}-{sha256(name.encode())[:8]}"


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def _matching(pattern: re.Pattern[str], text: str, what: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise InputError(f"'{text}' is no {what}.")
    return match
