"""A proxy in front of an object store that counts writes and calls back at the n-th, before or after it lands."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_WRITES = {"PUT", "POST", "DELETE"}
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade"}


class CountingProxy:
    """Passes every request on to `upstream` (host:port) and counts the writes.

    `at(n, action, after=False)` arms it: `action` is called once, when the n-th write from now arrives, before it
    is passed on (so that it never lands) or after (so that it lands and its answer is lost).
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.writes = 0
        self._lock = threading.Lock()
        self._armed: tuple[int, Callable[[], None], bool] | None = None

    def at(self, write: int, action: Callable[[], None], *, after: bool = False) -> None:
        with self._lock:
            self.writes = 0
            self._armed = (write, action, after)

    def disarm(self) -> int:
        """Take the action back and return how many writes there were since `at`."""
        with self._lock:
            self._armed = None
            return self.writes

    def arrived(self) -> tuple[Callable[[], None] | None, bool]:
        with self._lock:
            self.writes += 1
            if self._armed is None or self._armed[0] != self.writes:
                return None, False
            _, action, after = self._armed
            self._armed = None
            return action, after


@contextmanager
def counting_proxy(upstream: str) -> Iterator[tuple[CountingProxy, str]]:
    """Run a proxy on a free loopback port; yields it and its host:port."""
    proxy = CountingProxy(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            action, after = proxy.arrived() if self.command in _WRITES else (None, False)
            if action and not after:
                action()
                self.close_connection = True
                return
            connection = http.client.HTTPConnection(proxy.upstream, timeout=60)
            try:
                # The Host header stays as it came: it is part of what the client signed.
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in _HOP_BY_HOP:
                        connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
                content = answer.read()
            except OSError:
                self.close_connection = True
                return
            finally:
                connection.close()
            if action:
                action()
                self.close_connection = True
                return
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy, f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
