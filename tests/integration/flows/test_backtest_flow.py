"""A backtest on the real servers: tables, plots and page; killed runs go on where they ended."""

from __future__ import annotations

from typing import Any

import builders
import pandas as pd
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from shop import Shop, World

import tasks.backtests
from intake.errors import InputError
from storage.keys import MANIFEST, pointer_in
from storage.manifests import Published
from storage.pointers import read_pointer

RECIPES = ("seasonal_naive", "moving_average")


@pytest.fixture(scope="module")
def weekly(world: World) -> Shop:
    shop = Shop(world)
    shop.upload("ventas", builders.weekly_sales())
    shop.upload_planning_files()
    shop.ingest()
    return shop


@pytest.fixture(scope="module")
def made(weekly: Shop) -> Published:
    return weekly.backtest()


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The cutoffs from which recipes are fitted while a test runs."""
    cutoffs: list[str] = []
    real = tasks.backtests.evaluate_each

    def noted(panel: Any, candidates: Any, wanted: Any, *rest: Any) -> Any:
        cutoffs.extend(f"{cutoff:%Y-%m-%d}" for cutoff in wanted)
        return real(panel, candidates, wanted, *rest)

    monkeypatch.setattr(tasks.backtests, "evaluate_each", noted)
    return cutoffs


def windows(published: Published) -> list[str]:
    return sorted(name for name in published.manifest.files if name.startswith("windows/"))


def test_tables_plots_and_windows_are_there(weekly: Shop, made: Published) -> None:
    names = set(made.manifest.files) - set(windows(made))
    assert names == {
        *(f"{name}.csv" for name in ("overall", "by_abc_xyz", "by_intermittency", "by_window")),
        *("by_series.csv", "by_horizon.csv", "calibration.csv", "backtest.md"),
        *("by_series_and_window.parquet", "by_horizon.parquet", "outlook.parquet"),
        *(f"plots/{name}.png" for name in ("money", "fans", "calibration", "where_we_lose")),
    }
    overall = weekly.table(made, "overall.csv")
    assert sorted(overall["recipe"]) == sorted(RECIPES)
    assert overall["cost"].is_monotonic_increasing
    assert (overall["cost"] > 0).all()
    by_window = weekly.table(made, "by_window.csv")
    assert by_window.groupby("recipe")["cost"].sum().to_dict() == pytest.approx(
        overall.set_index("recipe")["cost"].to_dict()
    )
    assert by_window["cutoff"].nunique() == made.manifest.metrics["windows"] == 2
    assert made.manifest.metrics["best"] == overall["recipe"].iloc[0]
    pointer = read_pointer(
        weekly.world.store, pointer_in(weekly.world.keys.dataset_backtests(weekly.dataset))
    )
    assert pointer.folder == made.folder


def test_the_page_shows_every_table_and_plot(weekly: Shop, made: Published) -> None:
    key = f"backtest-{weekly.dataset}"
    with get_client(sync_client=True) as client:
        (artifact,) = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))
    page = str(artifact.data)
    assert page.count("data:image/png;base64,") == 4
    assert "](plots/" not in page, "a picture is in the page itself"
    for words in ("would have cost least", "Distributions", "By horizon", "By window", "windows of"):
        assert words in page
    assert f"abasto pull backtest --dataset {weekly.dataset}" in page


def test_the_same_again_writes_nothing_and_fits_nothing(
    weekly: Shop, made: Published, fitted: list[str]
) -> None:
    before = weekly.listing()
    again = weekly.backtest()
    assert (again.folder, again.manifest_sha256) == (made.folder, made.manifest_sha256)
    assert weekly.listing() == before
    assert fitted == []


def test_a_killed_backtest_goes_on_where_it_ended(weekly: Shop, made: Published, fitted: list[str]) -> None:
    """Killed after its second window: the manifest, the tables and later windows were never written."""
    store = weekly.world.store
    bytes_before = {name: entry.sha256 for name, entry in made.manifest.files.items()}
    cutoffs = sorted({name.split("/")[1] for name in windows(made)})
    for name in [MANIFEST, *made.manifest.files]:
        if not name.startswith(tuple(f"windows/{cutoff}/" for cutoff in cutoffs[:2])):
            store.remove(made.folder / name)
    again = weekly.backtest()
    assert fitted == cutoffs[2:]
    assert {name: entry.sha256 for name, entry in again.manifest.files.items()} == bytes_before


def test_a_horizon_that_ends_before_the_order_is_judged_is_one_sentence(weekly: Shop) -> None:
    with pytest.raises(InputError, match="ask for 3 or more, or a shorter lead_time"):
        weekly.backtest(horizon=2)


def test_dates_of_windows_are_dates(weekly: Shop, made: Published) -> None:
    cutoffs = pd.to_datetime(weekly.table(made, "by_window.csv")["cutoff"], format="%Y-%m-%d")
    assert (cutoffs.dt.weekday == 0).all()
