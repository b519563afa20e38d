"""What all tests share: their profile of Hypothesis, and how the workers of `pytest -n 2` divide them."""

from __future__ import annotations

import signal
from typing import Any, Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# The time of one example says nothing on a busy machine.
settings.register_profile("abasto", deadline=None)
settings.load_profile("abasto")

# A suite that is started in the background ignores Ctrl-C, and so would every command that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# One worker begins with the test that takes longest, the other with what fails soonest.
AT_ONCE: Final = ("tests/integration/test_docs_run.py", "tests/unit/", "tests/golden/")

# What shares a server goes to one worker, the longest first; any other file goes to whoever is free.
TOGETHER: Final = (
    "tests/integration/test_docs_run.py",
    "tests/integration/cli/test_abasto_up.py",
    "tests/integration/flows/",
    "tests/integration/storage/test_services_embedded.py",
    "tests/integration/cli/",
    "tests/integration/storage/",
    "tests/integration/sql/",
)


class ByServer(LoadScopeScheduling):
    """Hands out the tests in pieces that share a server, or else a file."""

    def _split_scope(self, nodeid: str) -> str:
        return next((each for each in TOGETHER if nodeid.startswith(each)), nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServer:
    # Markers do not group: xdist 3.8 writes the name of a group where pytest 9.2 does not look.
    config.option.loadscopereorder = False
    return ByServer(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests in the order in which workers take them; one process alone keeps that of the folders."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (_rank(item.nodeid, AT_ONCE), _rank(item.nodeid, TOGETHER)))


def _rank(nodeid: str, places: tuple[str, ...]) -> int:
    """The position in `places` of the first that a test lies in; the last where it lies in none."""
    return next((rank for rank, each in enumerate(places) if nodeid.startswith(each)), len(places))
