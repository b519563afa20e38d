from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planning.pack_sizes import whole_packs


@given(st.integers(0, 500), st.integers(1, 40))
def test_whole_packs(quantity: int, pack_size: int) -> None:
    packed = int(whole_packs(np.array([quantity]), np.array([pack_size]))[0])
    assert packed % pack_size == 0
    assert quantity <= packed < quantity + pack_size
