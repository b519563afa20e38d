"""Ed25519 signatures that bind a model's bytes to its dataset and version.

A pickle runs code when it is loaded, so the signature is checked before. The signed statement names the place
too: a validly signed model that was copied to another dataset or version is refused as well.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import BaseModel, ConfigDict, ValidationError

from intake.errors import IntegrityError, MissingError
from storage import ids


class Statement(BaseModel):
    """What a signature vouches for: these bytes are this version of this dataset's model."""

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    dataset: str
    model_version: str
    sha256: str

    def to_bytes(self) -> bytes:
        """Return the bytes that are signed."""
        return ids.canonical_json(self.model_dump())


class Signature(BaseModel):
    """`model.sig`: the statement and its signature, in hex."""

    model_config = ConfigDict(frozen=True)

    algorithm: Literal["Ed25519"] = "Ed25519"
    statement: Statement
    signature: str


@dataclass(frozen=True)
class SigningKeys:
    """The public key that models are checked with and, where this installation may sign, the private one."""

    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None = None

    @property
    def public_pem(self) -> bytes:
        """The public key, to be published beside the models."""
        return self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, statement: Statement) -> bytes:
        """Return the content of `model.sig`; raise `MissingError` where there is no private key."""
        if self.private is None:
            raise MissingError(
                "This installation has no private signing key: set ABASTO_SIGNING_KEY to its PEM file."
            )
        signature = self.private.sign(statement.to_bytes()).hex()
        return Signature(statement=statement, signature=signature).model_dump_json(indent=2).encode()

    def verify(self, signature: bytes, expected: Statement) -> None:
        """Raise `IntegrityError` unless our key signed exactly what is expected."""
        place = f"{expected.model_version} of '{expected.dataset}'"
        way_out = "it was not loaded; train again, or restore it from a backup."
        try:
            signed = Signature.model_validate_json(signature)
            self.public.verify(bytes.fromhex(signed.signature), signed.statement.to_bytes())
        except (ValidationError, InvalidSignature, ValueError) as invalid:
            raise IntegrityError(
                f"The model {place} is not signed by this installation's key: {way_out}"
            ) from (invalid)
        if signed.statement != expected:
            raise IntegrityError(
                f"The signature beside the model {place} belongs to other bytes or another place "
                f"({signed.statement.model_version} of '{signed.statement.dataset}'): {way_out}"
            )


def public_key_path(private_path: Path) -> Path:
    """Return where the public key lies, given the private one's place."""
    return private_path.with_suffix(".pub.pem")


def load_signing_keys(private_path: Path) -> SigningKeys:
    """Return the pair, or the public key alone where only that is there; `MissingError` without both."""
    public_path = public_key_path(private_path)
    try:
        if private_path.exists():
            private = load_pem_private_key(private_path.read_bytes(), password=None)
            if not isinstance(private, Ed25519PrivateKey):
                raise IntegrityError(
                    f"{private_path} is no Ed25519 key: give the key that signed the models."
                )
            return SigningKeys(private.public_key(), private)
        public = load_pem_public_key(public_path.read_bytes())
    except FileNotFoundError as missing:
        raise MissingError(
            f"There is no signing key at {private_path}: copy it from the installation that trained the "
            "models, or, where none was trained yet, let `abasto setup` make one."
        ) from missing
    except ValueError as broken:
        if isinstance(broken, IntegrityError):
            raise
        raise IntegrityError(
            f"{private_path} or its public half is no PEM key: restore it from a backup."
        ) from broken
    if not isinstance(public, Ed25519PublicKey):
        raise IntegrityError(f"{public_path} is no Ed25519 key: give the key that signed the models.")
    return SigningKeys(public)


def ensure_signing_keys(private_path: Path) -> SigningKeys:
    """Return the pair, made where there is none; two processes that start at once end with the same one.

    Commands alone call this, never a worker.
    """
    if not private_path.exists() and not public_key_path(private_path).exists():
        private_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        private = Ed25519PrivateKey.generate()
        _create_private(
            private_path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    keys = load_signing_keys(private_path)
    if not public_key_path(private_path).exists():
        public_key_path(private_path).write_bytes(keys.public_pem)
    return keys


def _create_private(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        # A link appears whole or not at all, and never replaces the key of a process that was faster.
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        Path(temporary).unlink()
