"""New objects under the upload prefixes -> events that start `ingest`."""

from __future__ import annotations

import time

from prefect import flow
from pydantic import Field

from tasks.arrivals import announce_arrivals
from tasks.run_requests import Request

_RELAY = 900  # seconds: the schedule starts the next watch at every quarter of an hour
_HANDOVER = 10  # seconds before that, this one ends


class WatchRequest(Request):
    """How often to look."""

    interval_seconds: float = Field(5, ge=1, le=60, description="Pause between two looks.")


@flow(flow_run_name="watch the buckets")
def watch(request: WatchRequest) -> int:
    """Announce new uploads, look after look, until the next quarter of an hour, when the next watch begins.

    Returns how many uploads were announced. An object is announced at least once per content: what reacts
    finds its own earlier work and does nothing twice.
    """
    end = time.monotonic() + _RELAY - time.time() % _RELAY - _HANDOVER
    announced = announce_arrivals()
    while time.monotonic() + request.interval_seconds < end:
        time.sleep(request.interval_seconds)
        announced += announce_arrivals()
    return announced
