"""`abasto setup`: work pool, deployments and the automation that ends silent runs, on a Prefect server."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import cast

from cli.connection import connected
from cli.console import next_step, progress, say
from cli.embedded_prefect import PROJECT, WORK_POOL
from intake.errors import ServiceError
from storage.settings import Settings, child_environment
from storage.signing import ensure_signing_keys

_SILENCE = timedelta(seconds=90)  # three heartbeats
_AUTOMATION = "end silent runs"
_HEARTBEAT = "prefect.flow-run.heartbeat"


def prepare() -> None:
    """Prepare the configured store and server, once or again; nothing is done twice."""
    with connected():
        register()
    say("Buckets, signing key, work pool and deployments are ready.")
    next_step(f"`prefect worker start --pool {WORK_POOL}` runs them.")


def register() -> None:
    """Register work pool, deployments and automation on the server that this process talks to."""
    ensure_signing_keys(Settings.load().signing_key_path)
    progress("Registering the deployments ...")
    _prefect("work-pool", "create", WORK_POOL, "--type", "process", "--overwrite")
    _prefect("--no-prompt", "deploy", "--all")
    _end_silent_runs()
    _start_watching()


def _prefect(*words: str) -> None:
    command = [sys.executable, "-m", "prefect", *words]
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        command, cwd=PROJECT, env=child_environment({}), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last_words = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise ServiceError(f"`prefect {' '.join(words)}` failed: {' '.join(last_words)}")


def _start_watching() -> None:
    """Have the buckets watched from now on; the schedule takes over at the next quarter of an hour."""
    from prefect.deployments import run_deployment

    cast(object, run_deployment("watch/watch", timeout=0, as_subflow=False))


def _end_silent_runs() -> None:
    """Have the server mark a run as crashed when it has not been heard of for a while."""
    from prefect.automations import Automation
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import EventTrigger, Posture
    from prefect.events.schemas.events import ResourceSpecification

    ends = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
    automation = Automation(
        name=_AUTOMATION,
        description="A killed process cannot say that it ended.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            for_each={"prefect.resource.id"},
            after={_HEARTBEAT},
            expect={_HEARTBEAT, *ends},
            threshold=1,
            within=_SILENCE,
        ),
        actions=[
            ChangeFlowRunState(
                name=None,
                state=StateType.CRASHED,
                force=False,
                message="Its process was killed; what it had begun is completed by the next run.",
            )
        ],
    )
    try:
        cast(Automation, Automation.read(name=_AUTOMATION))
    except ValueError:
        cast(Automation, automation.create())
