"""`abasto replay`: the past decided again, from files."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli import decision_commands
from cli.decision_files import DecisionFiles, read_files, read_ordered
from cli.order import Decision
from cli.replay import ACTUAL, BASELINE, OURS, Span, replay
from intake.errors import ConflictError, InputError
from planning.replayed_history import ReplayRules
from planning.stated_terms import StatedTerms

WEEKS = pd.date_range("2024-01-01", periods=50, freq="W-MON")
DECISION = Decision(
    stated=StatedTerms(1, 0.2, 1.0), recipe="moving_average", assume={}, review_period=1, paths=40
)
STATED = ReplayRules(tuned=False)
SPAN = Span(start=date(2024, 9, 4), periods=4)


def wide(values: np.ndarray) -> str:
    table = pd.DataFrame(values, columns=[f"{week:%Y-%m-%d}" for week in WEEKS])
    table.insert(0, "Store", ["1", "2"])
    return table.to_csv(index=False)


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    file = tmp_path / "sales.csv"
    file.write_text(wide(np.random.default_rng(3).poisson(8, (2, len(WEEKS)))), encoding="utf-8")
    return file


def run(files: DecisionFiles, span: Span, tmp_path: Path, ordered: Path | None = None) -> None:
    out = tmp_path / "out" if ordered else None
    really = None if ordered is None else read_ordered(ordered, None)
    replay(
        lambda: read_files(files, None),
        DECISION,
        STATED,
        span,
        ordered=really,
        out=out,
        cache=tmp_path / "kept",
        overwrite=False,
    )


def test_a_replay_writes_the_orders_of_each_week_and_the_money_of_each_way(
    sales: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = tmp_path / "ordered.csv"
    nothing.write_text(wide(np.zeros((2, len(WEEKS)), dtype=int)), encoding="utf-8")
    out = tmp_path / "out"
    run(DecisionFiles(sales=[sales]), SPAN, tmp_path, nothing)
    said = capsys.readouterr().out
    assert f"{OURS}: " in said
    assert "2024-09-09 (not counted)" in said, "the order of the first decision is there a week later"
    orders = sorted(file.name for file in out.glob("orders-*.csv"))
    assert orders == [f"orders-2024-09-{day:02d}.csv" for day in (2, 9, 16)]
    table = pd.read_csv(out / orders[0], dtype={"Store": str})
    assert table["Store"].tolist() == ["1", "2"]
    assert (out / "replay.png").read_bytes().startswith(b"\x89PNG")

    summary = pd.read_csv(out / "summary.csv")
    assert set(summary["policy"]) == {OURS, BASELINE, ACTUAL}
    assert summary[~summary["counted"]]["ds"].unique().tolist() == ["2024-09-09"]
    ours = summary[summary["policy"] == OURS]
    assert ours["order_quantity"].iloc[0] == table["order_quantity"].sum()
    unserved = summary[(summary["policy"] == ACTUAL) & summary["counted"]]
    assert unserved["order_quantity"].sum() == 0
    assert unserved["cost"].sum() > ours[ours["counted"]]["cost"].sum()
    assert unserved["lost_sales"].iloc[-1] == unserved["demand"].iloc[-1]

    with pytest.raises(ConflictError, match="not empty"):
        run(DecisionFiles(sales=[sales]), SPAN, tmp_path, nothing)


def test_windows_follow_each_other_and_a_stock_file_opens_one_alone(
    sales: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = Span(start=date(2024, 9, 2), periods=3, windows=2, count_from=1)
    stock = tmp_path / "stock.csv"
    stock.write_text("Store,on_hand\n1,400\n2,400\n", encoding="utf-8")

    def said_of(span: Span, stock: Path | None = None) -> str:
        run(DecisionFiles(sales=[sales], stock=stock), span, tmp_path)
        return capsys.readouterr().out

    said = said_of(twice)
    assert "2024-09-09" in said
    assert "2024-09-23" in said, "two orders later"
    assert "on average" in said
    assert f"{OURS}: 1.0000" in said_of(SPAN, stock), "with so much there, nothing is ordered by anybody"
    with pytest.raises(InputError, match="opens one window"):
        said_of(twice, stock)


def test_a_dataset_refuses_the_files_that_it_would_not_read(tmp_path: Path) -> None:
    start, costs = datetime(2024, 9, 2), tmp_path / "items.csv"  # as typer reads a day
    with pytest.raises(InputError, match="--items, --as-of would not be read"):
        decision_commands.replay(start, 4, dataset="ventas", items=costs, as_of=start)


@pytest.mark.parametrize(
    ("word", "stated"), [("holiday=by_weekday", "by_weekday"), ("price=1.5", 1.5), ('holiday="x"', '"x"')]
)
def test_what_is_assumed_is_a_number_or_words(word: str, stated: object) -> None:
    assert list(decision_commands.assumptions([word]).values()) == [stated]
