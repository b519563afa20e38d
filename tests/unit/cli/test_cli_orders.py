"""The day on which something happened to an order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from cli import orders
from cli.main import app
from cli.orders import came_of, day_of
from intake.errors import InputError
from planning.order_states import OrderState

LATE_IN_NEW_YORK = datetime(2026, 2, 10, 2, 30, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))


def test_today_is_the_day_where_the_person_is() -> None:
    assert day_of(None, LATE_IN_NEW_YORK) == date(2026, 2, 9)


def test_a_day_can_be_stated_later_and_not_before() -> None:
    assert day_of(datetime(2026, 2, 6), LATE_IN_NEW_YORK) == date(2026, 2, 6)
    with pytest.raises(InputError, match="2026-02-10 is yet to come; it is 2026-02-09 in America/New_York"):
        day_of(datetime(2026, 2, 10), LATE_IN_NEW_YORK)


def test_what_came_is_said_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        orders, "_move", lambda *words, **more: asked.append((*words, more)) or OrderState.ISSUED
    )
    words = ["orders", "receive", "2026-W07-r1-mill", "-d", "shop"]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert CliRunner().invoke(app, [*words, "--line", "centro/crema=12", "--line", "pan=0.5"]).exit_code == 0
    assert CliRunner().invoke(app, [*words, "--close"]).exit_code == 0
    assert [(came, more["close"]) for *_, came, more in asked] == [
        (None, False),
        ({"centro/crema": 12.0, "pan": 0.5}, False),
        (None, True),
    ]


@pytest.mark.parametrize("lines", [["crema"], ["=12"], ["crema=a dozen"], ["crema=1", "crema=2"]])
def test_what_does_not_say_what_came_is_refused(lines: list[str]) -> None:
    with pytest.raises(InputError, match=r"is not like centro/crema=12|twice"):
        came_of(lines)


@pytest.mark.parametrize("action", ["issue", "confirm", "cancel"])
def test_every_step_can_be_dated(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(orders, "move_order", lambda *words: asked.append(words))
    words = ["orders", action, "2026-W07-r1-mill", "-d", "shop"]
    for more in ([], ["--on", "2026-02-06"]):
        assert CliRunner().invoke(app, [*words, *more]).exit_code == 0
    assert CliRunner().invoke(app, [*words, "--on", "yesterday"]).exit_code == 2
    step = ("shop", "2026-W07-r1-mill", action)
    assert asked == [(*step, None), (*step, datetime(2026, 2, 6))]
