from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from artifacts.plan_header import PlanHeader
from artifacts.report import report_html
from intake.errors import InputError


class Reader(HTMLParser):
    """The page as a browser sees it: its elements, attributes and the words of its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture
def page_of(
    header: PlanHeader,
    lines: pd.DataFrame,
    exceptions: pd.DataFrame,
    suppliers: pd.DataFrame,
    history: pd.DataFrame,
    prediction_table: pd.DataFrame,
):
    def render(**changes: object) -> str:
        given: dict[str, object] = {
            "header": header,
            "lines": lines,
            "exceptions": exceptions,
            "notes": ["Sunshine is the average of the climate."],
            "suppliers": suppliers,
            "prediction_table": prediction_table,
            "history": history,
            "forecast_plot": b"\x89PNG",
        }
        return report_html(**given | changes)  # type: ignore[arg-type]

    return render


def test_the_page_shows_the_numbers_it_was_given(page_of) -> None:
    text = Reader(page_of()).text
    assert "3 of 4 lines to order, in 2 orders, 5,170.80 USD." in text
    assert (
        "web/soap Forecast 60 + safety 9 - on the shelf 3 = 66; 3 packs of 24 = 72. 72 piece 3 2.30 165.60"
        in text
    )
    assert "Own plant, Newark 2026-W07-r1-plant 2 Mon 16 Feb 2026 220.80 USD" in text
    assert "Total 5,170.80 USD" in text
    assert text.index("Green & Valley 2026") < text.index("Own plant, Newark 2026")
    assert "All 460 440 +5%" in text  # 4 x 115 after 4 x 110
    assert "1 line with nothing to order" in text
    assert "web/cream Day cream 90 0 10 2" in text
    for fact in ("2026-W07-r1", "Sun 8 Feb 2026", "v0001, ridge", "As the stock file of 2026-02-08 says"):
        assert fact in text


def test_exceptions_come_before_totals_and_orders(page_of) -> None:
    text = Reader(page_of()).text
    assert text.index("web/candle has no terms") < text.index("Totals") < text.index("Green & Valley")
    assert "plant is closed" in text
    assert "Look at this first" not in Reader(page_of(exceptions=pd.DataFrame(columns=["reason"]))).text


def test_what_people_typed_is_text(
    page_of, lines: pd.DataFrame, suppliers: pd.DataFrame, header: PlanHeader
) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="x">&amp;'
    page = page_of(
        lines=lines.assign(unique_id=attack, explanation=attack, unit=attack),
        suppliers=suppliers.assign(name=attack, email=attack),
        notes=[attack],
        exceptions=pd.DataFrame({"unique_id": [attack], "supplier_id": "", "reason": [attack]}),
        header=dataclasses.replace(header, dataset=attack, recipe=attack),
    )
    reader = Reader(page)
    assert "script" not in reader.tags
    assert reader.tags.count("img") == 1  # the plot
    assert reader.text.count("<script>alert(1)</script>") >= 12


def test_nothing_is_loaded_from_elsewhere(page_of) -> None:
    page = page_of()
    assert not re.search(r"https?://|url\(|@import|<link|<script", page)
    sources = [value for name, value in Reader(page).attributes if name == "src"]
    assert sources == ["data:image/png;base64,iVBORw=="]


def test_links_are_relative(page_of, header: PlanHeader) -> None:
    assert ("href", "purchase_orders.xlsx") in Reader(page_of()).attributes
    for address in ("https://example.org", "javascript:alert(1)", "/etc/passwd", "//host/x", ""):
        with pytest.raises(InputError, match="no relative link"):
            dataclasses.replace(header, links={"x": address})


def test_the_page_is_accessible(page_of) -> None:
    reader = Reader(page_of())
    attributes = dict(reader.attributes)
    assert ("lang", "en") in reader.attributes
    assert attributes["alt"]
    assert reader.tags.count("h1") == 1
    assert reader.tags.count("th") == sum(1 for name, _ in reader.attributes if name == "scope")


def test_the_same_plan_gives_the_same_page_in_any_order(page_of, lines: pd.DataFrame) -> None:
    assert page_of() == page_of(lines=lines[::-1])


def test_a_plan_with_nothing_to_order_says_so(page_of, lines: pd.DataFrame) -> None:
    text = Reader(page_of(lines=lines.assign(order_quantity=0), forecast_plot=None)).text
    assert "Nothing has to be ordered this week." in text
    assert "0 of 4 lines to order, in 0 orders." in text
