"""The promoted model, the stock on hand and the suppliers' terms -> the week's purchase orders."""

from __future__ import annotations

from prefect import flow

from storage.keys import Ref
from tasks.datasets import find_dataset
from tasks.models import find_model
from tasks.plans import datasets_to_replenish, publish_plan, refuse_old_sales
from tasks.run_page import show_plan
from tasks.run_requests import ReplenishRequest
from tasks.uploads import snapshot_uploads


@flow(flow_run_name="replenish {request.scope}")
def replenish(request: ReplenishRequest) -> list[Ref]:
    """Decide the purchase orders of the week after the cutoff, for one dataset or for all that are ready.

    Returns the plans' manifests. A week has one plan: a rerun finds it, and a corrected file needs `revise`.
    A scheduled run refuses sales that are older than one period.
    """
    plans = []
    for name in datasets_to_replenish(request.dataset):
        uploads = snapshot_uploads(name)
        dataset = find_dataset(name, None)
        refuse_old_sales(dataset)
        model = find_model(name, None)
        plan = publish_plan(dataset, model, uploads, request)
        show_plan(plan)
        plans.append(plan)
    return plans
