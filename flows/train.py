"""A dataset version -> a signed model version."""

from __future__ import annotations

from prefect import flow

from storage.keys import Ref
from tasks.datasets import find_dataset
from tasks.models import publish_model
from tasks.run_page import show_model
from tasks.run_requests import TrainRequest
from tasks.uploads import snapshot_uploads


@flow(flow_run_name="train {request.dataset}")
def train(request: TrainRequest) -> Ref:
    """Fit and compare the recipes on a dataset version and publish the winner as the next model version.

    Returns the model version's manifest, which says whether it was promoted and why. The same dataset
    version, parameters and code find the version that was made before.
    """
    uploads = snapshot_uploads(request.dataset)
    dataset = find_dataset(request.dataset, request.dataset_version)
    model = publish_model(dataset, uploads, request)
    show_model(model)
    return model
