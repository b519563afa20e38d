"""Quantities as people read them."""

from __future__ import annotations

from typing import Final

DECIMALS: Final = 3
"""More is told of nothing that is made or bought."""


def quantity(units: float) -> str:
    """One decimal from 10 up, two from 1, three below.

    >>> quantity(1062.34), quantity(6.885), quantity(0.4567), quantity(25.0)
    ('1,062.3', '6.88', '0.457', '25')
    """
    return f"{round(units, DECIMALS - sum(abs(units) >= size for size in (1, 10))):,.10g}"
