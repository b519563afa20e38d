"""The model registry: v0001, v0002, ... per dataset; claimed create-only, signed, verified before loading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import joblib
from pydantic import JsonValue

from intake.errors import ConflictError, IntegrityError, MissingError
from storage import ids
from storage.claims import create_claim, find_claim
from storage.history import Record, history
from storage.keys import MODEL, SIGNATURE, Folder, Keys, pointer_in
from storage.manifests import (
    Decision,
    Provenance,
    Published,
    find_published,
    publish,
    read_file,
    read_published,
)
from storage.objects import ObjectStore
from storage.pointers import Pointer, Rule, forward, move_pointer, read_latest
from storage.signing import SigningKeys, Statement


@dataclass(frozen=True)
class ModelClaim:
    """The version that belongs to some inputs; `published` where an earlier run finished it."""

    dataset: str
    model_version: str
    input_hash: str
    published: Published | None


@dataclass(frozen=True)
class LoadedModel:
    """A model whose signature was verified, with its version and its manifest."""

    model: Any
    model_version: str
    published: Published


@dataclass(frozen=True)
class ModelRegistry:
    """Claims, publishes, promotes, lists and loads the models of all datasets."""

    store: ObjectStore
    keys: Keys
    signing_keys: SigningKeys

    def claim(self, dataset: str, input_hash: str) -> ModelClaim:
        """Return the version of these inputs: the one a run before claimed for them, else the next number.

        Raises `IntegrityError` where the models of the dataset are signed by another key than ours.
        """
        self._check_public_key(dataset)
        versions = self._versions(dataset)
        for version in reversed(versions):
            standing = find_claim(self.store, self.keys.model(dataset, version))
            if standing is not None and standing.claim.input_hash == input_hash:
                return self._claimed(dataset, version, input_hash)
        number = ids.model_number(versions[-1]) if versions else 0
        while True:
            number += 1
            version = ids.model_version(number)
            folder = self.keys.model(dataset, version)
            try:
                create_claim(self.store, folder, input_hash)
            except ConflictError:
                standing = find_claim(self.store, folder)
                if standing is None or standing.claim.input_hash != input_hash:
                    continue
            return self._claimed(dataset, version, input_hash)

    def publish(
        self,
        claim: ModelClaim,
        model: object,
        files: Mapping[str, bytes],
        provenance: Provenance,
        *,
        log: bytes | None = None,
        metrics: Mapping[str, JsonValue],
        decision: Decision,
        notes: tuple[str, ...] = (),
    ) -> Published:
        """Pickle and sign a model and publish it with the files beside it (plots, card, metrics).

        Raises `ConflictError` where the claim was made for other inputs.
        """
        if provenance.input_hash != claim.input_hash:
            raise ConflictError(
                f"{claim.model_version} of '{claim.dataset}' was claimed for other inputs: claim again."
            )
        pickled = BytesIO()
        joblib.dump(model, pickled, compress=3)
        content = pickled.getvalue()
        signature = self.signing_keys.sign(_statement(claim.dataset, claim.model_version, content))
        return publish(
            self.store,
            self.keys.model(claim.dataset, claim.model_version),
            {**files, MODEL: content, SIGNATURE: signature},
            provenance,
            log=log,
            metrics=metrics,
            decision=decision,
            notes=notes,
        )

    def promote(self, published: Published, *, rule: Rule = forward) -> Pointer:
        """Make a published model the latest, and publish the public key beside the pointer.

        A model that an earlier run finished late does not turn the pointer back, unless `rule` says so.
        Raises `IntegrityError` where another public key is published.
        """
        dataset = published.manifest.provenance.dataset
        self._check_public_key(dataset)
        self.store.create(
            self.keys.public_key(dataset), self.signing_keys.public_pem, "application/x-pem-file"
        )
        position = (ids.model_number(published.folder.name),)
        return move_pointer(self.store, pointer_in(self._folder(dataset)), published, position, rule=rule)

    def load_model(self, dataset: str, model_version: str = "latest") -> LoadedModel:
        """Return a model after its manifest and its signature were verified on its very bytes.

        Raises `MissingError` where there is no such model, `IntegrityError` where it was tampered with, is
        unsigned, signed by another key or copied from another place; nothing was unpickled then.
        """
        if model_version == "latest":
            model_version = self.latest(dataset)
        published = self.published(dataset, model_version)
        content = self.verified_model(published)
        return LoadedModel(joblib.load(BytesIO(content)), model_version, published)

    def verified_model(self, published: Published) -> bytes:
        """Return the pickled model of a version after its manifest and its signature were verified on it.

        Raises `IntegrityError` where it was tampered with, is unsigned, signed by another key or copied from
        another place.
        """
        dataset, _, model_version = published.folder.path.rpartition("/")
        content = read_file(self.store, published, MODEL)
        if SIGNATURE not in published.manifest.files:
            raise IntegrityError(
                f"The model {model_version} of '{dataset}' is not signed: it was not loaded; train again."
            )
        signature = read_file(self.store, published, SIGNATURE)
        self.signing_keys.verify(signature, _statement(dataset, model_version, content))
        return content

    def latest(self, dataset: str) -> str:
        """Return the promoted version; raise `MissingError` where the dataset has no model yet.

        Raises `IntegrityError` where that version is not what its pointer was moved to.
        """
        try:
            return read_latest(self.store, self._folder(dataset)).folder.name
        except MissingError as missing:
            self.store.check_bucket(self.keys.models)
            raise MissingError(
                f"'{dataset}' has no model yet: run `abasto run train --dataset {dataset}`."
            ) from missing

    def published(self, dataset: str, model_version: str) -> Published:
        """Return the manifest of a model; raise `MissingError` where it is not there or unfinished."""
        folder = self.keys.model(dataset, model_version)
        try:
            return read_published(self.store, folder)
        except MissingError as missing:
            self.store.check_bucket(self.keys.models)
            raise MissingError(
                f"'{dataset}' has no finished model {model_version}: see `abasto models` for those it has."
            ) from missing

    def models(self, dataset: str) -> tuple[Record, ...]:
        """Return all versions of a dataset with metrics, decision and state, the oldest first."""
        return history(self.store, self._folder(dataset), ids.is_model_version)

    def datasets(self) -> list[str]:
        """Return the names of the datasets that have models."""
        return self.store.list_folders(Folder(bucket=self.keys.models))

    def _check_public_key(self, dataset: str) -> None:
        standing = self.store.find(self.keys.public_key(dataset))
        if standing is not None and standing.content != self.signing_keys.public_pem:
            raise IntegrityError(
                f"The models of '{dataset}' are signed by another key than this installation's: restore that "
                "key, or set ABASTO_SIGNING_KEY to it; to begin anew with ours, remove "
                f"{self.keys.public_key(dataset)}."
            )

    def _claimed(self, dataset: str, version: str, input_hash: str) -> ModelClaim:
        published = find_published(self.store, self.keys.model(dataset, version))
        return ModelClaim(dataset, version, input_hash, published)

    def _versions(self, dataset: str) -> list[str]:
        names = self.store.list_folders(self._folder(dataset))
        return sorted(filter(ids.is_model_version, names), key=ids.model_number)

    def _folder(self, dataset: str) -> Folder:
        return self.keys.dataset_models(dataset)


def _statement(dataset: str, model_version: str, content: bytes) -> Statement:
    return Statement(dataset=dataset, model_version=model_version, sha256=ids.sha256(content))
