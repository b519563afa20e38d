"""What must be true of the buckets at any instant, checked with code that shares nothing with the writers.

The layout is that of the top of `storage/keys.py`, spelled out once more on purpose.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from benchmarks.store_contents import Contents

UPLOADS: Final = (
    *("ventas", "inventario", "productos", "proveedores"),
    *("condiciones", "recetas", "capacidad", "calendario"),
)
_OF_ORDERS: Final = (["orders"], ["issued"])  # folders beside the plans
_TOLD_BY_THE_CLOCK: Final = {"who", "when", "claim_id", "manifest_sha256"}


@dataclass(frozen=True)
class Buckets:
    """Their names."""

    datasets: str = "dataset-predicciones"
    models: str = "modelos"
    predictions: str = "predicciones"
    plans: str = "reposicion"


@dataclass(frozen=True)
class Invariants:
    """All rules, over buckets of these names and models signed by the owner of `public_key` (PEM).

    `revisions` says whether a week may have more than one plan: somebody asked for a revision.
    """

    public_key: bytes
    buckets: Buckets = Buckets()
    revisions: bool = False

    def violations(self, contents: Contents, earlier: Contents) -> list[str]:
        """One sentence per broken rule; `earlier` is what the store held at some time before."""
        return [
            *self._pointers(contents, earlier),
            *self._manifests(contents),
            *self._models(contents),
            *self._plans(contents),
            *self._what_never_changes(contents, earlier),
        ]

    def unpublished_models(self, contents: Contents) -> list[tuple[str, str]]:
        """Dataset and version of every model that was begun and has no manifest: none of them may load."""
        begun = {
            (found[1], found[2])
            for place in contents
            if (found := re.fullmatch(rf"{self.buckets.models}/([^/]+)/(v\d{{4,}})/.+", place))
        }
        return sorted(
            (dataset, version)
            for dataset, version in begun
            if f"{self.buckets.models}/{dataset}/{version}/manifest.json" not in contents
        )

    def _pointers(self, contents: Contents, earlier: Contents) -> Iterator[str]:
        for place in sorted(self._named("latest.json", contents) | self._named("latest.json", earlier)):
            if place not in contents:
                yield f"{place} was there and is gone"
                continue
            pointer = _json(contents[place])
            folder = pointer.get("folder", {})
            manifest = f"{folder.get('bucket')}/{folder.get('path')}/manifest.json"
            if manifest not in contents:
                yield f"{place} points at {manifest}, which is not there"
            elif _sha256(contents[manifest]) != pointer.get("manifest_sha256"):
                yield f"{place} points at another {manifest} than the one that is there"
            elif place.rpartition("/")[0] != manifest.rsplit("/", 2)[0]:
                yield f"{place} points out of its own dataset, at {manifest}"

    def _manifests(self, contents: Contents) -> Iterator[str]:
        for place in sorted(self._named("manifest.json", contents)):
            files = _json(contents[place]).get("files")
            if not files:
                yield f"{place} is no manifest"
                continue
            for name, entry in files.items():
                file = f"{place.rpartition('/')[0]}/{name}"
                if file not in contents:
                    yield f"{place} names {name}, which is not there"
                elif (_sha256(contents[file]), len(contents[file])) != (entry["sha256"], entry["size"]):
                    yield f"{file} is not what its manifest says"

    def _models(self, contents: Contents) -> Iterator[str]:
        for place in sorted(self._named("manifest.json", contents)):
            if place.startswith(f"{self.buckets.models}/"):
                folder = place.rpartition("/")[0]
                _, dataset, version = folder.split("/")
                problem = self._signature_problem(contents, folder, dataset, version)
                if problem:
                    yield f"{folder} is published and {problem}"

    def _signature_problem(self, contents: Contents, folder: str, dataset: str, version: str) -> str | None:
        model, signature = (contents.get(f"{folder}/{name}") for name in ("model.pkl", "model.sig"))
        if model is None or signature is None:
            return "has no model.pkl or no model.sig"
        if not {"model.pkl", "model.sig"} <= set(_json(contents[f"{folder}/manifest.json"])["files"]):
            return "its manifest leaves model.pkl or model.sig out"
        signed = _json(signature)
        statement = signed.get("statement", {})
        public = load_pem_public_key(self.public_key)
        assert isinstance(public, Ed25519PublicKey)
        try:
            said = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            public.verify(bytes.fromhex(signed.get("signature", "")), said.encode())
        except (InvalidSignature, ValueError):
            return "its signature is not ours"
        vouched = statement.get("dataset"), statement.get("model_version"), statement.get("sha256")
        if vouched != (dataset, version, _sha256(model)):
            return "its signature belongs to another model"
        return None

    def _plans(self, contents: Contents) -> Iterator[str]:
        plans: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        ordered_in: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for place in sorted(self._named("manifest.json", contents)):
            found = re.fullmatch(rf"{self.buckets.plans}/([^/]+)/((.+)-r\d+)/manifest\.json", place)
            if not found:
                continue
            dataset, plan_id, week = found.groups()
            plans[dataset, week].append(plan_id)
            orders = contents.get(f"{self.buckets.plans}/{dataset}/{plan_id}/purchase_orders.csv", b"")
            for line in csv.DictReader(orders.decode("utf-8-sig").splitlines()):
                number = line["purchase_order"]
                ordered_in[dataset, number].add(plan_id)
                if not number.startswith(f"{plan_id}-"):
                    yield f"{plan_id} of {dataset} holds the order {number}, which is not its own"
        for (dataset, week), plan_ids in plans.items():
            if len(plan_ids) > 1 and not self.revisions:
                yield f"{dataset} has {len(plan_ids)} plans for {week}: {', '.join(plan_ids)}"
        for (dataset, number), holders in ordered_in.items():
            if len(holders) > 1:
                yield f"{dataset} has the order {number} in {', '.join(sorted(holders))}"

    def _named(self, name: str, contents: Contents) -> set[str]:
        """Places of that name, what people upload left out: they may call a file as they like."""
        return {
            place for place in contents if place.endswith(f"/{name}") and not place.startswith(self._uploaded)
        }

    @property
    def _uploaded(self) -> tuple[str, ...]:
        return tuple(f"{self.buckets.datasets}/{folder}/" for folder in UPLOADS)

    @property
    def _snapshots(self) -> str:
        return f"{self.buckets.datasets}/snapshots/"

    def _what_never_changes(self, contents: Contents, earlier: Contents) -> Iterator[str]:
        """Uploads, snapshots, the states and documents of orders and all that a manifest had committed."""
        committed = {
            f"{place.rpartition('/')[0]}/{name}"
            for place in self._named("manifest.json", earlier)
            for name in ["manifest.json", *_json(earlier[place]).get("files", {})]
        }
        kept = (*self._uploaded, self._snapshots)
        for place, content in sorted(earlier.items()):
            is_order = place.startswith(f"{self.buckets.plans}/") and place.split("/")[2:3] in _OF_ORDERS
            if place in committed or place.startswith(kept) or is_order:
                if place not in contents:
                    yield f"{place} was there and is gone"
                elif contents[place] != content:
                    yield f"{place} has changed"
        for place, content in sorted(contents.items()):
            if place.startswith(self._uploaded) and place not in earlier:
                yield f"{place} was not uploaded by anybody"
            if place.startswith(self._snapshots) and place.split("/")[2] != _sha256(content):
                yield f"{place} is not what its name says"


def differences(contents: Contents, undisturbed: Contents) -> list[str]:
    """How two stores differ, who, when and logs apart: nothing, where a run after a kill made up for it."""
    found = [f"{place} is missing" for place in sorted(undisturbed.keys() - contents.keys())]
    found += [f"{place} is too much" for place in sorted(contents.keys() - undisturbed.keys())]
    for place in sorted(undisturbed.keys() & contents.keys()):
        if _timeless(place, contents[place]) != _timeless(place, undisturbed[place]):
            found.append(f"{place} is not the same")
    return found


def _timeless(place: str, content: bytes) -> object:
    name = place.rpartition("/")[2]
    if name == "run.log.jsonl":
        return None
    if name not in {"manifest.json", "claim.json", "latest.json"}:
        return content
    return {key: value for key, value in _json(content).items() if key not in _TOLD_BY_THE_CLOCK}


def _json(content: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(content)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
