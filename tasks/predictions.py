"""Models and datasets -> predictions."""

from __future__ import annotations

from collections.abc import Mapping

from artifacts.csv_files import prediction_csv, staffing_csv
from artifacts.forecast_plots import fan, staffing
from artifacts.item_names import item_names
from forecasting.model import checked
from forecasting.paths.demand_paths import DemandPaths
from forecasting.paths.prediction import prediction_table, total_table
from forecasting.paths.staffing import staffing_table
from forecasting.series.dataset_panel import with_prices_kept
from forecasting.series.panel import Panel, extend
from intake.periods import to_end_of_next_month
from intake.tables import Table
from storage import ids
from storage.code_identity import code_identity
from storage.datasets import to_parquet
from storage.keys import MANIFEST, Folder, Ref, pointer_in
from storage.manifests import Provenance, Published, find_published, publish, read_published
from storage.pointers import move_pointer
from tasks.connection import connection, folder_of, registry
from tasks.datasets import cutoff_of, last_complete_day
from tasks.explanations import explanations_csv
from tasks.logs import logger, recorded
from tasks.models import CODE
from tasks.panels import PANEL_TABLES, read_panel
from tasks.readings import as_inputs, optional_table
from tasks.retrying import step
from tasks.run_requests import ForecastRequest
from tasks.uploads import Upload


@step
def publish_prediction(dataset: Ref, model: Ref, uploads: list[Upload], request: ForecastRequest) -> Ref:
    """Draw the futures of a dataset and publish what can be read off them.

    forecast.parquet and prediccion.csv hold mean and quantiles per series and period, plots/fan.png shows
    them; explicaciones.csv says what each mean is made of, in numbers and in words; daily data get
    staffing.csv where `sales_per_person` is given. Returns the manifest.
    """
    store, keys = connection()
    sales, fitted = (read_published(store, folder_of(manifest)) for manifest in (dataset, model))
    cutoff = cutoff_of(sales)
    freq = str(sales.manifest.provenance.parameters["freq"])
    horizon = request.horizon or to_end_of_next_month(cutoff, freq)
    provenance = Provenance(
        kind="prediction",
        dataset=request.dataset,
        inputs={
            "dataset": sales.as_input,
            "model": fitted.as_input,
            **as_inputs(uploads, *PANEL_TABLES),
        },
        parameters={
            "horizon": horizon,
            "assume": dict(request.assume),
            "paths": request.paths,
            "sales_per_person": request.sales_per_person,
            "cutoff": f"{cutoff:%Y-%m-%d}",
        },
        seeds={"seed": request.seed},
        code=code_identity(CODE),
    )
    folder = keys.prediction(
        request.dataset, sales.folder.name, fitted.folder.name, horizon, provenance.input_hash
    )
    published = find_published(store, folder)
    if published is None:
        published = _publish(folder, provenance, sales, fitted, uploads, request, horizon)
    move_pointer(
        store,
        pointer_in(keys.dataset_predictions(request.dataset)),
        published,
        (cutoff.toordinal(), ids.model_number(fitted.folder.name)),
    )
    logger.info(
        "%s: prediction %s %s: %d periods after %s",
        request.dataset,
        folder.name,
        "published" if published.written else "was there already, nothing changed",
        horizon,
        last_complete_day(sales).date(),
    )
    return folder / MANIFEST


def _publish(
    folder: Folder,
    provenance: Provenance,
    sales: Published,
    fitted: Published,
    uploads: list[Upload],
    request: ForecastRequest,
    horizon: int,
) -> Published:
    store, _ = connection()
    with recorded() as log:
        panel = read_panel(sales, uploads, horizon)
        cutoff = cutoff_of(sales)
        extended = extend(panel, cutoff, horizon, with_prices_kept(dict(request.assume), panel))
        for note in extended.notes:
            logger.info("%s: %s", request.dataset, note)
        loaded = registry().load_model(request.dataset, fitted.folder.name)
        logger.info("%s: drawing %d paths over %d periods", request.dataset, request.paths, horizon)
        model = checked(loaded.model)
        paths = model.demand_paths(extended, cutoff, horizon, request.paths, request.seed)
        return publish(
            store,
            folder,
            _files(panel, paths, request.sales_per_person, item_names(optional_table(uploads, Table.ITEMS)))
            | {"explicaciones.csv": explanations_csv(model, extended, cutoff, paths)},
            provenance,
            log=log.json_lines(),
            metrics={
                "series": len(paths.unique_id),
                "mean": float(paths.total().sum(axis=1).mean()),
                "first": f"{paths.ds[0]:%Y-%m-%d}",
                "last": f"{paths.ds[-1]:%Y-%m-%d}",
            },
            notes=extended.notes,
        )


def _files(
    panel: Panel, paths: DemandPaths, sales_per_person: float | None, names: Mapping[str, str]
) -> dict[str, bytes]:
    table = prediction_table(paths)
    history = panel.frame.dropna(subset=["y"])
    files = {
        "forecast.parquet": to_parquet(table),
        "prediccion.csv": prediction_csv(table),
        "plots/fan.png": fan(history, table, total=total_table(paths), names=names),
    }
    if sales_per_person is not None:
        by_weekday, by_date = staffing_table(paths, sales_per_person, panel.freq)
        files |= {
            "staffing.csv": staffing_csv(by_date),
            "staffing_by_weekday.csv": staffing_csv(by_weekday),
            "plots/staffing.png": staffing(by_weekday, by_date),
        }
    return files
