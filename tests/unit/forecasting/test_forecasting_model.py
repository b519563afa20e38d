from __future__ import annotations

import io
import pickletools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import xgboost
from forecasting_samples import awkward_series, daily_shop, flat, weekly_series

from forecasting.model import FORMAT, Model, ModelSettings, checked, fit
from forecasting.recipes.registry import RECIPES
from forecasting.series.panel import Panel, build_panel, extend
from intake.errors import InputError, IntegrityError, MissingError

ROOT = Path(__file__).parents[3]
ELSEWHERE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("planning", "storage", "prefect", "minio", "tasks", "flows", "cli"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import pathlib
import joblib, numpy, pandas
panel = joblib.load(sys.argv[1])
cutoff = panel.frame["ds"].max() - pandas.Timedelta(days=5)
values = {}
for file in map(pathlib.Path, sys.argv[3:]):
    values[file.stem] = joblib.load(file).demand_paths(panel, cutoff, 5, 40, 7).values
numpy.savez(sys.argv[2], **values)
"""


def shop_panel(days: int = 120) -> Panel:
    panel = build_panel(daily_shop(days), freq="D")
    return extend(panel, panel.last_observation, 5, {"promotion": 0.0})


def last_known(panel: Panel) -> pd.Timestamp:
    return panel.last_observation


def settings(recipe: str, **changes: int) -> ModelSettings:
    return ModelSettings(recipe, **({"horizon": 6, "windows": 3} | changes))


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_gives_non_negative_whole_paths_for_awkward_series(recipe: str) -> None:
    panel = build_panel(awkward_series(), freq="W-MON")
    model = fit(panel, last_known(panel), settings(recipe))
    paths = model.demand_paths(panel, last_known(panel), 8, 50, 0)
    assert paths.unique_id == tuple(sorted(awkward_series()["unique_id"].unique()))
    assert (flat(paths) == np.round(flat(paths))).all()
    mean = dict(zip(paths.unique_id, paths.mean().mean(axis=1).tolist(), strict=True))
    assert mean["ended"] == mean["never"] == 0.0
    assert mean["zero"] < 0.5
    # These remember a better year: nothing changes where nothing sells (Teunter, Syntetos & Babai 2011).
    assert mean["dying"] < 3.0 or recipe in {"seasonal_naive", "croston", "sba"}
    assert 3.0 < mean["usual"] < 14.0
    assert 1.0 < mean["new"] < 20.0
    assert 0.05 < mean["intermittent"] < 2.0 or recipe == "seasonal_naive"


@pytest.mark.parametrize("recipe", ["ridge", "xgboost"])
def test_rewriting_the_future_changes_neither_the_model_nor_its_paths(recipe: str) -> None:
    sales = weekly_series(5, 80)
    cutoff = pd.Timestamp(np.sort(sales["ds"].unique())[60])
    rewritten = sales.assign(y=sales["y"].mask(sales["ds"] > cutoff, 555.5))
    short = sales[sales["ds"] <= cutoff]
    drawn = []
    for version in (sales, rewritten, short):
        panel = build_panel(version, freq="W-MON")
        drawn.append(flat(fit(panel, cutoff, settings(recipe)).demand_paths(panel, cutoff, 6, 30, 1)))
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(drawn[0], drawn[2])


def test_the_stated_future_does_change_a_forecast() -> None:
    panel = build_panel(daily_shop(150), freq="D")
    cutoff = panel.last_observation
    model = fit(panel, cutoff, settings("linear_regression"))
    quiet, promoted = (
        model.demand_paths(extend(panel, cutoff, 7, {"promotion": value}), cutoff, 7, 400, 0).mean().mean()
        for value in (0.0, 1.0)
    )
    assert promoted - quiet == pytest.approx(150, abs=40)


def test_the_same_inputs_give_the_same_bytes_and_seeds_differ() -> None:
    panel = build_panel(weekly_series(5, 70), freq="W-MON")
    cutoff = panel.last_observation
    one, other = (fit(panel, cutoff, settings("xgboost")) for _ in range(2))
    same = [flat(model.demand_paths(panel, cutoff, 6, 30, 3)).tobytes() for model in (one, other)]
    assert same[0] == same[1]
    assert flat(one.demand_paths(panel, cutoff, 6, 30, 4)).tobytes() != same[0]
    assert one.native_booster_bytes() == other.native_booster_bytes()


def test_stored_models_forecast_the_same_where_the_rest_of_abasto_is_absent(tmp_path: Path) -> None:
    panel = shop_panel()
    models = {recipe: fit(panel, last_known(panel), settings(recipe)) for recipe in RECIPES}
    files = [tmp_path / name for name in ("panel.pkl", "paths.npz")]
    joblib.dump(panel, files[0])
    for recipe, model in models.items():
        files.append(tmp_path / f"{recipe}.pkl")
        joblib.dump(model, files[-1])
    subprocess.run([sys.executable, "-c", ELSEWHERE, *map(str, files)], check=True, cwd=ROOT, timeout=120)
    elsewhere = np.load(files[1])
    for recipe, model in models.items():
        here = flat(model.demand_paths(panel, last_known(panel), 5, 40, 7))
        np.testing.assert_array_equal(elsewhere[recipe].reshape(-1), here)


def test_a_stored_model_holds_public_objects_and_this_module_alone() -> None:
    panel = shop_panel()
    for recipe in RECIPES:
        stored = io.BytesIO()
        joblib.dump(fit(panel, last_known(panel), settings(recipe)), stored)
        names = {
            str(argument) for _, argument, _ in pickletools.genops(_opcodes(stored)) if argument is not None
        }
        ours = {name for name in names if name.split(".")[0].split(" ")[0] in ("forecasting", "intake")}
        assert {name.split(" ")[0] for name in ours} <= {"forecasting.model"}


def _opcodes(stored: io.BytesIO) -> bytes:
    """A plain pickle of the model: joblib's own stream has arrays between its opcodes."""
    import pickle

    stored.seek(0)
    return pickle.dumps(joblib.load(stored))


def test_a_model_says_what_it_is() -> None:
    panel = shop_panel()
    model = fit(panel, last_known(panel), settings("ridge"))
    assert model.format == FORMAT == 3
    assert model.recipe == "ridge"
    assert model.freq == "D"
    assert model.cutoff == last_known(panel)
    assert model.exog == ("promotion",)
    assert "weekday" in model.fitted["columns"]
    assert model.importance["feature"].iloc[0] == "weekday"
    assert model.importance["importance"].sum() == pytest.approx(1.0)
    assert model.native_booster_bytes() is None


def test_a_model_of_another_format_is_not_used() -> None:
    panel = shop_panel()
    model = fit(panel, last_known(panel), settings("seasonal_naive"))
    assert checked(model) is model
    older = fit(panel, last_known(panel), settings("seasonal_naive"))
    vars(older).pop("format")  # as unpickled from before the field was there
    for other in (replace(model, format=FORMAT + 1), older, {"a": "model"}):
        with pytest.raises(IntegrityError, match="another version of Abasto: train again"):
            checked(other)


def test_the_native_booster_is_the_model() -> None:
    panel = shop_panel()
    model = fit(panel, last_known(panel), settings("xgboost"))
    content = model.native_booster_bytes()
    assert content is not None
    booster = xgboost.Booster()
    booster.load_model(bytearray(content))
    assert sorted(booster.feature_names or []) == sorted(model.fitted["columns"])


def test_what_a_model_needs_is_named_when_it_is_missing() -> None:
    panel = build_panel(daily_shop(120), freq="D")
    cutoff = panel.last_observation
    model = fit(panel, cutoff, settings("ridge"))
    with pytest.raises(
        MissingError, match=r"'promotion' is not known for all 5 periods.*calendar.*assumption"
    ):
        model.demand_paths(panel, cutoff, 5)
    bare = build_panel(daily_shop(120).drop(columns="promotion"), freq="D")
    with pytest.raises(MissingError, match="needs the column 'promotion'"):
        model.demand_paths(bare, cutoff, 5)
    weekly = build_panel(weekly_series(2, 60), freq="W-MON")
    with pytest.raises(InputError, match="frequency D"):
        model.demand_paths(weekly, cutoff, 5)


def test_a_model_forecasts_newer_sales_and_new_series_without_training() -> None:
    sales = weekly_series(6, 80)
    cutoff = pd.Timestamp(np.sort(sales["ds"].unique())[65])
    model: Model = fit(build_panel(sales, freq="W-MON"), cutoff, settings("ridge"))
    grown = pd.concat([sales, sales[sales["unique_id"] == "s05"].assign(unique_id="unseen")])
    panel = build_panel(grown, freq="W-MON")
    paths = model.demand_paths(panel, panel.last_observation, 20, 100, 0)
    mean = dict(zip(paths.unique_id, paths.mean().mean(axis=1).tolist(), strict=True))
    assert len(paths.ds) == 20  # longer than it was trained for
    assert mean["unseen"] == pytest.approx(mean["s05"], rel=0.2)


def test_too_short_a_history_says_how_much_is_needed() -> None:
    panel = build_panel(daily_shop(4).drop(columns="promotion"), freq="D")
    with pytest.raises(InputError, match="at least 20 periods"):
        fit(panel, panel.last_observation, settings("ridge"))
    model = fit(panel, panel.last_observation, settings("seasonal_naive"))
    assert model.demand_paths(panel, panel.last_observation, 3).mean().min() > 0


def test_without_error_windows_a_model_has_the_law_that_is_assumed() -> None:
    panel = build_panel(weekly_series(3, 60), freq="W-MON")
    model = fit(panel, last_known(panel), settings("moving_average", windows=0))
    paths = model.demand_paths(panel, last_known(panel), 4, 400, 0)
    np.testing.assert_allclose(paths.mean().mean(axis=1), [2.4, 10.0, 44.0], rtol=0.35)
    assert fit(panel, last_known(panel), settings("moving_average")).law["whole"] != model.law["whole"]
