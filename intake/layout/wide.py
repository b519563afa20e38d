"""Tables that go to the right: a column per period, or a column per product."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from intake.errors import InputError
from intake.findings import Finding
from intake.layout.kinds import Kind, are_dates, kinds_of, period_headers
from intake.layout.meanings import is_total, meaning_of
from intake.layout.melting import Block, melt
from intake.layout.sheet import Sheet
from intake.mapping import FileMapping, column_line
from intake.tables import Table
from intake.text_columns import TextColumn, quoted
from intake.values.decimals import DECIMAL_CONVENTIONS
from intake.words.roles import is_missing
from intake.words.stated import stated_for

_FEWEST: Final = 3  # columns headed by periods
CELLS: Final = {Table.SALES: "y", Table.CAPACITY: "capacity"}  # what the cells of a wide table are
_MEASURES: Final = ("y", "capacity", "revenue", "price", "requested", "in_stock", "promotion", "holiday")
_NAMES: Final = ("unique_id", "location", "product", "channel", "resource")
_BREAKS: Final = re.compile(r"[\s_:|]+")


@dataclass(frozen=True)
class _Period:
    """A column of a wide table: its position, the text of its period, and the label of what it counts."""

    position: int
    text: str
    label: str


def to_rows(sheet: Sheet, groups: Sequence[str], table: Table, mapping: FileMapping) -> Sheet:
    """The sheet with one row per series and period, if it is wide; else the sheet as it is.

    `groups`: the labels above the headers. InputError if two columns stand for the same period, or
    if it is stated to be wide and is not.
    """
    if mapping.shape in ("long", "tickets"):
        return sheet
    if table not in CELLS:
        return _refuse_if_stated_wide(sheet, mapping)
    meanings = [meaning_of(column.header, table, mapping) for column in sheet.columns]
    fewest = 1 if mapping.shape == "wide" else _FEWEST
    if "ds" not in meanings or mapping.shape == "wide":
        periods = _periods([column.header for column in sheet.columns], groups, table, mapping)
        if len(periods) >= fewest:
            return _with_periods(sheet, periods, meanings, table, mapping)
        if "year" in meanings and meanings.count("month") == meanings.count("ds") == 0:
            year = sheet.columns[meanings.index("year")]
            months = _months(sheet, meanings, year)
            if len(months) >= fewest:
                return _with_months(sheet, months, meanings, year)
    said = {
        meaning
        for meaning, column in zip(meanings, sheet.columns, strict=True)
        if meaning not in ("y", "revenue") or not is_total(column.header)
    }
    if table is Table.SALES and "ds" in said and not said & {*_MEASURES[:6], "unique_id", "product"}:
        return _refuse_if_stated_wide(_with_products(sheet, meanings, mapping), mapping)
    return _refuse_if_stated_wide(sheet, mapping)


def _refuse_if_stated_wide(sheet: Sheet, mapping: FileMapping) -> Sheet:
    if mapping.shape == "wide" and sheet.shape != "wide":
        raise InputError(
            'mapeo.toml says shape = "wide", and no column is headed by a period such as 2026-01 or 2026-W07',
            file=sheet.name,
            line=sheet.header_line,
        )
    return sheet


def _periods(
    headers: Sequence[str], groups: Sequence[str], table: Table, mapping: FileMapping
) -> list[_Period]:
    """The columns headed by periods, alone or with the label above or a word around it."""
    free = np.array([stated_for(header, mapping) is None for header in headers], dtype=np.bool_)
    alone = period_headers(headers) & free
    if alone.sum() >= _FEWEST or (mapping.shape == "wide" and alone.any()):
        return [_Period(i, headers[i], groups[i]) for i in np.flatnonzero(alone).tolist()]
    if any(groups):
        over = period_headers(groups) & free  # the period above, and below it quantity and money
        if over.sum() >= _FEWEST:
            return [_Period(i, groups[i], headers[i]) for i in np.flatnonzero(over).tolist()]
        for joined in (
            [f"{name} {group}" for name, group in zip(headers, groups, strict=True)],
            [f"{group} {name}" for name, group in zip(headers, groups, strict=True)],
        ):
            found = period_headers(joined) & free
            if found.sum() >= _FEWEST:
                return [_Period(i, joined[i], "") for i in np.flatnonzero(found).tolist()]
    parts = []
    for i, header in enumerate(headers):
        words = _BREAKS.split(header)
        for cut in range(1, min(len(words), 6)):
            head, tail = " ".join(words[:cut]), " ".join(words[cut:])
            parts += [_Period(i, tail, head), _Period(i, head, tail)]
    if not parts:
        return []
    dates = are_dates(np.array([part.text for part in parts], dtype=np.object_))
    dated = [part for part, date in zip(parts, dates, strict=True) if date]
    known = [part for part in dated if meaning_of(part.label, table, mapping) in _MEASURES]
    return list({part.position: part for part in reversed(known)}.values())[::-1]


def _with_periods(
    sheet: Sheet,
    periods: Sequence[_Period],
    meanings: Sequence[str | None],
    table: Table,
    mapping: FileMapping,
) -> Sheet:
    measure = CELLS[table]
    labels = list(dict.fromkeys(period.label for period in periods))
    means = {label: meaning_of(label, table, mapping) for label in labels}
    if not any(means[label] in _MEASURES for label in labels):
        # One label over everything says nothing that the cells do not; several must be told apart.
        if len(labels) > 1:
            raise InputError(
                f"the columns of periods stand under {', '.join(map(quoted, labels[:5]))}, and none of them "
                "says that it is the quantity; name one of them so",
                file=sheet.name,
                line=sheet.header_line,
            )
        means = {labels[0]: measure}
    findings: list[Finding] = []
    columns: dict[str, dict[str, int]] = {}
    for period in periods:
        name = means[period.label]
        if name not in _MEASURES:
            continue
        taken = columns.setdefault(name, {})
        if period.text in taken:
            raise InputError(
                f"two columns stand for the period {quoted(period.text)}; rename or delete one",
                file=sheet.name,
                line=sheet.header_line,
                column=sheet.columns[period.position].header,
            )
        taken[period.text] = period.position
    left = [label for label in labels if means[label] not in _MEASURES]
    if left:
        findings.append(
            Finding(
                "header",
                f"columns of periods under {', '.join(map(quoted, left))} are not used in this table",
                suspicious=True,
            )
        )
    texts = list(dict.fromkeys(text for taken in columns.values() for text in taken))
    empty = TextColumn("", np.array([""], dtype=np.object_), np.zeros(len(sheet.spans), dtype=np.intp))
    blocks = {
        name: Block.of([sheet.columns[taken[text]] if text in taken else empty for text in texts])
        for name, taken in columns.items()
    }
    if table is Table.SALES and set(blocks) == {"y"} and _all_yes_or_no(blocks["y"]):
        blocks = {"in_stock": blocks["y"]}
        findings.append(Finding("series", "the cells say yes or no, so they are in_stock and not y"))
        measure = "in_stock"
    used = {period.position for period in periods}
    findings.append(
        Finding(
            "header",
            f"the file is wide: {len(texts)} columns, {quoted(texts[0])} to {quoted(texts[-1])}, are periods"
            + (f", of {' and '.join(blocks)} each" if len(blocks) > 1 else ""),
            f"line {sheet.header_line}",
            'shape = "long"',
        )
    )
    rest = [i for i in range(len(sheet.columns)) if i not in used]
    rest, totals = _without_totals(sheet, rest, meanings, blocks.get(measure, next(iter(blocks.values()))))
    return _melted(sheet, rest, meanings, texts, blocks, [*findings, *totals], measure)


def _with_months(
    sheet: Sheet, months: Sequence[int], meanings: Sequence[str | None], year: TextColumn
) -> Sheet:
    """A column per month and a column that says the year: the date of a cell is both together."""
    headers = [sheet.columns[i].header for i in months]
    block = Block.of([sheet.columns[i] for i in months])
    rest = [i for i in range(len(sheet.columns)) if i not in months and sheet.columns[i] is not year]
    rest, totals = _without_totals(sheet, rest, meanings, block)
    finding = Finding(
        "header",
        f"the file is wide: {quoted(headers[0])} to {quoted(headers[-1])} are months of the year in "
        f"{quoted(year.header)}",
        f"line {sheet.header_line}",
        'shape = "long"',
    )
    marked = year.renamed("\0")
    melted = _melted(
        replace(sheet, columns=(*sheet.columns, marked)),
        [*rest, len(sheet.columns)],
        [*meanings, None],
        headers,
        {"y": block},
        [finding, *totals],
        "y",
    )
    month = next(column for column in melted.columns if column.header == "ds")
    written = next(column for column in melted.columns if column.header == "\0")
    pairs = written.codes.astype(np.int64) * len(month.texts) + month.codes
    distinct, codes = np.unique(pairs, return_inverse=True)
    texts = [f"{month.texts[p % len(month.texts)]} {written.texts[p // len(month.texts)]}" for p in distinct]
    ds = TextColumn("ds", np.array(texts, dtype=np.object_), codes.astype(np.intp))
    others = [column for column in melted.columns if column.header not in ("ds", "\0")]
    return replace(melted, columns=(*others, ds))


def _months(sheet: Sheet, meanings: Sequence[str | None], year: TextColumn) -> list[int]:
    """The columns whose header and a year make a date."""
    years = [text for text in year.texts if re.fullmatch(r"(?:19|20)\d\d", text)]
    if not years:
        return []
    joined = [f"{column.header} {years[0]}" for column in sheet.columns]
    dates = are_dates(np.array(joined, dtype=np.object_))
    return [i for i, date in enumerate(dates) if date and meanings[i] is None]


def _with_products(sheet: Sheet, meanings: Sequence[str | None], mapping: FileMapping) -> Sheet:
    """Dates down and products across: where there is no quantity, and two or more unknown numeric columns."""
    unknown = [
        i
        for i, column in enumerate(sheet.columns)
        if meanings[i] is None
        and column.header
        and stated_for(column.header, mapping) is None
        and meaning_of(column.header, Table.CALENDAR, mapping) is None
        and _is_numeric(column)
    ]
    named = [i for i in unknown if not is_total(sheet.columns[i].header)]
    if len(named) < 2:
        return sheet
    block = Block.of([sheet.columns[i] for i in named])
    rest = [i for i in range(len(sheet.columns)) if i not in named]
    rest, totals = _without_totals(sheet, rest, meanings, block)
    headers = [sheet.columns[i].header for i in named]
    finding = Finding(
        "header",
        f"the file has no column of quantities and {len(headers)} unknown columns of numbers: each is a "
        f"product, {quoted(headers[0])} to {quoted(headers[-1])}",
        f"line {sheet.header_line}",
        'shape = "long"',
        suspicious=True,
    )
    return _melted(sheet, rest, meanings, headers, {"y": block}, [finding, *totals], "y", labels="product")


def _melted(
    sheet: Sheet,
    rest: Sequence[int],
    meanings: Sequence[str | None],
    texts: Sequence[str],
    blocks: dict[str, Block],
    findings: Sequence[Finding],
    measure: str,
    labels: str = "ds",
) -> Sheet:
    names = [i for i in rest if meanings[i] in _NAMES]
    means: dict[str, str] = {}
    worded = [i for i in rest if meanings[i] is None and not _is_numeric(sheet.columns[i])]
    if not names and worded and labels == "ds":
        names = worded[:1]
        header = sheet.columns[names[0]].header
        means[header] = "product"
        findings = [
            *findings,
            Finding(
                header or "series",
                f"{quoted(header)} names the products: it is the first column of words",
                overrule=column_line(header, "location"),
            ),
        ]
    written = np.array(list(texts), dtype=np.object_)
    heads = TextColumn(labels, written, np.arange(len(texts), dtype=np.intp))
    kept = [sheet.columns[i] for i in rest]
    melted = melt(sheet, kept, heads, blocks, heads, [sheet.columns[i] for i in names])
    if melted.silent_lines > sheet.silent_lines:
        silent = melted.silent_lines - sheet.silent_lines
        findings = [*findings, Finding("series", f"{silent} lines have no cell filled; they say nothing")]
    return replace(
        melted, findings=(*sheet.findings, *findings), measure=measure, meanings={**sheet.meanings, **means}
    )


def _without_totals(
    sheet: Sheet, rest: Sequence[int], meanings: Sequence[str | None], block: Block
) -> tuple[list[int], list[Finding]]:
    """The columns without those that add up the others."""
    kept, findings = [], []
    for i in rest:
        column = sheet.columns[i]
        called = is_total(column.header) and _is_numeric(column)
        counts = meanings[i] in ("y", "capacity")
        adds_up = (called or counts) and block.sums_up_to(column)
        if not called and not adds_up:
            kept.append(i)
            continue
        findings.append(
            Finding(
                column.header,
                f"{quoted(column.header)} is the sum of the other columns, so it is not kept"
                if adds_up
                else f"{quoted(column.header)} is called a total and is not the sum of the other columns; "
                "it is not kept",
                suspicious=not adds_up,
            )
        )
    return kept, findings


def _is_numeric(column: TextColumn) -> bool:
    """Whether nearly all texts that say something are numbers."""
    said = column.texts[~is_missing(column)]
    if not len(said):
        return False
    numeric = max((~np.isnan(convention.read(said))).mean() for convention in DECIMAL_CONVENTIONS)
    return bool(numeric >= 0.9)


def _all_yes_or_no(block: Block) -> bool:
    said = block.texts[~block.missing]
    return bool(len(said)) and bool((kinds_of(said) == Kind.TRUTH).all())
