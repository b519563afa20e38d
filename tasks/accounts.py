"""What became of every file of a dataset: its lines, its quantities, and what was understood of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from artifacts.inspection_text import inspection_text
from intake.assembly import Sales
from intake.inspection import inspect_reading
from intake.mapping_file import MAPPING_FILE
from intake.reading import Reading
from intake.tables import Table
from tasks.logs import logger
from tasks.uploads import Upload


def name_readings(files: Sequence[Upload], readings: Sequence[Reading]) -> dict[str, tuple[Upload, Reading]]:
    """Every file by its name; one that was overwritten later carries its snapshot, too."""
    newest = {upload.source: position for position, upload in enumerate(files)}
    named = {}
    for position, (upload, reading) in enumerate(zip(files, readings, strict=True)):
        name = str(upload.source)
        if newest[upload.source] != position:
            name += f" ({upload.snapshot_id[:8]}, overwritten)"
        if name in named:  # sent, overwritten, sent again, overwritten again
            name += f", file {position + 1}"
        named[name] = (upload, reading)
    return named


def account_for(named: Mapping[str, tuple[Upload, Reading]], sales: Sales) -> dict[str, Any]:
    """Lines and quantities of every file, and what each sales file changed."""
    drops = iter(sales.drops)
    return {
        name: _account(upload, reading)
        | ({"drop": asdict(next(drops))} if reading.table is Table.SALES else {})
        for name, (upload, reading) in named.items()
    }


def inspections(named: Mapping[str, tuple[Upload, Reading]]) -> str:
    """What was understood of every file, as `abasto inspect` says it."""
    texts = []
    for name, (upload, reading) in named.items():
        inspection = inspect_reading(reading, name)
        beside = upload.mapping.source if upload.mapping else f"{MAPPING_FILE} beside it"
        texts.append(
            inspection_text(
                f"{name}, read as {reading.table}",
                inspection.facts,
                inspection.findings,
                inspection.rejected,
                str(beside),
            )
        )
    return "\n\n".join(texts)


def tell(source: Upload, reading: Reading) -> None:
    """Log the lines of a file by what became of them."""
    kinds = " + ".join(f"{count} {kind}" for kind, count in asdict(reading.lines).items() if count)
    logger.info(
        "%s: %d lines = %s",
        source.source.key,
        reading.lines.total,
        kinds,
        extra={"snapshot_id": source.snapshot_id, "notes": list(reading.notes)},
    )


def _account(source: Upload, reading: Reading) -> dict[str, Any]:
    return {
        "table": str(reading.table),
        "snapshot_id": source.snapshot_id,
        "lines": asdict(reading.lines),
        "quantity_in": reading.quantity_in,
        "quantity_accepted": reading.quantity_accepted,
        "quantity_duplicate": reading.quantity_duplicate,
        "quantity_rejected": reading.quantity_rejected,
        "notes": list(reading.notes),
    }
