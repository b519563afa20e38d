from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.chain.sharing import by_priority, fair_share

SMALL = st.integers(0, 4)


def worst(need: np.ndarray, got: np.ndarray) -> float:
    """The greatest probability of running out."""
    return float((need > got[:, None]).mean(axis=1).max())


def test_the_place_that_runs_out_first_gets_the_first_pack() -> None:
    """Two packs of 10 for three places that want one each: needs of 12, 1 and 8 on every path."""
    need = np.array([[12.0, 12.0], [1.0, -5.0], [8.0, 8.0]])
    shared = fair_share(np.array([10.0, 10.0, 10.0]), np.full(3, 10.0), need, 25.0)
    assert shared.tolist() == [10, 0, 10]


def test_equals_get_equal_shares_of_what_they_want() -> None:
    """Everybody is empty: 40 of 30 and 60 wanted are shared in proportion, 10 in a pack."""
    need = np.full((2, 3), 1000.0)
    shared = fair_share(np.array([30.0, 60.0]), np.full(2, 10.0), need, 45.0)
    assert shared.tolist() == [20, 20]


def test_a_pack_that_does_not_fit_leaves_room_for_a_smaller_one() -> None:
    need = np.array([[100.0], [50.0]])
    assert fair_share(np.array([24.0, 12.0]), np.array([24.0, 6.0]), need, 20.0).tolist() == [0, 12]


def test_priority_serves_one_after_the_other() -> None:
    shared = by_priority(np.array([30.0, 20.0, 9.0]), np.array([10.0, 10.0, 3.0]), np.array([2, 1, 3]), 44.0)
    assert shared.tolist() == [20, 20, 3]


@settings(max_examples=60, deadline=None)
@given(
    wanted=st.lists(SMALL, min_size=1, max_size=4),
    seed=st.integers(0, 999),
    available=st.integers(0, 12),
)
def test_no_other_sharing_is_fairer(wanted: list[int], seed: int, available: int) -> None:
    """All sharings of whole packs, tried one by one: none has a lower worst probability of running out."""
    need = np.random.default_rng(seed).integers(-2, 6, size=(len(wanted), 5)).astype(np.float64)
    most = np.array(wanted, dtype=np.float64)
    shared = fair_share(most, np.ones(len(wanted)), need, float(available))
    every = [
        worst(need, np.array(each, dtype=np.float64))
        for each in product(*(range(packs + 1) for packs in wanted))
        if sum(each) <= available
    ]
    assert worst(need, shared) == min(every)
    assert shared.sum() == min(available, sum(wanted))


@settings(max_examples=60, deadline=None)
@given(
    packs=st.lists(st.tuples(SMALL, st.sampled_from([1.0, 6.0, 24.0])), min_size=1, max_size=5),
    available=st.floats(0, 200),
    seed=st.integers(0, 99),
)
def test_shares_are_whole_packs_within_what_is_wanted_and_there(
    packs: list[tuple[int, float]], available: float, seed: int
) -> None:
    count, size = (np.array(each, dtype=np.float64) for each in zip(*packs, strict=True))
    rng = np.random.default_rng(seed)
    for shared in (
        fair_share(count * size, size, rng.normal(10, 20, size=(len(size), 7)), available),
        by_priority(count * size, size, rng.permutation(len(size)), available),
    ):
        assert (shared <= count * size).all()
        assert (shared % size == 0).all()
        assert shared.sum() <= available + 1e-6
        left = available - shared.sum()
        assert not ((size <= left - 1e-6) & (shared < count * size)).any()
