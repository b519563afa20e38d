"""Claims: who got a number first. Created only where there is none; taken over by compare-and-swap."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intake.errors import IntegrityError
from storage.keys import CLAIM, Folder
from storage.manifests import current_user
from storage.objects import ObjectStore


class Claim(BaseModel):
    """`claim.json`: which inputs a folder is for. `claim_id` tells apart two writers with the same inputs."""

    model_config = ConfigDict(frozen=True)

    input_hash: str
    claim_id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    who: str = Field(default_factory=current_user)
    when: datetime = Field(default_factory=lambda: datetime.now(UTC))

    def to_bytes(self) -> bytes:
        """Return the JSON of the claim."""
        return self.model_dump_json(indent=2).encode()


@dataclass(frozen=True)
class StandingClaim:
    """A claim as it was read, and the ETag that a take-over replaces."""

    claim: Claim
    etag: str


def create_claim(store: ObjectStore, folder: Folder, input_hash: str) -> None:
    """Claim a folder for some inputs; raise `ConflictError` where it is claimed already."""
    store.create(folder / CLAIM, Claim(input_hash=input_hash).to_bytes(), "application/json")


def take_over(store: ObjectStore, folder: Folder, standing: StandingClaim, input_hash: str) -> None:
    """Replace a claim that was never committed; raise `ConflictError` where it changed meanwhile."""
    content = Claim(input_hash=input_hash).to_bytes()
    store.swap(folder / CLAIM, content, standing.etag, "application/json")


def find_claim(store: ObjectStore, folder: Folder) -> StandingClaim | None:
    """Return the claim of a folder, or `None`; raise `IntegrityError` where it cannot be read."""
    fetched = store.find(folder / CLAIM)
    if fetched is None:
        return None
    try:
        return StandingClaim(Claim.model_validate_json(fetched.content), fetched.etag)
    except ValidationError as broken:
        raise IntegrityError(f"{folder / CLAIM} is not a claim: remove it and run again.") from broken
