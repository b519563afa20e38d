"""Past forecasts kept on disk between two commands: numbers alone, checked before they are used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Final

import numpy as np

import forecasting
import intake
import planning
from cli.whole_files import write_whole
from forecasting.series.history import Array

_PACKAGES: Final = ("numpy", "pandas", "scikit-learn", "scipy", "xgboost", "xgboost-cpu")


class ForecastCache:
    """A `Keep` of `past_forecasts` in a folder.

    A file is named after the fingerprint of what its forecasts were made from, with the code and packages
    that made them, and after the hash of its own bytes. One that is damaged, cut off or changed is not read:
    what it held is made again. It holds one array of numbers, which is read without unpickling anything.
    """

    def __init__(self, folder: Path, rooms: tuple[ModuleType, ...] = (forecasting, intake)) -> None:
        """rooms: whose sources make what is kept."""
        self.folder, self._rooms = folder, rooms
        self.made = self.found = 0

    @cached_property
    def of_decisions(self) -> ForecastCache:
        """The same folder for what decisions would have cost, which the sources of planning make, too."""
        return ForecastCache(self.folder, (*self._rooms, planning))

    @property
    def account(self) -> str:
        """How much was made and found, in words."""
        costs = self.of_decisions
        return (
            f"past fits: {self.made} made, {self.found} taken; "
            f"past windows: {costs.made} made, {costs.found} taken from"
        )

    def __call__(self, fingerprint: str, count: int, make: Callable[[], Array]) -> Array:
        """The forecasts of this fingerprint from the folder, else made and kept there."""
        key = hashlib.sha256(f"{fingerprint} {code_of(self._rooms)}".encode()).hexdigest()[:32]
        for file in sorted(self.folder.glob(f"{key}-*.npy")):
            kept = _read(file, count)
            if kept is not None:
                self.found += 1
                return kept
        made = make()
        self.made += 1
        self._write(key, made)
        return made

    def _write(self, key: str, made: Array) -> None:
        stream = BytesIO()
        np.save(stream, made, allow_pickle=False)
        content = stream.getvalue()
        write_whole(self.folder / f"{key}-{_hash(content)}.npy", content)


def _read(file: Path, count: int) -> Array | None:
    """The forecasts in a file; None unless its bytes are those that it is named after."""
    content = file.read_bytes()
    if _hash(content) != file.stem.partition("-")[2]:
        return None
    try:
        kept = np.load(BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError):  # named like one of ours, and no array of numbers
        return None
    fits = kept.shape == (count,) and kept.dtype == np.float64 and np.isfinite(kept).all()
    return kept if fits else None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


@lru_cache
def code_of(rooms: tuple[ModuleType, ...]) -> str:
    """A hash of the sources of some rooms and of the packages that they stand on."""
    digest = hashlib.sha256()
    for room in rooms:
        folder = Path(str(room.__file__)).parent
        for source in sorted(folder.rglob("*.py")):
            digest.update(source.relative_to(folder).as_posix().encode())
            digest.update(source.read_bytes().replace(b"\r\n", b"\n"))
    for package in _PACKAGES:
        try:
            digest.update(f"{package} {version(package)}".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()
