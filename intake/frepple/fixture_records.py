"""A frePPLe model as its export writes it: a JSON list of records, each of a kind and with fields."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from intake.errors import InputError
from intake.findings import Finding

SECONDS_PER_DAY: Final = 86400.0


@dataclass(frozen=True, eq=False)
class Record:
    """One record: its fields, of which those that are asked for are remembered in `used`."""

    fields: Mapping[str, Any]
    used: set[str]

    def text(self, name: str) -> str:
        """The field as text, '' where it is not there; another record is named by `name` or `name`_id."""
        return str(self._value(name) or "")

    def number(self, name: str) -> float:
        """The field as a number, NaN where it is not there or is none."""
        try:
            return float(self._value(name))
        except (TypeError, ValueError):
            return math.nan

    def day(self, name: str) -> pd.Timestamp | None:
        """The field as a day, None where it is not there or is none."""
        moment = pd.to_datetime(self.text(name), errors="coerce")
        return None if pd.isna(moment) else moment.normalize()

    def flag(self, name: str) -> bool:
        """Whether the field says so; where it is not there, it does."""
        value = self._value(name)
        return True if value is None else bool(value)

    def _value(self, name: str) -> Any:
        for key in (name, f"{name}_id"):
            self.used.add(key)
            if self.fields.get(key) is not None:
                return self.fields[key]
        return None


@dataclass(frozen=True, eq=False)
class FrePPLeModel:
    """The records by kind ('item', 'operationmaterial', ...); `used`: the kinds that somebody asked for."""

    name: str
    records: dict[str, list[Record]]
    used: set[str] = field(default_factory=set)

    def of(self, kind: str) -> list[Record]:
        """The records of a kind, in the file's order; the kind counts as taken."""
        self.used.add(kind)
        return self.records.get(kind, [])

    def parameter(self, name: str) -> str:
        """The value of one of the model's parameters, '' where it is not stated."""
        return next((each.text("value") for each in self.of("parameter") if each.text("name") == name), "")

    def not_taken(self) -> list[Finding]:
        """What the file holds and nobody asked for: kinds with their counts, and fields of the others."""
        kinds = [f"{len(rows)} of {kind}" for kind, rows in self.records.items() if kind not in self.used]
        found = [Finding("file", f"records that are not taken: {', '.join(kinds)}")] if kinds else []
        fields = []
        for kind in sorted(self.used):
            filled = Counter(
                name
                for record in self.records.get(kind, [])
                for name, value in record.fields.items()
                if name not in record.used and value not in (None, "", 0, "0.0", False)
            )
            if filled and kind != "parameter":
                fields.append(f"{kind} ({', '.join(sorted(filled))})")
        if fields:
            found.append(Finding("file", f"fields that are not taken: {'; '.join(fields)}"))
        return found


def looks_like_frepple(content: bytes) -> bool:
    """Whether the bytes begin as a list of records of a frePPLe model does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and b'"input.' in content[:1_000_000]


def read_records(content: bytes, name: str) -> FrePPLeModel:
    """The records of a file; InputError if it is no JSON or no list of records with a model and fields."""
    try:
        rows = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"this is no JSON that can be read ({error}); export the model again", file=name
        ) from error
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("model"), str) and isinstance(row.get("fields"), dict)
        for row in rows
    ):
        raise InputError("this is no list of records with a model and fields each", file=name)
    if not any(row["model"].startswith("input.") for row in rows):
        raise InputError("no record is of a frePPLe model (input.item, input.demand, ...)", file=name)
    records: dict[str, list[Record]] = {}
    used: dict[str, set[str]] = {}
    for row in rows:
        kind = row["model"].split(".")[-1].lower()
        key = {"name": row["pk"]} if isinstance(row.get("pk"), str) else {}
        records.setdefault(kind, []).append(Record(key | row["fields"], used.setdefault(kind, set())))
    return FrePPLeModel(name, records)
