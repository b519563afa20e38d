"""Flows without what takes long and is not the subject."""

from __future__ import annotations

from base64 import b64decode

import pytest

DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""The smallest picture there is."""


@pytest.fixture
def without_plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing is most of the time of a run on small data; `test_main_path.py` looks at the real plots."""

    def dot(*_: object, **__: object) -> bytes:
        return DOT

    drawn_by = ("models.plots.actual_against_forecast", "models.plots.residuals", "models.plots.calibration")
    drawn_by += ("models.plots.error_by_series", "models.plots.feature_importance", "plan_documents.fan")
    drawn_by += ("what_ifs.costs_side_by_side",)
    drawn_by += tuple(
        f"models.backtest_plots.{name}" for name in ("fans", "calibration_by_class", "where_we_lose")
    )
    for function in (*drawn_by, "predictions.fan", "predictions.staffing"):
        monkeypatch.setattr(f"tasks.{function}", dot)
