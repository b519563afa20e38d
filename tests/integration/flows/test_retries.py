"""A store that is away for a moment is tried again; a bad file is not."""

from __future__ import annotations

import builders
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from shop import Shop, World

from flows.ingest import ingest
from intake.errors import AbastoError, InputError, ServiceError
from storage.objects import ObjectStore
from tasks.connection import connection
from tasks.retrying import step
from tasks.run_requests import IngestRequest
from tasks.uploads import snapshot_uploads


def test_a_step_that_meets_a_service_error_is_tried_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.upload("ventas", builders.weekly_sales(5))
    listings = 0
    honest = ObjectStore.list_objects

    def away_once(store: ObjectStore, *arguments: object) -> object:
        nonlocal listings
        listings += 1
        if listings == 1:
            raise ServiceError("The object store does not answer.")
        return honest(store, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ObjectStore, "list_objects", away_once)
    published = shop.ingest()
    assert published.manifest.metrics["series"] == 3
    assert listings > 1


@pytest.mark.parametrize(("error", "attempts"), [(ServiceError, 4), (InputError, 1)])
def test_services_get_three_more_chances_and_mistakes_none(
    world: World, error: type[AbastoError], attempts: int
) -> None:
    tried = 0

    @step
    def fails() -> None:
        nonlocal tried
        tried += 1
        raise error("as always")

    @flow
    def calls() -> None:
        fails.with_options(retry_delay_seconds=0)()

    with pytest.raises(error, match="as always"):
        calls()
    assert tried == attempts


def test_a_failed_run_is_failed_in_the_prefect_ui_with_the_sentence(shop: Shop) -> None:
    shop.upload("ventas", b"")
    state = ingest(IngestRequest(dataset=shop.dataset), return_state=True)
    assert state.is_failed()
    assert "empty" in str(state.message)
    assert state.state_details.flow_run_id is not None
    with get_client(sync_client=True) as client:
        run_id = FlowRunFilterId(any_=[state.state_details.flow_run_id])
        (run,) = client.read_flow_runs(flow_run_filter=FlowRunFilter(id=run_id))
    assert run.state_name == "Failed"
    assert run.name == f"ingest {shop.dataset}"


def test_a_store_that_stays_away_is_one_sentence(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABASTO_ENDPOINT", "127.0.0.1:9")
    monkeypatch.setenv("ABASTO_ACCESS_KEY", "x")
    monkeypatch.setenv("ABASTO_SECRET_KEY", "y" * 8)
    connection.cache_clear()
    try:
        with pytest.raises(ServiceError, match=r"127\.0\.0\.1:9 does not answer: start `abasto up`"):
            snapshot_uploads.fn(shop.dataset)
    finally:
        monkeypatch.undo()
        connection.cache_clear()
