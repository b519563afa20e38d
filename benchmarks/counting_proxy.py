"""A proxy in front of an object store that counts writes and calls back at the n-th, before or after it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

_WRITES: Final = {"PUT", "POST", "DELETE"}
_HOP_BY_HOP: Final = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade"}
_WITHOUT_BODY: Final = {204, 304}

Action = Callable[[], None]


class CountingProxy:
    """Passes every request on to `upstream` (host:port) and counts the writes.

    `at(n, action, after=False)` arms it: `action` is called once, when the n-th write from now arrives,
    before it is passed on (so that it never lands) or after (so that it lands). Either way the client's
    connection is cut without an answer. `upstream` may change: a server that came back elsewhere.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self._writes = 0
        self._lock = threading.Lock()
        self._armed: tuple[int, Action, bool] | None = None

    def at(self, write: int, action: Action, *, after: bool = False) -> None:
        """Count from now on and call `action` at the n-th write."""
        if write < 1:
            raise ValueError(f"the first write is number 1, there is none with number {write}")
        with self._lock:
            self._writes = 0
            self._armed = (write, action, after)

    def count(self) -> None:
        """Count from now on and disturb nothing."""
        with self._lock:
            self._writes = 0
            self._armed = None

    def disarm(self) -> int:
        """Take the action back and return how many writes have arrived since `at` or `count`."""
        with self._lock:
            self._armed = None
            return self._writes

    def arrived(self) -> tuple[Action | None, bool]:
        """Count one write; return the action that belongs to it, if any, and whether it comes after it."""
        with self._lock:
            self._writes += 1
            if self._armed is None or self._armed[0] != self._writes:
                return None, False
            _, action, after = self._armed
            self._armed = None
            return action, after


class _ProxyServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, proxy: CountingProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: 40 ms each otherwise
    server: _ProxyServer

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action, after = self.server.proxy.arrived() if self.command in _WRITES else (None, False)
        if action is None:
            self._answer(*self._asked_upstream(body))
            return
        if after:
            self._asked_upstream(body)
        action()
        self.close_connection = True

    def _asked_upstream(self, body: bytes) -> tuple[http.client.HTTPResponse | None, bytes]:
        """The store's answer and its body; none where it is down or went down over the request."""
        connection = http.client.HTTPConnection(self.server.proxy.upstream, timeout=60)
        try:
            # The Host header stays as it came: it is part of what the client signed.
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer, answer.read()
        except (OSError, http.client.HTTPException):
            return None, b""
        finally:
            connection.close()

    def _answer(self, answer: http.client.HTTPResponse | None, content: bytes) -> None:
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        if answer.status not in _WITHOUT_BODY:
            self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - http.server's names

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:  # a killed client closes nothing in order
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def counting_proxy(upstream: str) -> Iterator[tuple[CountingProxy, str]]:
    """Run a proxy on a free loopback port; yields it and its host:port."""
    proxy = CountingProxy(upstream)
    with _ProxyServer(proxy) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy, f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
