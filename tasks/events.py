"""Events that start other deployments; `prefect.yaml` says which deployment reacts to which."""

from __future__ import annotations

from typing import Any

import httpx
from prefect.client.orchestration import get_client
from prefect.events.schemas.events import Event, Resource

from intake.errors import ServiceError

UPLOAD_ARRIVED = "abasto.upload.arrived"
DATASET_ADVANCED = "abasto.dataset.advanced"


def announce(event: str, dataset: str, **payload: Any) -> None:
    """Tell the Prefect server that `event` happened to `dataset`; returns once the server has taken it.

    Raises ServiceError where the server does not. Prefect's own client for events sends in the background and
    forgets what it could not deliver, so the event is posted and its answer awaited.
    """
    message = Event(
        event=event,
        resource=Resource({"prefect.resource.id": f"abasto.dataset.{dataset}"}),
        payload={"dataset": dataset, **payload},
    )
    try:
        with get_client(sync_client=True) as client:
            client.request("POST", "/events", json=[message.model_dump(mode="json")]).raise_for_status()
    except httpx.HTTPError as refused:
        raise ServiceError(f"The Prefect server did not take the event '{event}' of {dataset}.") from refused
