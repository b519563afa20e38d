"""One thing has one name: every word is defined, and what is not our word names no variable and no column."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
ROOMS = ["artifacts", "cli", "flows", "forecasting", "intake", "planning", "storage", "tasks"]

WORDS = {
    "Series": "unique_id ds y y_hat cutoff horizon freq season_length lag exog in_stock requested"
    " demand_paths quantile",
    "Evaluation": "baseline seasonal_naive window backtest mae mse rmse wape mase bias pinball_loss coverage",
    "Stock": "on_hand on_order backorders inventory_position lost_sales due_in floor receipts lot expiry"
    " lead_time review_period protection_interval safety_stock reorder_point order_up_to_level"
    " service_level fill_rate",
    "Ordering": "order_quantity pack_size minimum_order_quantity minimum_order_value unit_cost"
    " break_quantity holding_cost ordering_cost shortage_cost backorder_cost critical_ratio budget shelf_life"
    " similar_to launch supplier_id purchase_order stockout_probability cvar due_date",
    "Production": "capacity yield_rate density scheduled ramp safety_stock_weeks bill_of_materials component"
    " quantity_per scrap_rate gross_requirements net_requirements planned_receipts planned_releases",
    "Operations": "ref dataset snapshot_id dataset_version model_version run_id plan_id revision what_if"
    " manifest promotion",
    "Sales files": "ticket line_number time revenue discount year quarter month week day",
}
BANNED = {"level", "sku", "item_id", "product_id", "target", "stockout_cost", "df", "result", "data"}
NUMBERS = {"int", "float", "np.float64", "np.int64", "Array", "npt.NDArray[np.float64]"}


def rows_of(section: str) -> list[list[str]]:
    """The rows of the table under a heading, as cells."""
    body = GLOSSARY.split(f"\n## {section}\n")[1].split("\n## ")[0]
    table = [line.strip("|").split("|") for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of all that a module names: variables, arguments, attributes, functions, columns."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case ast.Subscript(slice=ast.Constant(value=str(name))):
                yield node.lineno, name
            case ast.Subscript(slice=ast.List(elts=columns)):
                yield from ((node.lineno, str(c.value)) for c in columns if isinstance(c, ast.Constant))
            case ast.Call(func=ast.Attribute(attr="assign"), keywords=columns):
                yield from ((node.lineno, str(column.arg)) for column in columns)
            case _:
                pass


def numbers_called_stock(tree: ast.AST) -> Iterator[int]:
    """Lines that use `stock` for a quantity: annotated as a number, or as a column."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.arg(arg="stock", annotation=kind)
                | ast.AnnAssign(target=ast.Name("stock"), annotation=kind)
            ):
                if kind is not None and ast.unparse(kind) in NUMBERS:
                    yield node.lineno
            case ast.Subscript(slice=ast.Constant(value="stock"), value=ast.Name()):
                yield node.lineno
            case _:
                pass


def banned_words(text: str) -> list[tuple[int, str]]:
    """Line and word of every use of a word that is not ours."""
    tree = ast.parse(text)
    named = [(line, name) for line, name in identifiers(tree) if name in BANNED]
    return named + [(line, "stock, as a number") for line in numbers_called_stock(tree)]


@pytest.mark.parametrize("section", WORDS)
def test_every_word_is_defined_once_and_in_its_place(section: str) -> None:
    defined = [re.findall(r"`(\w+)`", row[0]) for row in rows_of(section)]
    assert defined == [[word] for word in WORDS[section].split()]


@pytest.mark.parametrize("section", WORDS)
def test_every_word_has_a_spanish_term_and_a_short_meaning(section: str) -> None:
    for _, spanish, meaning in rows_of(section):
        assert spanish
        assert meaning.endswith(".")
        assert len(meaning) <= 110


def test_the_words_that_are_not_ours_are_listed_with_what_to_say() -> None:
    rows = rows_of("Not these")
    listed = {word for row in rows for word in re.findall(r"`(\w+)`", row[0])}
    assert listed == BANNED | {"stock"}
    assert all(row[1] for row in rows)


@pytest.mark.parametrize(
    "offence",
    [
        "sales = sales.assign(level=1)",
        "df = read()",
        "def plan(target: float) -> None: ...",
        "for result in runs: ...",
        "with open_run() as data: ...",
        "class Line:\n    sku: str",
        "self.level = 3",
        "sales['product_id'] = 1",
        "total = frame['level'].sum()",
        "part = frame[['ds', 'item_id']]",
        "def result() -> None: ...",
        "import pandas as df",
        "stockout_cost: float = 1",
        "def order(stock: float) -> None: ...",
        "stock: int = 3",
        "units = items['stock']",
    ],
)
def test_a_word_that_is_not_ours_is_noticed(offence: str) -> None:
    assert banned_words(offence)


@pytest.mark.parametrize(
    "innocent",
    [
        "axes.plot(data=frame, level=1)",
        "value = response.data",
        "service_level = 0.95",
        "def replenish(stock: pd.DataFrame) -> None: ...",
        "prefix = PREFIXES[Table.STOCK]",
    ],
)
def test_the_words_of_others_are_theirs(innocent: str) -> None:
    assert banned_words(innocent) == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_our_words(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for line, word in banned_words(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)
