from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.convert import convert_file
from intake.errors import ConflictError, InputError

MODEL = [
    {"model": "input.item", "fields": {"name": "=cmd|'/c calc'!A1"}},
    {"model": "input.buffer", "fields": {"item_id": "=cmd|'/c calc'!A1", "location_id": "", "onhand": 2}},
]


def test_tables_are_written_harmless_and_never_over_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = tmp_path / "Plant.json", tmp_path / "tables"
    file.write_text(json.dumps(MODEL), encoding="utf-8")
    convert_file(file, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["items.csv", "stock.csv"]
    assert (folder / "stock.csv").read_text(encoding="utf-8").splitlines()[1].startswith("'=cmd")
    assert "--as inventario --dataset plant" in capsys.readouterr().out.replace("\n", " ")
    (folder / "items.csv").unlink()
    with pytest.raises(ConflictError, match="is there already"):
        convert_file(file, folder)
    assert not (folder / "items.csv").exists()


def test_another_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "Ventas.csv"
    file.write_text("ds,y\n2026-01-01,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="upload it as it is"):
        convert_file(file, tmp_path / "tables")
    assert not (tmp_path / "tables").exists()
