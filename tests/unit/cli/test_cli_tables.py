"""Tables of models: an error that is undefined is an empty cell."""

from __future__ import annotations

import pytest

from cli.demo import _show_metrics
from cli.tables import ERRORS, _described, _model_row, error_cells
from storage.code_identity import CodeIdentity
from storage.history import Record
from storage.keys import Folder
from storage.manifests import Input, Manifest, Provenance, Published

FOLDER = Folder(bucket="models", path="constant/v0001")
TESTED = {"recipe": "moving_average", "mae": 0.5, "mse": 0.25, "rmse": 0.5, "bias": 0.5}


@pytest.fixture
def manifest() -> Manifest:
    """Of a model of sales that never changed: nothing scales its MASE, and JSON knows no NaN."""
    unseen = {"recipe": "seasonal_naive", **dict.fromkeys(ERRORS)}
    provenance = Provenance(
        kind="model",
        dataset="constant",
        inputs={"dataset": Input(sha256="0" * 64)},
        parameters={"cutoff": "2025-01-05"},
        code=CodeIdentity(source_hash="0" * 64),
    )
    return Manifest(
        provenance=provenance,
        input_hash=provenance.input_hash,
        files={},
        metrics={
            "recipe": "moving_average",
            "hyperparameters": {},
            "test": [unseen, TESTED | {"wape": None, "mase": None}],
        },
    )


def test_an_error_that_is_undefined_is_an_empty_cell() -> None:
    tested = {"mae": 1.5, "wape": 0.125, "mase": None, "bias": float("nan")}
    assert error_cells(tested, ("mae", "wape", "mase", "bias", "rmsse")) == [1.5, "12.5%", None, None, None]


def test_models_and_comparisons_show_what_can_be_measured(manifest: Manifest) -> None:
    row = _model_row(Record("v0001", FOLDER, "latest", manifest))
    assert row[2:7] == ["moving_average", 0.5, 0.5, None, None]
    described = dict(_described(manifest))
    assert described["test mae"] == 0.5
    assert described["test mase"] is None


def test_the_demo_shows_recipes_without_errors_last(
    manifest: Manifest, capsys: pytest.CaptureFixture[str]
) -> None:
    _show_metrics(Published(FOLDER, manifest, "0" * 64, written=True))
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[-2] == ["moving_average", "0.50", "0.25", "0.50", "0.50"]
    assert lines[-1] == ["seasonal_naive"]
