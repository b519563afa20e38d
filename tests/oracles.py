"""What is right, computed slowly: plain loops that share no line with what they judge."""

from __future__ import annotations

from collections.abc import Sequence


def crps(y: float, values: Sequence[float]) -> float:
    """E|X - y| - E|X - X'| / 2 over all pairs of `values`, as it is defined."""
    paths = len(values)
    far = sum(abs(value - y) for value in values) / paths
    apart = sum(abs(one - other) for one in values for other in values) / paths**2
    return far - apart / 2
