"""Which code made something: the hash of the sources that compute, the git commit, the package versions."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

ROOMS_THAT_COMPUTE: Final = ("intake", "forecasting", "planning")
PACKAGES_THAT_COMPUTE: Final = (
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "xgboost",
    "xgboost-cpu",
    "joblib",
    "highspy",
    "pulp",
    "pyarrow",
    "matplotlib",
)

_ROOT: Final = Path(__file__).resolve().parent.parent


class CodeIdentity(BaseModel):
    """The code behind a manifest; `source_hash` alone belongs to the identity of what was made."""

    model_config = ConfigDict(frozen=True)

    source_hash: str
    commit: str | None = None
    packages: dict[str, str] = {}


@lru_cache
def code_identity(rooms: tuple[str, ...] = ROOMS_THAT_COMPUTE) -> CodeIdentity:
    """Return the identity of the sources of rooms, or of single modules, as they lie on disk now.

    Asked once per process: `code_identity(("intake", "forecasting/series/splitting.py"))`.
    """
    return CodeIdentity(source_hash=_source_hash(rooms), commit=_commit(), packages=_packages())


def _source_hash(rooms: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for room in sorted(rooms):
        place = _ROOT / room
        for source in [place] if place.is_file() else sorted(place.rglob("*.py")):
            # A checkout on Windows has other line ends and is the same code.
            content = source.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{source.relative_to(_ROOT).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None or not (_ROOT / ".git").exists():
        return None
    asked = subprocess.run(  # noqa: S603 - a fixed command, found on PATH
        [git, "-C", str(_ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None


def _packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for package in PACKAGES_THAT_COMPUTE:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
