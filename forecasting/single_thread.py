"""The same bytes on every machine: no sum is shared among threads."""

from __future__ import annotations

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def single_threaded_sums() -> AbstractContextManager[object]:
    """Keep linear algebra to one thread: how many share a sum changes its rounding."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits
