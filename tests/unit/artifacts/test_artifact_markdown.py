from __future__ import annotations

import base64
import datetime
import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import joblib
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import artifacts
from artifacts.markdown_text import escaped, picture, table
from artifacts.metrics_table import metrics_markdown
from artifacts.model_card import ModelFacts, model_card
from artifacts.prefect_markdown import ingest_markdown, page, training_markdown

METRICS = pd.DataFrame(
    {
        "recipe": ["seasonal_naive", "ridge"],
        "mae": [144.2, 73.125],
        "mse": [33000.0, 8200.04],
        "rmse": [181.7, 90.6],
        "wape": [0.0512, 0.0244],
        "mase": [1.0, 0.507],
        "bias": [3.0, -2.25],
        "rows": [1110.0, 1110.0],
    }
)


def cells(markdown: str) -> list[list[str]]:
    """The rows of the first table, unescaped."""
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    return [
        [cell.strip().replace("\\", "") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
        for row in rows
        if "--" not in row
    ]


@pytest.mark.parametrize("module", [each.name for each in pkgutil.iter_modules(artifacts.__path__)])
def test_docstring_examples_run(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"artifacts.{module}")).failed == 0


def test_metrics_are_shown_best_first_and_marked() -> None:
    heading, best, other = cells(metrics_markdown(METRICS, "ridge"))
    assert heading == [*METRICS.columns, "chosen"]
    assert best == ["ridge", "73.12", "8,200.0", "90.60", "2.4%", "0.507", "-2.25", "1,110", "yes"]
    assert other[0] == "seasonal_naive"
    assert other[-1] == ""


@given(st.text())
def test_no_text_breaks_a_table_or_becomes_markup(text: str) -> None:
    lines = table(pd.DataFrame({"reason": [text, "x"], "line": [1, 2]})).split("\n")
    assert len(lines) == 4
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3 for line in lines)
    assert "<" not in escaped(text)


def test_missing_numbers_and_dates() -> None:
    frame = pd.DataFrame(
        {
            "ds": pd.to_datetime(["2026-02-02", None]),
            "y": [1234567.5, None],
            "rows": [1234, 5],
            "ok": [True, False],
        }
    )
    assert cells(table(frame, {"y": ",.1f"}))[1:] == [
        ["2026-02-02", "1,234,567.5", "1,234", "yes"],
        ["", "", "5", "no"],
    ]


def test_a_picture_carries_its_bytes() -> None:
    markdown = picture("Errors [all]", b"\x89PNG bytes")
    title, encoded = re.fullmatch(r"!\[(.*)\]\(data:image/png;base64,(.*)\)", markdown).groups()  # type: ignore[union-attr]
    assert title == r"Errors \[all\]"
    assert base64.b64decode(encoded) == b"\x89PNG bytes"


def test_a_training_page_holds_metrics_reason_plots_and_objects() -> None:
    markdown = training_markdown(
        "Training ventas",
        METRICS,
        "ridge",
        "best of 2 on 4 windows",
        {"Residuals": b"1", "Calibration": b"2"},
        {"model": "modelos/ventas/v0001/model.pkl", "server": "http://127.0.0.1:9001/x"},
    )
    assert markdown.startswith("## Training ventas\n\n| recipe |")
    assert "**ridge**: best of 2 on 4 windows" in markdown
    assert "chosen by RMSSE on earlier windows" in markdown
    assert markdown.count("data:image/png;base64,") == 2
    assert "- model: `modelos/ventas/v0001/model.pkl`" in markdown
    assert "- server: <http://127.0.0.1:9001/x>" in markdown


def test_an_ingest_page_accounts_for_every_line() -> None:
    counts = {
        "Ventas.csv": {"header": 1, "blank": 2, "footer": 0, "duplicate": 0, "rejected": 3, "accepted": 4000}
    }
    rejected = pd.DataFrame(
        {"file": "Ventas.csv", "line": range(30), "column": "y", "reason": "no number", "text": "a|b"}
    )
    markdown = ingest_markdown("Ingest", counts, ["utf-8, comma"], "read <b>\n```\nas sales", rejected, {})
    assert "\n    read <b>\n    ```\n    as sales\n" in markdown
    assert cells(markdown)[1] == ["Ventas.csv", "4,006", "4,000", "3", "0", "0", "2", "1"]
    assert "**30 rejected**, the first 20:" in markdown
    assert markdown.count("no number") == 20
    assert "- utf-8, comma" in markdown
    assert "Written" not in markdown


def test_empty_sections_leave_no_gap() -> None:
    assert page("A", ["", "b", "", "c"]) == "## A\n\nb\n\nc\n"


@pytest.fixture
def facts() -> ModelFacts:
    return ModelFacts(
        dataset="ventas",
        dataset_version="0a1b2c",
        model_version="v0001",
        recipe="ridge",
        freq="D",
        cutoff=datetime.date(2025, 12, 31),
        series=1,
        rows=365,
        promoted=True,
        reason="the first model of the dataset",
        hyperparameters={"alpha": 1.0},
        limits=("It has seen one year.",),
    )


def test_a_model_card_says_what_how_good_and_why(facts: ModelFacts) -> None:
    card = model_card(facts, METRICS, METRICS)
    assert card.startswith("# ventas v0001: ridge\n")
    for fact in (
        "`0a1b2c`",
        "365 rows",
        "2025-12-31",
        "alpha = 1.0",
        "promoted. the first model",
        "It has seen one year.",
    ):
        assert fact in card
    assert card.count("| ridge | 73.12 |") == 2
    assert "chosen by RMSSE on earlier windows" in card


def test_the_three_lines_of_the_card_load_a_model(
    facts: ModelFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    joblib.dump({"format": 1}, tmp_path / "model.pkl")
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", model_card(facts, METRICS, METRICS), re.DOTALL)
    assert code is not None
    assert len(code[1].splitlines()) == 3
    exec(code[1], {})  # noqa: S102 - this is what a reader of the card does
    assert capsys.readouterr().out == "{'format': 1}\n"
