"""`abasto inspect` of a whole planning model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.inspection import inspect
from intake.errors import InputError
from intake.tables import Table

MODEL = [
    {"model": "input.item", "fields": {"name": "soap"}},
    {"model": "input.buffer", "fields": {"item_id": "soap", "location_id": "plant", "onhand": 2}},
]


def test_a_model_is_told_by_its_tables_and_how_to_convert_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Plant.json"
    file.write_text(json.dumps(MODEL), encoding="utf-8")
    inspect(file, None, None, rejected_share=0.05)
    said = " ".join(capsys.readouterr().out.split())
    assert "Plant.json, read as a frePPLe model" in said
    assert "stock 1 rows of unique_id, on_hand" in said
    assert "abasto convert" in said
    with pytest.raises(InputError, match="abasto convert"):
        inspect(file, Table.SALES, None, rejected_share=0.05)
