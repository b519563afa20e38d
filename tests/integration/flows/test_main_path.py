"""The main path: files in a bucket, then ingest, train, forecast and replenish, and everything they leave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO

import builders
import openpyxl
import pandas as pd
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey, LogFilter, LogFilterFlowRunId
from prefect.logging.handlers import APILogWorker
from shop import BASELINES, Shop, World

from flows.backtest import backtest
from flows.forecast import forecast
from flows.ingest import ingest
from flows.replenish import replenish
from flows.train import train
from storage import ids
from storage.keys import MANIFEST, POINTER, RUN_LOG, pointer_in
from storage.manifests import Published
from storage.pointers import read_pointer
from tasks.connection import folder_of
from tasks.run_requests import IngestRequest

QUANTILES = ["P10", "P50", "P80", "P90", "P95"]


@dataclass(frozen=True)
class MainPath:
    """A dataset that went all the way, and what every flow published."""

    shop: Shop
    dataset: Published
    model: Published
    prediction: Published
    plan: Published | None

    @property
    def everything(self) -> list[Published]:
        return [each for each in (self.dataset, self.model, self.prediction, self.plan) if each]


@pytest.fixture(scope="module")
def weekly(world: World) -> MainPath:
    """A weekly dataset with every planning table."""
    shop = Shop(world)
    shop.upload("ventas", builders.weekly_sales(), "Ventas semanales.csv")
    shop.upload_planning_files()
    return MainPath(shop, shop.ingest(), shop.train(recipes=BASELINES), shop.forecast(), shop.replenish())


@pytest.fixture(scope="module")
def daily(world: World) -> MainPath:
    """A one-shop daily Ventas.csv, uploaded to the top of ventas/ as it is: a regression learns from it."""
    shop = Shop(world, "ventas")
    world.store.put(world.keys.uploads("ventas") / "Ventas.csv", builders.daily_sales())
    dataset = shop.ingest(as_of=builders.FIRST_DAY.replace(month=4, day=29), validation_share=0.1)
    model = shop.train(recipes=("seasonal_naive", "linear_regression"))
    prediction = shop.forecast(assume={"promotion": 0, "holiday": "by_weekday"}, sales_per_person=300)
    return MainPath(shop, dataset, model, prediction, None)


@pytest.fixture(params=["weekly", "daily"])
def path(request: pytest.FixtureRequest) -> MainPath:
    """Either."""
    made: MainPath = request.getfixturevalue(request.param)
    return made


def names(published: Published) -> set[str]:
    return set(published.manifest.files)


def test_every_file_of_the_layout_is_there(weekly: MainPath) -> None:
    assert weekly.plan is not None
    version = weekly.dataset.folder.name
    assert names(weekly.dataset) == {
        *("sales.parquet", "train.parquet", "train.csv", "test.parquet", "test.csv", "inspection.txt")
    }
    assert names(weekly.model) >= {"model.pkl", "model.sig", "metrics.json", "model_card.md"}
    assert {name for name in names(weekly.model) if name.startswith("plots/")} == {
        *("plots/actual_against_forecast.png", "plots/residuals.png", "plots/error_by_series.png"),
        *("plots/feature_importance.png", "plots/calibration.png", "plots/calibration_by_class.png"),
        *("plots/fans.png", "plots/where_we_lose.png"),
    }
    assert names(weekly.prediction) == {
        *("forecast.parquet", "prediccion.csv", "explicaciones.csv", "plots/fan.png")
    }
    assert names(weekly.plan) >= {
        *("demand.parquet", "plan.parquet", "purchase_orders.csv", "purchase_orders.xlsx"),
        *("report.html", "informe.html", "suppliers.parquet"),
    }
    order = weekly.shop.order(weekly.plan)
    assert {name for name in names(weekly.plan) if name.startswith("orders/")} == {
        f"orders/{order}{ending}" for ending in (".xlsx", ".csv", ".es.xlsx", ".es.csv")
    }
    dataset = weekly.shop.dataset
    assert str(weekly.dataset.folder) == f"dataset-predicciones/datasets/{dataset}/{version}/"
    assert str(weekly.model.folder) == f"modelos/{dataset}/v0001/"
    assert str(weekly.prediction.folder).startswith(f"predicciones/{dataset}/{version}-v0001-5")
    assert str(weekly.plan.folder) == f"reposicion/{dataset}/2025-W18-r1/"
    # Nothing else lies there than what manifests name, the manifests, logs, claims, pointers and the key.
    beside = {MANIFEST, RUN_LOG, POINTER, "claim.json", "signing_key.pub.pem"}
    listed = {key for key in weekly.shop.listing() if key.rpartition("/")[2] not in beside}
    assert listed == {str(each.folder / name) for each in weekly.everything for name in names(each)}


def test_three_parts_make_three_tables(daily: MainPath) -> None:
    assert {"train.csv", "validation.csv", "test.csv"} <= names(daily.dataset)
    parts = [daily.shop.table(daily.dataset, f"{part}.csv") for part in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [84, 12, 24], "70 %, 10 % and the rest of 120 days"
    whole = daily.shop.table(daily.dataset, "sales.parquet")
    assert pd.to_datetime(pd.concat(parts)["ds"]).is_monotonic_increasing
    assert sum(map(len, parts)) == len(whole)


def test_the_headers_of_a_ventas_csv_are_understood(daily: MainPath) -> None:
    sales = daily.shop.table(daily.dataset, "sales.parquet")
    assert {"unique_id", "ds", "y", "promotion", "holiday"} <= set(sales)
    uploaded = pd.read_csv(BytesIO(builders.daily_sales())).head(len(sales))
    assert sales["y"].tolist() == uploaded["Ventas"].tolist()
    assert sales["promotion"].tolist() == uploaded["Promociones"].tolist()


def test_snapshots_keep_the_bytes_as_they_came(weekly: MainPath) -> None:
    content = builders.weekly_sales()
    keys = weekly.shop.world.keys
    snapshot = keys.snapshot(ids.sha256(content), "Ventas semanales.csv")
    assert weekly.shop.world.store.get(snapshot) == content


def test_pointers_name_what_was_published_last(path: MainPath) -> None:
    for folder, published in zip(path.shop.folders(), path.everything, strict=False):
        pointer = read_pointer(path.shop.world.store, pointer_in(folder))
        assert (pointer.folder, pointer.manifest_sha256) == (published.folder, published.manifest_sha256)


def test_running_everything_again_writes_nothing(path: MainPath) -> None:
    shop = path.shop
    before = shop.listing()
    made = [shop.ingest(), shop.train(**_asked(path)), shop.forecast(**_asked_of_forecast(path))]
    if path.plan:
        made.append(shop.replenish())
    assert [each.folder for each in made] == [each.folder for each in path.everything]
    assert shop.listing() == before


def test_the_same_uploads_make_the_same_bytes_in_another_dataset(weekly: MainPath, shop: Shop) -> None:
    shop.upload("ventas", builders.weekly_sales(), "Ventas semanales.csv")
    shop.upload_planning_files()
    shop.ingest()
    shop.train(recipes=BASELINES)
    prediction, plan = shop.forecast(), shop.replenish()
    assert weekly.plan is not None
    for name in ("forecast.parquet", "prediccion.csv", "explicaciones.csv", "plots/fan.png"):
        assert shop.read(prediction, name) == weekly.shop.read(weekly.prediction, name), name
    documents = sorted(name for name in names(plan) if name.startswith("orders/"))
    for name in ("plan.parquet", "demand.parquet", "purchase_orders.csv", "exceptions.csv", *documents):
        assert shop.read(plan, name) == weekly.shop.read(weekly.plan, name), name


def test_prediccion_csv_says_date_series_mean_and_quantiles(path: MainPath) -> None:
    prediction = path.shop.table(path.prediction, "prediccion.csv")
    assert list(prediction.columns) == ["date", "series", "mean", *QUANTILES]
    series = path.dataset.manifest.metrics["series"]
    horizon = path.prediction.manifest.provenance.parameters["horizon"]
    assert isinstance(series, int)
    assert isinstance(horizon, int)
    assert len(prediction) == series * horizon
    quantiles = prediction[QUANTILES]
    assert quantiles.apply(lambda row: row.is_monotonic_increasing, axis=1).all()
    cutoff = str(path.dataset.manifest.provenance.parameters["cutoff"])
    assert prediction["date"].min() > cutoff


def test_without_a_horizon_the_forecast_ends_with_the_next_month(daily: MainPath) -> None:
    prediction = daily.shop.table(daily.prediction, "prediccion.csv")
    assert prediction["date"].agg(["min", "max"]).tolist() == ["2024-04-30", "2024-05-31"]


def test_daily_sales_get_a_staffing_table(daily: MainPath) -> None:
    by_date = daily.shop.table(daily.prediction, "staffing.csv")
    assert len(by_date) == 32
    assert len(daily.shop.table(daily.prediction, "staffing_by_weekday.csv")) == 7
    people = next(column for column in by_date if "people" in column)
    assert (by_date[people] >= 1).all()


def test_what_was_assumed_about_the_future_is_repeated(daily: MainPath) -> None:
    assert any("promotion" in note for note in daily.prediction.manifest.notes)
    assert any("holiday" in note for note in daily.prediction.manifest.notes)


def test_every_order_line_adds_up(weekly: MainPath) -> None:
    assert weekly.plan is not None
    lines = weekly.shop.lines(weekly.plan)
    assert sorted(lines.index) == sorted(builders.SERIES)
    assert (lines["order_quantity"] > 0).all()
    assert (lines["order_quantity"] % 6 == 0).all(), "packs of 6"
    assert lines["explanation"].str.len().gt(20).all()
    for said, explanation in zip(lines["forecast"], lines["explanation"], strict=True):
        assert f" Forecast {said} = usual " in explanation


def test_every_forecast_is_explained_in_parts_that_add_up(path: MainPath) -> None:
    explained = path.shop.table(path.prediction, "explicaciones.csv")
    prediction = path.shop.table(path.prediction, "prediccion.csv")
    assert list(explained["unique_id"]) == list(prediction["series"])
    assert explained["mean"].to_numpy() == pytest.approx(prediction["mean"].to_numpy(), abs=1e-5)
    parts = explained.drop(columns=["ds", "unique_id", "mean", "explanation", "explicacion"])
    assert parts.sum(axis=1).to_numpy() == pytest.approx(explained["mean"].to_numpy(), abs=1e-5)
    assert explained["explicacion"].str.contains(" = lo habitual ").all()


def test_the_workbook_and_the_csv_say_the_same(weekly: MainPath) -> None:
    assert weekly.plan is not None
    orders = weekly.shop.table(weekly.plan, "purchase_orders.csv")
    assert orders["order_quantity"].sum() == weekly.shop.lines(weekly.plan)["order_quantity"].sum()
    content = weekly.shop.read(weekly.plan, "purchase_orders.xlsx")
    book = openpyxl.load_workbook(BytesIO(content))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    for row in orders.itertuples():
        assert str(row.unique_id) in cells
        assert str(row.order_quantity) in cells


def test_the_report_is_a_page_with_the_reason_of_every_line(weekly: MainPath) -> None:
    assert weekly.plan is not None
    report = weekly.shop.read(weekly.plan, "report.html").decode()
    assert report.lstrip().lower().startswith("<!doctype html>")
    assert "data:image/png;base64," in report
    for unique_id in builders.SERIES:
        assert unique_id in report


def test_plots_are_pictures(path: MainPath) -> None:
    plots = [(each, name) for each in path.everything for name in names(each) if name.endswith(".png")]
    assert len(plots) >= 6
    for published, name in plots:
        assert path.shop.read(published, name).startswith(b"\x89PNG\r\n")


def test_logs_are_json_lines_beside_what_the_run_made(path: MainPath) -> None:
    for published in path.everything:
        lines = path.shop.log(published).decode().splitlines()
        assert lines, str(published.folder)
        for record in map(json.loads, lines):
            assert {"time", "severity", "message"} <= set(record)
    counted = [json.loads(line) for line in path.shop.log(path.dataset).splitlines()]
    assert any("accepted" in record["message"] and record.get("snapshot_id") for record in counted)


def test_every_line_of_every_file_is_accounted_for(path: MainPath) -> None:
    files = path.dataset.manifest.metrics["files"]
    assert isinstance(files, dict)
    for file in files.values():
        assert isinstance(file, dict)
        lines = file["lines"]
        assert isinstance(lines, dict)
        assert lines["rejected"] == 0
        assert lines["accepted"]
        if file["table"] == "sales":
            assert file["quantity_in"] == file["quantity_accepted"]


def test_the_manifest_says_what_went_in_and_who_decided_what(weekly: MainPath) -> None:
    assert weekly.plan is not None
    assert weekly.model.manifest.decision is not None
    assert "first model" in weekly.model.manifest.decision.reason
    made_from = weekly.plan.manifest.provenance
    assert made_from.inputs["model"].ref == weekly.model.folder / MANIFEST
    assert made_from.inputs["dataset"].ref == weekly.dataset.folder / MANIFEST
    uploads = {name.partition(" ")[2].partition("/")[0] for name in made_from.inputs if " " in name}
    assert uploads == {
        *("inventario", "productos", "proveedores", "condiciones"),
        *("recetas", "capacidad", "calendario"),
    }
    assert made_from.code.packages["numpy"]
    assert weekly.plan.manifest.who


@pytest.mark.parametrize(
    ("kind", "shows"),
    [
        ("dataset", ["accepted", "train.csv"]),
        (
            "model",
            [
                "seasonal\\_naive",
                "moving\\_average",
                "| recipe | mae |",
                "data:image/png;base64,",
                "model.pkl",
            ],
        ),
        ("prediction", ["data:image/png;base64,", "prediccion.csv"]),
        ("plan", ["Norsa", "report.html", "purchase_orders.xlsx"]),
    ],
)
def test_a_run_has_a_page_in_the_prefect_ui(weekly: MainPath, kind: str, shows: list[str]) -> None:
    with get_client(sync_client=True) as client:
        key = f"{kind}-{weekly.shop.dataset}"
        artifacts = client.read_artifacts(artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])))
    assert artifacts
    assert {artifact.type for artifact in artifacts} == {"markdown"}
    assert all(artifact.flow_run_id for artifact in artifacts)
    for fact in shows:
        assert fact in str(artifacts[0].data)


def test_long_work_reports_its_progress(weekly: MainPath) -> None:
    for key in (f"train-{weekly.shop.dataset}", f"replenish-{weekly.shop.dataset}"):
        with get_client(sync_client=True) as client:
            (artifact,) = client.read_artifacts(
                artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
            )
        assert (artifact.type, artifact.data) == ("progress", 100.0)
        assert "is published" in str(artifact.description)


def test_what_a_run_says_is_in_the_prefect_ui(weekly: MainPath) -> None:
    state = ingest(IngestRequest(dataset=weekly.shop.dataset), return_state=True)
    flow_run_id = state.state_details.flow_run_id
    assert flow_run_id is not None
    APILogWorker.drain_all(timeout=10)
    with get_client(sync_client=True) as client:
        logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id])))
    assert any("nothing changed" in log.message for log in logs if log.name == "abasto")


def test_a_name_with_an_underscore_goes_all_the_way(world: World) -> None:
    """Prefect takes none in the key of an artifact."""
    shop = Shop(world, "tienda_norte")
    shop.upload("ventas", builders.weekly_sales(30))
    shop.upload_planning_files()
    shop.ingest()
    shop.train()
    assert folder_of(shop.replenish().folder / MANIFEST).path.startswith("tienda_norte/")


def test_flows_are_named_like_their_files() -> None:
    assert [flow.name for flow in (ingest, train, backtest, forecast, replenish)] == [
        *("ingest", "train", "backtest", "forecast", "replenish")
    ]


def _asked(path: MainPath) -> dict[str, object]:
    recipes = path.model.manifest.provenance.parameters["recipes"]
    assert isinstance(recipes, list)
    return {"recipes": tuple(recipes)}


def _asked_of_forecast(path: MainPath) -> dict[str, object]:
    asked = path.prediction.manifest.provenance.parameters
    return {"assume": asked["assume"], "sales_per_person": asked["sales_per_person"]}
