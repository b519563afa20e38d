"""`abasto convert`: the tables of a planning model as CSV files that can be uploaded."""

from __future__ import annotations

from pathlib import Path

from artifacts.csv_files import csv_bytes
from cli.console import next_step, say
from intake.errors import ConflictError
from intake.planning_models import convert_model
from storage.keys import UPLOAD_FOLDERS


def convert_file(file: Path, folder: Path) -> None:
    """Write one CSV per table below `folder` and say what was understood; nothing there is replaced.

    InputError if the file is no model that can be read, ConflictError if a file is there already.
    """
    tables, findings = convert_model(file.read_bytes(), file.name)
    for finding in findings:
        say(f"{'! ' if finding.suspicious else ''}{finding.sentence}")
    folder.mkdir(parents=True, exist_ok=True)
    folder_of = {str(table): name for name, table in UPLOAD_FOLDERS.items()}
    paths = {folder / f"{table}.csv": csv_bytes(frame) for table, frame in tables.items()}
    present = [path for path in paths if path.exists()]
    if present:
        raise ConflictError(f"{present[0]} is there already; delete it or choose another folder")
    for path, content in paths.items():
        path.write_bytes(content)
        command = f"abasto upload {path} --as {folder_of[path.stem]} --dataset {file.stem.lower()}"
        say(f"{path} is written: `{command}`")
    next_step("Look at the files, then upload each with the command beside it.")
