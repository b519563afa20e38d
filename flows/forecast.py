"""A model version and a dataset version -> prediccion.csv."""

from __future__ import annotations

from prefect import flow

from storage.keys import Ref
from tasks.datasets import find_dataset
from tasks.models import find_model
from tasks.predictions import publish_prediction
from tasks.projection import project
from tasks.run_page import show_prediction
from tasks.run_requests import ForecastRequest
from tasks.uploads import snapshot_uploads


@flow(flow_run_name="forecast {request.dataset}")
def forecast(request: ForecastRequest) -> Ref:
    """Forecast the coming periods of a dataset with a model of the registry.

    Returns the prediction's manifest. What is known about the periods ahead comes from the calendar file and
    from the stated assumptions; a column that neither covers is an error.
    """
    uploads = snapshot_uploads(request.dataset)
    dataset = find_dataset(request.dataset, None)
    model = find_model(request.dataset, request.model_version)
    prediction = publish_prediction(dataset, model, uploads, request)
    show_prediction(prediction)
    project(request.dataset)
    return prediction
