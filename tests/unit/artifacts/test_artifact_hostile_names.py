"""Names that somebody typed as an attack: whatever is written for people shows them and runs none."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pandas as pd
import pytest
from openpyxl import load_workbook

from artifacts.csv_files import csv_bytes, harmless, prediction_csv, staffing_csv
from artifacts.model_card import ModelFacts, model_card
from artifacts.plan_header import PlanHeader
from artifacts.prefect_markdown import ingest_markdown, objects_markdown, training_markdown
from artifacts.purchase_orders import purchase_orders_csv
from artifacts.report import report_html
from artifacts.workbook import purchase_orders_xlsx

HOSTILE = [
    "=cmd|'/c calc'!A1",
    "+1",
    "-1+cmd|' '!A1",
    "@SUM(1+1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "a;=cmd|'/c calc'!A1",
    'a;"=1+1"',
    "a\n=1+1",
    "a\t@SUM(1)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`<script>`",
    "[click](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "../../x",
    "a\x00b\x1b[31m",
]
FORMULA = re.compile(r"\s*[=+\-@]")
NUMBER = re.compile(r"[+-]?[0-9.]+")


def cells_as_spreadsheets_cut(content: bytes) -> list[str]:
    """The cells of a CSV in every way that a spreadsheet may cut it: by commas, semicolons, tabs, bars."""
    text = content.decode()
    return [
        cell
        for delimiter in ",;\t|"
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for cell in row
    ]


def prediction(name: str) -> pd.DataFrame:
    quantiles = dict.fromkeys(("mean", "p10", "p50", "p80", "p90", "p95"), -1.5)
    return pd.DataFrame({"ds": pd.to_datetime(["2026-02-09"]), "unique_id": [name], **quantiles})


def rejected(name: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"file": [name], "line": [2], "column": [name], "reason": [f"'{name}' is no date"], "text": [name]}
    )


CSV_WRITERS: dict[str, Callable[[str, pd.DataFrame, pd.DataFrame], bytes]] = {
    "predictions": lambda name, lines, suppliers: prediction_csv(prediction(name)),
    "staffing": lambda name, lines, suppliers: staffing_csv(pd.DataFrame({name: [name], "people": [-1.0]})),
    "rejected rows": lambda name, lines, suppliers: csv_bytes(rejected(name)),
    "splits": lambda name, lines, suppliers: csv_bytes(prediction(name).astype({"unique_id": "category"})),
    "orders": lambda name, lines, suppliers: purchase_orders_csv(
        lines.assign(unique_id=name, unit=name, explanation=name), suppliers.assign(name=name)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", CSV_WRITERS)
def test_no_csv_has_a_formula_however_it_is_cut(
    kind: str, name: str, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    content = CSV_WRITERS[kind](name, lines, suppliers)
    found = [cell for cell in cells_as_spreadsheets_cut(content) if FORMULA.match(cell)]
    assert [cell for cell in found if not NUMBER.fullmatch(cell.strip())] == []
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", content)


def test_what_is_neutralised_is_told_by_apostrophes_alone() -> None:
    line = '2026-01-05;"=1+1";-5;+3,5;soap - large;@x'
    assert harmless(line) == "2026-01-05;\"'=1+1\";-5;+3,5;soap - large;'@x"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_workbook_has_a_formula(
    name: str, header: PlanHeader, lines: pd.DataFrame, suppliers: pd.DataFrame
) -> None:
    attacked = lines.assign(unique_id=name, unit=name, explanation=name, supplier_id=name)
    book = load_workbook(
        io.BytesIO(purchase_orders_xlsx(header, attacked, suppliers.assign(name=name, supplier_id=name)[:1]))
    )
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(not FORMULA.match(cell.value) for cell in cells if cell.data_type == "s")
    assert all(cell.hyperlink is None for cell in cells)


class Tags(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, frozenset(name for name, _ in attrs)))


def tags(page: str) -> list[tuple[str, frozenset[str]]]:
    reader = Tags()
    reader.feed(page)
    return reader.found


@pytest.mark.parametrize("name", HOSTILE)
def test_the_report_has_the_tags_of_its_template_alone(
    name: str,
    header: PlanHeader,
    lines: pd.DataFrame,
    suppliers: pd.DataFrame,
    exceptions: pd.DataFrame,
) -> None:
    def page(text: str) -> str:
        return report_html(
            header,
            lines.assign(unique_id=text, unit=text, explanation=text, currency=text),
            exceptions.assign(unique_id=text, reason=text),
            [text],
            suppliers=suppliers.assign(name=text, email=text),
            prediction_table=prediction(text),
            history=prediction(text).assign(y=1.0),
        )

    assert tags(page(name)) == tags(page("soap"))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_markdown_has_markup_that_somebody_typed(name: str) -> None:
    metrics = pd.DataFrame(
        {"recipe": [name], **dict.fromkeys(("mae", "mse", "rmse", "wape", "mase", "bias"), 1.0), "rows": [1]}
    )
    counts = {name: dict.fromkeys(("header", "blank", "footer", "duplicate", "rejected", "accepted"), 1)}
    facts = ModelFacts(
        dataset=name,
        dataset_version="abc",
        model_version="v0001",
        recipe=name,
        freq="W-MON",
        cutoff=pd.Timestamp("2026-02-08"),
        series=1,
        rows=1,
        promoted=True,
        reason=name,
        hyperparameters={"x": name},
        limits=[name],
    )
    pages = (
        training_markdown(name, metrics, name, name, {name: b""}, {name: f"bucket/{name}"}),
        ingest_markdown(
            name, counts, [name], "as it is", rejected(name), {name: f"https://example.org/{name}"}
        ),
        model_card(facts, metrics, metrics),
        objects_markdown({name: name}),
    )
    for page in pages:
        blocks = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
        outside_code = re.sub(r"`[^`\n]*`", "", blocks.replace("\\`", ""))
        text = re.sub(r"<https://[^ <>]*>", "", outside_code)
        assert tags(text) == []
        assert not re.search(r"(?<!\\)\]\((?!data:image/png)", text)
