"""Whatever dialect a clean table is written in, it is read back exactly and with every line accounted for."""

from __future__ import annotations

import random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.unit.intake.written_tables import difference, write


@settings(max_examples=60, derandomize=True, phases=[Phase.generate])  # a smaller seed is no simpler table
@given(st.integers(0, 2**32))
def test_a_clean_table_is_read_back_in_whatever_dialect(number: int) -> None:
    assert difference(write(random.Random(number))) == ""  # noqa: S311
