"""New objects under the upload prefixes -> events that start `ingest`."""

from __future__ import annotations

import time

from prefect import flow
from pydantic import Field

from tasks.arrivals import announce_arrivals
from tasks.run_requests import Request


class WatchRequest(Request):
    """How long and how often to look."""

    minutes: float = Field(14.8, gt=0, le=60, description="The schedule starts the next watch after 15.")
    interval_seconds: float = Field(5, ge=1, le=300, description="Pause between two looks.")


@flow(flow_run_name="watch the buckets")
def watch(request: WatchRequest) -> int:
    """Compare the listing of uploads with what was announced before, again and again; announce the new ones.

    Returns how many uploads were announced. An object is announced at least once per content: what reacts
    finds its own earlier work and does nothing twice.
    """
    end = time.monotonic() + 60 * request.minutes
    announced = 0
    while time.monotonic() < end:
        announced += announce_arrivals()
        time.sleep(request.interval_seconds)
    return announced
