from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from artifacts.plan_header import PlanHeader
from artifacts.plan_words import WORDS, Language
from artifacts.report import Outlook, report_html
from intake.errors import InputError

ROOT = Path(__file__).parents[3]


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


def risk(**changes: object) -> pd.DataFrame:
    """What may come of the two orders of the plan and of one line, and far beyond the next order."""
    row = {"until": "next order", "currency": "USD", "supplier_id": "", "unique_id": "", "order_quantity": 0}
    row |= {"holding": 10.0, "shortage": 20.0, "waste": 2.5, "cost": 32.5, "cost_p10": 12.0, "cost_p90": 70.0}
    row |= {"cost_cvar": 81.25, "stockout_probability": 0.256, "lines_out": 1.4, "lost_sales": 3.0}
    row |= {"waste_probability": 0.001}
    return pd.DataFrame(
        [
            row | {"scope": "total"},
            row | {"scope": "total", "until": "horizon", "cost": 9999.0},
            row | {"scope": "supplier", "supplier_id": "plant", "cost": 17.25},
            row | {"scope": "line", "supplier_id": "plant", "unique_id": "web/soap", "shortage": 400.0},
        ]
    ).assign(**changes)


def test_the_risk_stands_beside_the_amounts(page_of) -> None:
    text = Reader(page_of(outlook=Outlook(risk=risk()))).text
    assert "Own plant, Newark 2026-W07-r1-plant 2 Mon 16 Feb 2026 220.80 USD 17.25 12.00 – 70.00 1.4" in text
    assert "Total 5,170.80 USD 32.50 12.00 – 70.00 1.4" in text
    assert "10.00 20.00 2.50 32.50 USD 12.00 – 70.00 81.25 1.4 3" in text
    assert "web/soap 0 32.50 81.25 26 % 3 under 1 %" in text
    assert "9,999" not in text, "what comes after the next order depends on orders to come"


def test_what_changed_most_in_money_comes_first(page_of) -> None:
    changes = pd.DataFrame(
        {
            "unique_id": ["web/soap", "web/pot", "web/cream"],
            "previous_quantity": [60, 1600, 0],
            "order_quantity": [72, 1200, 0],
            "change": [12, -400, 0],
            "explanation": ["12 more than last time: <b>", "400 fewer", "the same"],
        }
    )
    text = Reader(page_of(outlook=Outlook(difference=changes))).text
    assert (
        "web/pot Clay pot 400 fewer 1,600 1,200 -400 -1,650.00 web/soap 12 more than last time: <b>" in text
    )
    assert "the same" not in text


def test_exceptions_of_one_kind_stand_together_the_dearest_first(page_of, lines: pd.DataFrame) -> None:
    rows = [
        ("web/cream", "", "has 3 on order that is overdue"),
        ("web/soap", "", "has 12 on order that is overdue"),
        ("web/pot", "", "is not planned"),
        ("web/jar", "", "is not planned"),
        ("", "plant", "supplier minimum not reached"),
    ]
    exceptions = pd.DataFrame(rows, columns=["unique_id", "supplier_id", "reason"])
    text = Reader(page_of(exceptions=exceptions)).text
    overdue = "web/soap has 12 on order that is overdue web/cream Day cream has 3 on order that is overdue"
    pots = "web/pot Clay pot , web/jar is not planned 4,950.00 USD at stake"
    plant = "plant supplier minimum not reached 220.80 USD at stake"
    assert text.index(pots) < text.index(plant) < text.index(overdue)
    raised = Reader(page_of(exceptions=exceptions, lines=lines.assign(coupling=[10, 0, 0, 0]))).text
    assert "plant supplier minimum not reached 23.00 USD at stake" in raised
    at_risk = Reader(page_of(exceptions=exceptions, outlook=Outlook(risk=risk()))).text
    assert f"{overdue} 402.50 USD at stake" in at_risk


def test_the_spanish_page_has_the_same_numbers(page_of) -> None:
    text = Reader(page_of(outlook=Outlook(risk=risk()), language=Language.ES)).text
    assert "3 de 4 líneas por pedir, en 2 órdenes, 5.170,80 USD." in text
    assert "Los motivos de cada línea y las notas están en inglés." in text
    assert "Own plant, Newark 2026-W07-r1-plant 2 lun 16 feb 2026 220,80 USD 17,25" in text
    assert "1 línea sin nada que pedir" in text
    assert "en 4 semanas, y en otros tantos antes" in text


def test_pins_and_what_an_order_saves_are_marked(page_of, lines: pd.DataFrame) -> None:
    known = lines.assign(
        pinned=[0, 12, 0, 0], expected_cost=[5.0, 2.0, 0.0, 1.0], cost_without=[25.5, 2.0, 0.0, 1]
    )
    text = Reader(page_of(lines=known)).text
    assert "boston/soap pinned b 24 piece 1 2.30 55.20 0.00" in text
    assert "165.60 20.50 Mon 16 Feb" in text
    assert "pinned" not in Reader(page_of()).text


def test_what_production_cannot_have_is_said(page_of) -> None:
    production = pd.DataFrame(
        {
            "resource": ["mixer", "mixer"],
            "unique_id": ["soap", "cream"],
            "ds": pd.to_datetime(["2026-02-09", "2026-02-16"]),
            "use": [40.0, 10.0],
            "good_units": [40.0, 10.0],
            "capacity": [40.0, 40.0],
            "worth": [1.5, 0.0],
        }
    )
    text = Reader(page_of(outlook=Outlook(production=production, sentences=("120 units late",)))).text
    assert "Production 120 units late" in text
    assert "mixer Mon 9 Feb 2026 40 40 1.5" in text
    assert "16 Feb 2026 10" not in text


def test_every_word_is_used() -> None:
    files = [file for room in ("artifacts", "tasks") for file in (ROOT / room).rglob("*.*")]
    sources = "".join(file.read_text() for file in files if file.suffix in {".html", ".py"})
    used = {key for key in WORDS if f'"{key}"' in sources.replace(f'    "{key}": (', "")}
    assert set(WORDS) - used == {"n_day", "n_week", "n_month", "n_quarter", "n_period"}, (
        "named by their period"
    )
