"""Whole packs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Units = npt.NDArray[np.int64]


def whole_packs(quantity: Units, pack_size: Units) -> Units:
    """The smallest multiple of pack_size that holds quantity, element by element."""
    return -(-quantity // pack_size) * pack_size
