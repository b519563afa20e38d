"""What a person says about a file: it always wins over what the file itself suggests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

IGNORE: Final = "ignore"  # the meaning of a column that is not to be read

Shape = Literal["long", "wide", "tickets"]
Order = Literal["day/month/year", "month/day/year", "year/month/day"]


@dataclass(frozen=True, kw_only=True)
class FileMapping:
    """The statements that hold for one file; None or empty where nothing is stated.

    `columns`: header as written -> canonical column, or IGNORE. `header_line`: physical line, 1 = first.
    `member`: the file inside an archive. `freq`: the period that sales are summed to.
    """

    encoding: str | None = None
    delimiter: str | None = None
    member: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    decimal: Literal[".", ","] | None = None
    dates: Order | None = None
    shape: Shape | None = None
    freq: str | None = None
    duplicates: Literal["drop", "keep"] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def column_line(header: str, column: str) -> str:
    """The line of a mapping file that states what a column is; it holds at the top of the file.

    >>> print(column_line("Fec. Alb.", "ds"))
    columns."Fec. Alb." = "ds"
    """
    return f"columns.{toml_text(header)} = {toml_text(column)}"


def toml_text(text: str) -> str:
    """A text as TOML writes it, on one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


NOTHING_STATED: Final = FileMapping()
