"""Rows that say of themselves that they are no sale: cancelled, void, refunded. A person decides."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from intake.findings import Finding
from intake.text_columns import TextColumn, quoted

_MOST_TEXTS: Final = 100  # a status is one of a few
_UNDONE: Final = re.compile(
    r"\b(?:cancel|anulad|annul|stornier|storno|void|refund|rembours|erstattet|reembols|devuelt|devolvid|returned)",
    re.IGNORECASE,
)


def about_undone(columns: Sequence[TextColumn], naming: Collection[TextColumn]) -> list[Finding]:
    """A suspicious finding for each column in which some rows say so; not for those `naming` the series."""
    findings = []
    for column in columns:
        if column.cells is not None or len(column.texts) > _MOST_TEXTS:
            continue
        if any(column is other for other in naming):
            continue
        undone = np.array([_UNDONE.search(text) is not None for text in column.texts], dtype=np.bool_)
        if not undone.any() or undone.all():
            continue
        rows = int(column.spread(undone).sum())
        texts = ", ".join(quoted(text) for text in column.texts[undone][:3].tolist())
        findings.append(
            Finding(
                column.header,
                f"{rows} rows say {texts} in {quoted(column.header)} and count like the others; leave them "
                "out of the export if nothing was sold",
                suspicious=True,
            )
        )
    return findings
