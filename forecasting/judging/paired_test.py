"""Is one forecast really better than another, or was it luck? A paired test over windows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student


def better_by_chance(difference: npt.NDArray[np.float64], overlap: int) -> float:
    """Probability of so good a challenger by luck alone, were it no better: a one-sided p value, 0 to 1.

    `difference`: by window, in order of time, the loss of the challenger minus that of the champion.
    `overlap`: how many of the next windows share a period with a window (0: none); their differences are
    taken to be correlated and those of later ones not. 1 where fewer than two windows could be compared.

    The test of Diebold & Mariano (1995), Journal of Business & Economic Statistics 13, with the small-sample
    correction of Harvey, Leybourne & Newbold (1997), International Journal of Forecasting 13: the mean
    difference over its standard error, times sqrt((n + 1 - 2 h + h (h - 1) / n) / n) with h = overlap + 1,
    against Student's t with n - 1 degrees of freedom. Without overlap that is the paired t test. Where the
    estimated variance of overlapping windows is not positive, that without covariances is used.
    """
    known = difference[~np.isnan(difference)]
    windows = len(known)
    if windows < 2:
        return 1.0
    mean = float(known.mean())
    around = known - mean
    covariances = [float(around[lag:] @ around[: windows - lag]) / windows for lag in range(windows)]
    together = min(overlap + 1, (windows + 1) // 2)
    variance = covariances[0] + 2.0 * sum(covariances[1:together])
    if variance <= 0:
        variance = covariances[0]
    if variance <= np.finfo(np.float64).eps * mean**2:
        return 0.0 if mean < 0 else 1.0
    correction = (windows + 1 - 2 * together + together * (together - 1) / windows) / windows
    statistic = mean / np.sqrt(variance / windows) * np.sqrt(correction)
    return float(student.cdf(statistic, windows - 1))
