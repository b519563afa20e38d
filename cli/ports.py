"""Ports on loopback: the preferred one where it is free, else any; and whether something answers."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

import urllib3

LOOPBACK = "127.0.0.1"


def free_port(preferred: int) -> int:
    """Return `preferred` where nothing listens on it, else a free port."""
    try:
        with _bound(preferred):
            return preferred
    except OSError:
        return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Return distinct free ports. Another program may take one before it is used: try again then."""
    with ExitStack() as held:
        return [held.enter_context(_bound(0)).getsockname()[1] for _ in range(count)]


def free_port_pair(offset: int) -> tuple[int, int]:
    """Return two free ports of which the second is the first plus `offset`."""
    while True:
        higher = free_ports(1)[0]
        if higher > offset and free_port(higher - offset) == higher - offset:
            return higher - offset, higher


def answers(url: str, *, any_status: bool = False) -> bool:
    """Whether a GET of `url` is answered within two seconds, with status 200 unless any will do."""
    try:
        with urllib3.PoolManager(retries=False, timeout=2) as pool:
            return pool.request("GET", url).status == 200 or any_status
    except urllib3.exceptions.HTTPError:
        return False


def _bound(port: int) -> socket.socket:
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # else a server that stopped a second ago still holds its port
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        probe.close()
        raise
    return probe
