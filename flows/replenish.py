"""The promoted model, the stock on hand and the suppliers' terms -> the week's purchase orders."""

from __future__ import annotations

from prefect import flow

from intake.errors import AbastoError
from storage.keys import Ref
from tasks.datasets import find_dataset
from tasks.models import find_model
from tasks.plans import datasets_to_replenish, publish_plan, refuse_old_sales
from tasks.projection import project
from tasks.run_page import show_plan
from tasks.run_requests import ReplenishRequest
from tasks.uploads import snapshot_uploads


@flow(flow_run_name="replenish {request.scope}")
def replenish(request: ReplenishRequest) -> list[Ref]:
    """Decide the purchase orders of the week after the cutoff, for one dataset or for all that are ready.

    Returns the plans' manifests. A week has one plan: a rerun finds it, and a corrected file needs `revise`.
    A scheduled run refuses sales that are older than one period. What is wrong with one dataset keeps no
    other from its plan; the run fails in the end and says so.
    """
    plans, failures = [], []
    for name in datasets_to_replenish(request.dataset):
        try:
            plans.append(_replenish_one(name, request))
        except AbastoError as failure:
            failures.append(failure)
    if failures:
        raise failures[0] if len(failures) == 1 else AbastoError(" / ".join(map(str, failures)))
    return plans


def _replenish_one(name: str, request: ReplenishRequest) -> Ref:
    uploads = snapshot_uploads(name)
    dataset = find_dataset(name, None)
    refuse_old_sales(dataset)
    model = find_model(name, None)
    plan = publish_plan(dataset, model, uploads, request)
    show_plan(plan)
    project(name)
    return plan
