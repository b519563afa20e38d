"""What a run shows is what was planned, not what a spreadsheet would make of it."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from storage.datasets import to_parquet
from tasks import run_page


def test_numbers_and_names_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = pd.DataFrame(
        {
            "purchase_order": ["2026-W07-r1-NA", ""],
            "supplier_id": ["NA", "NA"],
            "supplier_name": ["NA", "NA"],
            "unique_id": ["00123", "00456"],
            "order_quantity": [12, 0],
            "pack_size": [6, 6],
            "unit": ["piece", "piece"],
            "unit_cost": [2.0, 2.0],
            "amount": [24.0, 0.0],
            "currency": [None, None],
            "due_date": pd.to_datetime(["2026-02-16", "2026-02-16"]),
            "explanation": ["=1+1 is needed", ""],
        }
    )
    files = {"plan.parquet": to_parquet(lines), "exceptions.csv": b"unique_id,supplier_id,reason\n"}
    facts = SimpleNamespace(provenance=SimpleNamespace(dataset="shop"), files={})
    plan = SimpleNamespace(folder=SimpleNamespace(name="2026-W07-r1"), manifest=facts)
    shown: list[str] = []
    monkeypatch.setattr(run_page, "connection", lambda: (None, None))
    monkeypatch.setattr(run_page, "folder_of", lambda manifest: None)
    monkeypatch.setattr(run_page, "read_published", lambda *_: plan)
    monkeypatch.setattr(run_page, "read_file", lambda _store, _plan, name: files[name])
    monkeypatch.setattr(run_page, "_objects", lambda *_, **__: {})
    monkeypatch.setattr(run_page, "_show", lambda _kind, _plan, markdown: shown.append(markdown))
    run_page.show_plan.fn(None)  # type: ignore[arg-type]
    (page,) = shown
    assert "**12 piece 00123**" in page
    assert "NA: 2026" in page
    assert "nan" not in page
    assert "'=1" not in page
