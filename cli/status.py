"""`abasto status`: what runs where, which versions are the latest, how the last runs ended."""

from __future__ import annotations

from cli.console import next_step, say, show_table
from cli.embedded_prefect import client_environment
from cli.services import ServiceStatus, status
from intake.errors import AbastoError
from storage.datasets import Datasets
from storage.keys import Folder, Keys, pointer_in
from storage.objects import ObjectStore
from storage.pointers import find_pointer
from storage.settings import Settings, adopt_environment


def show_status() -> None:
    """Print the state of the servers and, as far as they answer, of what they hold; starts nothing."""
    settings = Settings.load()
    servers = status(settings)
    show_table(
        f"Servers, state under {settings.home}",
        ["server", "state", "address", "answers", "pid", "MB"],
        # The worker of a Prefect server that is not ours runs where we cannot see it.
        [
            _server_row(server)
            for server in servers
            if server.name != "worker" or not settings.prefect_api_url
        ],
    )
    store, prefect, _ = servers
    if store.answers:
        _show_versions(settings)
    if prefect.answers:
        adopt_environment(client_environment(settings, str(prefect.address)))
        _show_runs()
    if not store.answers:
        say("The store does not run, so what it holds cannot be shown.")
        next_step("`abasto up` starts it.")


def _server_row(server: ServiceStatus) -> list[object]:
    megabytes = f"{server.memory / 1e6:.0f}" if server.memory else None
    return [
        server.name,
        server.state,
        server.address,
        "yes" if server.answers else "no",
        server.pid,
        megabytes,
    ]


def _show_versions(settings: Settings) -> None:
    keys = settings.keys
    with ObjectStore(settings.store_address()) as store:
        names = Datasets(store, keys).datasets()
        show_table(
            "Latest versions",
            ["dataset", "dataset version", "model", "prediction", "plan"],
            [[name, *(_latest(store, folder) for folder in _folders(keys, name))] for name in names],
        )
    if not names:
        next_step("`abasto upload FILE` and `abasto run ingest`, or `abasto demo`")


def _folders(keys: Keys, dataset: str) -> list[Folder]:
    places = (keys.dataset, keys.dataset_models, keys.dataset_predictions, keys.dataset_plans)
    return [place(dataset) for place in places]


def _latest(store: ObjectStore, folder: Folder) -> str:
    try:
        pointer = find_pointer(store, pointer_in(folder))
    except AbastoError as broken:
        return str(broken)
    return pointer.id if pointer else "none"


def _show_runs() -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterStartTime
    from prefect.client.schemas.sorting import FlowRunSort

    # The schedules have runs of the coming weeks waiting, which would come first.
    begun = FlowRunFilter(start_time=FlowRunFilterStartTime(is_null_=False))

    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=begun, sort=FlowRunSort.START_TIME_DESC, limit=8)
    show_table(
        "Last runs",
        ["run", "state", "started", "seconds"],
        [
            [
                run.name,
                run.state_name,
                f"{run.start_time:%Y-%m-%d %H:%M:%S}" if run.start_time else "",
                f"{run.total_run_time.total_seconds():.1f}",
            ]
            for run in runs
        ],
    )
    # What failed and has not gone well since: the newest run of each name tells.
    newest = {run.name: run for run in reversed(runs)}
    for run in newest.values():
        if run.state and (run.state.is_failed() or run.state.is_crashed()):
            say(f"{run.name} {str(run.state_name).lower()}: {_reason(run.state.message)}")


def _reason(message: str | None) -> str:
    """What Prefect kept of an exception, without its own words around it."""
    lines = (message or "").strip().splitlines() or ["the page of the run in the Prefect UI has its log"]
    return lines[0].removeprefix("Flow run encountered an exception: ")
