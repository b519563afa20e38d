from __future__ import annotations

from benchmarks.carry_over import change_by_factor, over_the_optimum


def test_without_a_lead_time_the_newsvendor_is_right_and_with_one_nothing_beats_the_optimum() -> None:
    change = change_by_factor(0, 1, shops=20, paths=60)
    assert change[0] == 0
    assert change[-1] > 1, "less than the newsvendor's ratio is too little where nothing is under way"
    plain, used = over_the_optimum(1, 9.0, shops=20, paths=60)
    assert min(plain, used) > -2, "but for luck"
