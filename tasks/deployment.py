"""What `prefect.yaml` takes from the settings when the deployments are registered."""

from __future__ import annotations

from pathlib import Path

from storage.settings import Settings


def read_settings() -> dict[str, str]:
    """A build step of `prefect deploy`: the time zone of the schedules and the folder to run in."""
    return {
        "timezone": Settings.load().timezone,
        "directory": str(Path(__file__).resolve().parent.parent),
    }
