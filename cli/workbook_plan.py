"""`abasto run plan --workbook`: a quarterly workbook planned, and filled in as a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from artifacts.filled_workbook import Filling, fill_workbook
from cli.console import headline, next_step, say
from intake.errors import ConflictError, InputError
from intake.files.opening import open_file
from intake.mapping import NOTHING_STATED
from intake.tables import Table
from intake.workbooks.cross_table import Quarter
from intake.workbooks.quarterly_places import fill_rows
from intake.workbooks.quarterly_sheets import read_quarterly_plan
from planning.production.quarterly import plan_quarters
from planning.production.quarterly_filling import filled_rows
from planning.production.quarterly_rules import Capacity, QuarterlyRules, window_of
from planning.production.quarterly_sentences import sentences


def plan_workbook(file: Path | None, out: Path | None, options: Mapping[str, Any]) -> None:
    """Plan the workbook by the rules in `options` and write a copy of it with the plan; print what it says.

    InputError where it is no quarterly workbook in .xlsx, ConflictError where `out` is there already.
    """
    if file is None:
        raise InputError("say which workbook to plan: `abasto run plan --workbook FILE`")
    written = out or file.with_name(f"{file.stem}-plan.xlsx")
    if written.exists():
        raise ConflictError(f"{written} is there already; delete it or name another one with --out")
    rules = rules_of(options)
    content = file.read_bytes()
    grids = open_file(content, file.name, Table.CAPACITY, NOTHING_STATED)
    asked = read_quarterly_plan(grids)
    rows = fill_rows(grids)
    headline("What contradicts itself in the workbook; nothing of it is changed")
    for finding in asked.findings:
        if finding.suspicious:
            say(f"! {finding.sentence}")
    window = window_of(asked, rules)
    made = plan_quarters(window, rules)
    headline(f"The plan from {window.quarters[0]} to {window.quarters[-1]}")
    for sentence in sentences(made):
        say(sentence)
    fillings = [
        Filling(row.sheet, row.line, row.header_line, row.header, values, kept=not row.product)
        for row, values in filled_rows(made, asked, rows)
    ]
    written.write_bytes(fill_workbook(content, fillings))
    next_step(f"Open {written}: its formulas are computed when it is opened.")


def list_rules() -> None:
    """Print the rules and what they are without saying anything."""
    headline("abasto run plan --workbook FILE --option NAME=VALUE")
    for rule in fields(QuarterlyRules):
        say(f"{rule.name}={'' if rule.default is None else rule.default}")


def rules_of(options: Mapping[str, Any]) -> QuarterlyRules:
    """The rules by name; what is not said is as the rules have it.

    >>> rules_of({"first": "Q4 95", "batch": 5, "capacity": "cascade"}).first
    Quarter(year=1995, number=4)
    """
    known = {field.name for field in fields(QuarterlyRules)}
    stated: dict[str, Any] = {}
    for name, value in options.items():
        if name not in known:
            raise InputError(f"there is no rule '{name}'; there are {', '.join(sorted(known))}")
        stated[name] = _rule(name, value)
    return QuarterlyRules(**stated)


def _rule(name: str, value: Any) -> Any:
    if name in ("first", "last"):
        quarter = Quarter.read(str(value))
        if quarter is None:
            raise InputError(f"{name}={value} is no quarter; write it like 'Q4 95'")
        return quarter
    if name == "capacity":
        if value not in set(Capacity):
            raise InputError(f"capacity={value} is none of {', '.join(Capacity)}")
        return Capacity(value)
    whole = name == "batch"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise InputError(f"{name}={value} is no {'whole ' if whole else ''}number")
    return value if whole else float(value)
