"""What a number in a policy may be; what makes no sense is refused by its name."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from intake.errors import InputError

Amounts = npt.NDArray[np.float64]


def refuse_unless_positive(**amounts: float) -> None:
    """InputError for the first of the `amounts` that is not a number above 0; infinity may pass."""
    for name, amount in amounts.items():
        if not amount > 0:
            raise InputError(f"{name} must be above 0 and is {amount}; correct it")


def refuse_unless_finite(**amounts: float) -> None:
    """InputError for the first of the `amounts` that is infinite, not a number or negative."""
    for name, amount in amounts.items():
        if not (math.isfinite(amount) and amount >= 0):
            raise InputError(f"{name} must be a finite number and not negative and is {amount}; correct it")


def refuse_unless_share(**amounts: float) -> None:
    """InputError for the first of the `amounts` that does not lie between 0 and 1, ends excluded."""
    for name, amount in amounts.items():
        if not 0 < amount < 1:
            raise InputError(f"{name} lies between 0 and 1 and is {amount}; write 95 % as 0.95")


def by_period(name: str, amounts: npt.ArrayLike, periods: int) -> Amounts:
    """One finite amount, not negative, for each period; a single number counts for all of them."""
    given = np.asarray(amounts, dtype=np.float64)
    if given.ndim > 1 or (given.ndim == 1 and len(given) != periods):
        raise InputError(
            f"{name} has shape {given.shape}; give one number, or one for each of {periods} periods"
        )
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise InputError(f"{name} must be finite and not negative in every period; correct it")
    return np.broadcast_to(given, periods)
