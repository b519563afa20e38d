"""What the plant makes and what it needs for it: workbooks of the production plan and of the materials.

One week and one thing a row; what holds the plan back, or is late already, stands out and comes first. The
same plan gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from artifacts.item_names import name_of
from artifacts.plan_header import PlanHeader
from artifacts.plan_words import Language, Speech
from artifacts.sheets import (
    DATE,
    UNITS,
    WHOLE,
    Column,
    add_row,
    add_rows,
    head,
    headings,
    reproducible,
    set_up_print,
    sheet_title,
    wrap_sentences,
)

SHARE: Final = "0%"
_HELD_BACK: Final = PatternFill("solid", fgColor="FDEBDD")
_DUST: Final = 1e-6
_REQUIREMENTS: Final = (
    *("gross_requirements", "receipts", "net_requirements", "planned_receipts", "planned_releases"),
    *("on_hand", "expired"),
)


def production_xlsx(
    header: PlanHeader,
    production: pd.DataFrame,
    names: Mapping[str, str],
    sentences: Sequence[str],
    language: Language,
) -> bytes:
    """The load of every resource by period, then what is made.

    production: resource ('' where nothing limits it), unique_id, ds, use, good_units, capacity (of the
    resource), worth (of one more unit of it, above 0 where it binds). names: of the items. sentences: what
    cannot be had and why, as the plan says it, in English.
    """
    say, book = Speech(language), _empty_book()
    _loads(book.create_sheet(sheet_title(say("load"), ())), header, loads(production), sentences, say)
    made = production.sort_values(["ds", "resource", "unique_id"], ignore_index=True)
    columns: list[Column] = [
        (say("begins"), 14, DATE),
        (say("resource"), 20, None),
        *_item_columns(say, names),
        (say("good_units"), 14, UNITS),
        (say("use"), 12, UNITS),
    ]
    sheet = book.create_sheet(sheet_title(say("made"), book.sheetnames))
    head(sheet, say("production_title", week=header.week), say("made_explained"))
    row = headings(sheet, 4, columns)
    rows = (
        (
            line.ds,
            line.resource,
            *_item(str(line.unique_id), names),
            line.good_units,
            line.use,
        )
        for line in made.itertuples(index=False)
    )
    add_rows(sheet, row, rows, columns)
    set_up_print(sheet, 4, columns, footer=say("page"))
    return _finished(book, say("production_title", week=header.week), header)


def materials_xlsx(
    header: PlanHeader,
    materials: pd.DataFrame,
    expedite: pd.DataFrame,
    names: Mapping[str, str],
    language: Language,
) -> bytes:
    """What should have been ordered already, then the requirements of everything by period.

    materials: unique_id, ds, gross_requirements, receipts, net_requirements, planned_receipts,
    planned_releases, on_hand (at the end), expired. expedite: unique_id, ds (when it is needed), quantity,
    late_by (periods). names: of the items.
    """
    say, book = Speech(language), _empty_book()
    _late(book.create_sheet(sheet_title(say("expedite"), ())), header, expedite, names, say)
    columns: list[Column] = [
        *_item_columns(say, names),
        (say("begins"), 14, DATE),
        *((say(key), 14, UNITS) for key in _REQUIREMENTS),
    ]
    sheet = book.create_sheet(sheet_title(say("requirements"), book.sheetnames))
    head(sheet, say("materials_title", week=header.week), say("requirements_explained"))
    row = headings(sheet, 4, columns)
    lines = with_something(materials).to_dict("records")
    rows = (
        (
            *_item(str(line["unique_id"]), names),
            line["ds"],
            *(line[key] or None for key in _REQUIREMENTS),
        )
        for line in lines
    )
    add_rows(sheet, row, rows, columns)
    for at, line in enumerate(lines, start=row):
        if line["expired"] > _DUST:
            sheet.cell(row=at, column=len(columns)).fill = _HELD_BACK
    set_up_print(sheet, 4, columns, footer=say("page"))
    return _finished(book, say("materials_title", week=header.week), header)


def loads(production: pd.DataFrame) -> pd.DataFrame:
    """resource, ds, use, capacity, load (use / capacity), worth and binds of every limited resource."""
    limited = production[production["resource"] != ""]
    table = limited.groupby(["resource", "ds"], as_index=False).agg(
        use=("use", "sum"), capacity=("capacity", "first"), worth=("worth", "max")
    )
    return table.assign(
        load=table["use"] / table["capacity"].where(table["capacity"] > 0),
        binds=table["worth"].fillna(0.0) > _DUST,
    )


def with_something(materials: pd.DataFrame) -> pd.DataFrame:
    """The rows in which something is required, comes, is ordered or expires."""
    moves = materials[[key for key in _REQUIREMENTS if key != "on_hand"]]
    return materials[(moves.abs() > _DUST).any(axis=1)].reset_index(drop=True)


def _loads(
    sheet: Worksheet, header: PlanHeader, table: pd.DataFrame, sentences: Sequence[str], say: Speech
) -> None:
    columns: list[Column] = [
        (say("resource"), 24, None),
        (say("begins"), 14, DATE),
        (say("use"), 12, UNITS),
        (say("capacity"), 12, UNITS),
        (say("load"), 10, SHARE),
        (say("binds"), 14, None),
        (say("worth"), 16, UNITS),
    ]
    head(sheet, say("production_title", week=header.week), say("load_explained"), *sentences)
    wrap_sentences(sheet, 3, len(sentences), columns)
    heading_row = 4 + len(sentences)
    row = headings(sheet, heading_row, columns)
    for line in table.itertuples(index=False):
        at = row
        mark = say("binds_mark") if line.binds else ""
        worth = line.worth if line.binds else None
        values = (line.resource, line.ds, line.use, line.capacity, line.load, mark, worth)
        row = add_row(sheet, row, values, columns)
        if line.binds:
            for column in range(1, len(columns) + 1):
                sheet.cell(row=at, column=column).fill = _HELD_BACK
    set_up_print(sheet, heading_row, columns, portrait=True, footer=say("page"))


def _late(
    sheet: Worksheet, header: PlanHeader, expedite: pd.DataFrame, names: Mapping[str, str], say: Speech
) -> None:
    columns: list[Column] = [
        *_item_columns(say, names),
        (say("quantity"), 12, UNITS),
        (say("needed"), 14, DATE),
        (say("late_by"), 16, WHOLE),
    ]
    explained = say("expedite_explained") if len(expedite) else say("nothing_late")
    head(sheet, say("materials_title", week=header.week), explained)
    row = headings(sheet, 4, columns)
    for line in expedite.sort_values(
        ["late_by", "ds", "unique_id"], ascending=[False, True, True]
    ).itertuples():
        what = _item(str(line.unique_id), names)
        row = add_row(sheet, row, (*what, line.quantity, line.ds, line.late_by), columns)
    set_up_print(sheet, 4, columns, portrait=True, footer=say("page"))


def _item_columns(say: Speech, names: Mapping[str, str]) -> list[Column]:
    """The item, and beside it what people call it where any has a name."""
    columns: list[Column] = [(say("the_item"), 28, None)]
    return [*columns, (say("product"), 24, None)] if names else columns


def _item(unique_id: str, names: Mapping[str, str]) -> tuple[str, ...]:
    return (unique_id, name_of(unique_id, names)) if names else (unique_id,)


def _empty_book() -> Workbook:
    book = Workbook()
    book.remove(book["Sheet"])
    return book


def _finished(book: Workbook, title: str, header: PlanHeader) -> bytes:
    book.properties.creator = "Abasto"
    book.properties.title = title
    return reproducible(book, header.cutoff)
