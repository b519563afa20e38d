"""Files in a bucket -> a dataset version."""

from __future__ import annotations

from prefect import flow

from storage.keys import Ref
from tasks.datasets import announce_progress, publish_dataset
from tasks.projection import project
from tasks.run_page import show_dataset
from tasks.run_requests import IngestRequest
from tasks.uploads import snapshot_uploads


@flow(flow_run_name="ingest {request.dataset}")
def ingest(request: IngestRequest) -> Ref:
    """Read what was uploaded for a dataset, split it by time and publish a dataset version.

    Returns the dataset version's manifest. Bad rows go to quarantine; a file with too many is refused.
    """
    uploads = snapshot_uploads(request.dataset)
    dataset = publish_dataset(uploads, request)
    show_dataset(dataset)
    project(request.dataset)
    if request.announce:
        announce_progress(dataset)
    return dataset
