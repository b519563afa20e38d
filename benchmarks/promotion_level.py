"""How often a promotion is luck and a better model is passed over, by the level of the paired test.

    python -m benchmarks.promotion_level [--runs 2000]

Sales are drawn from a law that is known: counts with a variance of m + m^2 / 4 around the mean m of a series.
Two models see the mean with errors of their own (30 % by series and window, 8 % shared by all series in a
window). In half of the runs both err alike: whoever is promoted then owes it to luck. In the others the
challenger errs less, so that its RMSSE is 5 % lower in the long run. Windows lie side by side, or share half
of their periods with the next.
"""

from __future__ import annotations

import argparse
import sys
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.text_tables import text_table
from forecasting.judging.paired_test import better_by_chance

LEVELS: Final = (0.05, 0.1, 0.2, 0.3, 0.5)
HORIZON: Final = 12
OWN, SHARED = 0.30, 0.08
SPREAD: Final = 0.25
"""Variance of demand is m + SPREAD m^2."""

Array = npt.NDArray[np.float64]


def window_losses(
    generator: np.random.Generator, series: int, windows: int, step: int, less: float
) -> tuple[Array, Array]:
    """RMSSE of champion and challenger by window; the challenger's errors are (1 - less) times as large."""
    periods = step * (windows - 1) + HORIZON
    mean = np.exp(generator.normal(1.5, 1.0, series))[:, None] * np.ones(periods)
    y = generator.negative_binomial(1 / SPREAD, 1 / (1 + SPREAD * mean)).astype(np.float64)
    losses = np.zeros((2, windows))
    weight = mean[:, 0] / mean[:, 0].sum()
    scale = 2 * (mean[:, 0] + SPREAD * mean[:, 0] ** 2)  # of a naive forecast: twice the variance
    for model, share in enumerate((1.0, 1.0 - less)):
        for window in range(windows):
            own = generator.normal(0, OWN, (series, 1)) + generator.normal(0, SHARED)
            periods_of = slice(window * step, window * step + HORIZON)
            error = mean[:, periods_of] * np.exp(share * own) - y[:, periods_of]
            losses[model, window] = weight @ np.sqrt((error**2).mean(axis=1) / scale)
    return losses[0], losses[1]


def share_promoted(runs: int, series: int, windows: int, step: int, less: float, seed: int) -> list[float]:
    """Share of `runs` in which the challenger is promoted, by LEVELS."""
    generator = np.random.default_rng(seed)
    promoted = np.zeros(len(LEVELS))
    overlap = (HORIZON - 1) // step
    for _ in range(runs):
        champion, challenger = window_losses(generator, series, windows, step, less)
        difference = challenger - champion
        if difference.mean() < 0:
            promoted += better_by_chance(difference, overlap) < np.array(LEVELS)
    return [float(share) for share in promoted / runs]


def less_error_for(better: float, series: int) -> float:
    """By how much smaller errors must be for an RMSSE that is `better` lower, found by halving."""
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        champion, challenger = window_losses(np.random.default_rng(0), series, 400, HORIZON, middle)
        low, high = (low, middle) if 1 - challenger.mean() / champion.mean() > better else (middle, high)
    return (low + high) / 2


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.promotion_level",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=2000, help="simulated comparisons per row")
    runs = parser.parse_args().runs
    less = less_error_for(0.05, 200)
    print(f"Errors {less:.0%} smaller lower the RMSSE by 5 %. {runs:,} comparisons per row.")
    rows: list[tuple[object, ...]] = [
        (
            "series",
            "windows",
            "overlap",
            *(f"{what} {level}" for what in ("luck", "found") for level in LEVELS),
        )
    ]
    for series, windows, step in (
        (1, 4, 12),
        (1, 12, 12),
        (1, 12, 6),
        (30, 4, 12),
        (30, 4, 6),
        (30, 12, 12),
        (300, 4, 12),
        (300, 4, 6),
    ):
        equal = share_promoted(runs, series, windows, step, 0.0, 1)
        better = share_promoted(runs, series, windows, step, less, 2)
        figures = [f"{share:.0%}" for share in (*equal, *better)]
        rows.append((series, windows, "half" if step < HORIZON else "none", *figures))
    print(text_table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
