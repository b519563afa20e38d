"""A plan that stands -> the same week if something were otherwise: a comparison, and never another plan."""

from __future__ import annotations

from prefect import flow

from storage.keys import Ref
from tasks.run_page import show_what_if
from tasks.run_requests import WhatifRequest
from tasks.what_ifs import find_plan, publish_what_if


@flow(flow_run_name="whatif {request.dataset} {request.name}")
def whatif(request: WhatifRequest) -> Ref:
    """Decide a week again with what is supposed and lay it beside the plan.

    Returns the manifest of the what-if.
    """
    plan = find_plan(request.dataset, request.plan)
    made = publish_what_if(plan, request)
    show_what_if(made)
    return made
