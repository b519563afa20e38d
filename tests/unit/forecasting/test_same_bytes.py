"""The same seed gives the same bytes: of models and forecasts, with one thread or two, here and there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from forecasting_samples import weekly_series

from forecasting.features import rows, table
from forecasting.features.rows import RowLimits
from forecasting.recipes.contract import Standing
from forecasting.series import history, size_groups
from forecasting.series.history import History
from forecasting.series.panel import build_panel

ROOT = Path(__file__).parents[3]
CASES = ("xgboost 12", "ridge 12", "moving_average 400")  # 400 series: sums so long that threads share them
FIT = """
import pathlib, sys
import joblib, numpy
from forecasting_samples import weekly_series
from forecasting.judging import backtest
from forecasting.model import ModelSettings, fit
from forecasting.series.panel import build_panel

folder, backtest.WORKERS = pathlib.Path(sys.argv[1]), int(sys.argv[2])
for case in sys.argv[3:]:
    recipe, series = case.split()
    panel = build_panel(weekly_series(int(series), 70), freq="W-MON")
    settings = ModelSettings(recipe, horizon=8, windows=4)
    model = fit(panel, panel.last_observation, settings)
    joblib.dump(model, folder / f"{case}.pkl")
    joblib.dump(panel, folder / f"{case}.panel")
    numpy.save(folder / f"{case}.npy", model.demand_paths(panel, panel.last_observation, 8, 30, 7).values)
"""


def python(script: str, threads: int, *arguments: object) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": str(threads)},
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What a process with one thread made, and what one with two did."""
    made = [tmp_path_factory.mktemp(f"threads{threads}") for threads in (1, 2)]
    fits = [python(FIT, threads, made[threads - 1], threads, *CASES) for threads in (1, 2)]
    assert [each.wait(timeout=240) for each in fits] == [0, 0]
    return made


@pytest.mark.parametrize("case", CASES)
def test_one_thread_and_two_give_the_same_model_and_the_same_paths(folders: list[Path], case: str) -> None:
    for ending in ("pkl", "npy"):
        one, two = ((folder / f"{case}.{ending}").read_bytes() for folder in folders)
        assert hashlib.sha256(one).hexdigest() == hashlib.sha256(two).hexdigest(), ending
    assert np.load(folders[0] / f"{case}.npy").sum() > 0
    assert joblib.load(folders[0] / f"{case}.pkl").recipe == case.split()[0]


@pytest.mark.parametrize("case", CASES)
def test_a_stored_model_forecasts_the_same_bytes_in_another_process(folders: list[Path], case: str) -> None:
    panel = joblib.load(folders[0] / f"{case}.panel")
    model = joblib.load(folders[0] / f"{case}.pkl")
    here = model.demand_paths(panel, panel.last_observation, 8, 30, 7).values
    assert here.tobytes() == np.load(folders[0] / f"{case}.npy").tobytes()


def test_where_blocks_of_series_and_rows_end_changes_no_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    sales = weekly_series(30, 70)
    sales["y"] *= np.pi  # so that sums round
    kinds = pd.DataFrame({"unique_id": sales["unique_id"].unique(), "kind": list("abc" * 10)})
    kinds["place"] = ["small"] * 15 + ["large"] * 15
    panel = build_panel(sales, freq="W-MON", attributes=kinds)
    standings = []
    for length in (10**6, 7):
        for module, name in ((rows, "CELLS"), (table, "ROWS"), (history, "SERIES"), (size_groups, "SERIES")):
            monkeypatch.setattr(module, f"BLOCK_{name}", length)
        standing = Standing(History.of(panel), 60, 4, RowLimits(most_rows=400))
        standings.append((standing.lesson.table, standing.ahead))
    for one, other in zip(*standings, strict=True):
        pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)
        np.testing.assert_array_equal(one.scale, other.scale)
