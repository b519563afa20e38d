"""The proxy passes on what it is given, counts the writes, and strikes at the right one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from benchmarks.counting_proxy import CountingProxy, counting_proxy


class Upstream(ThreadingHTTPServer):
    """Remembers what reaches it: method, path, Host header, body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[tuple[str, str, str, bytes]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, self.headers["Host"], body))
        status = 412 if self.headers["If-None-Match"] else 204 if self.command == "DELETE" else 200
        self.send_response(status)
        self.send_header("ETag", '"tag"')
        if status != 204:
            self.send_header("Content-Length", "5")
        self.end_headers()
        if status != 204 and self.command != "HEAD":
            self.wfile.write(b"hello")

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[tuple[CountingProxy, str]]:
    with counting_proxy(upstream.address) as running:
        yield running


def ask(endpoint: str, method: str, path: str = "/bucket/key", **options: object) -> BaseHTTPResponse:
    with urllib3.PoolManager(retries=False, timeout=10) as pool:
        return pool.request(method, f"http://{endpoint}{path}", **options)  # type: ignore[arg-type]


def test_everything_is_passed_on_both_ways(upstream: Upstream, proxy: tuple[CountingProxy, str]) -> None:
    _, endpoint = proxy
    written = ask(endpoint, "PUT", "/bucket/key?versionId=1", body=b"content")
    assert (written.status, written.headers["ETag"], written.data) == (200, '"tag"', b"hello")
    # The client signed the proxy's name: it must arrive.
    assert upstream.seen == [("PUT", "/bucket/key?versionId=1", endpoint, b"content")]
    assert ask(endpoint, "PUT", headers={"If-None-Match": "*"}).status == 412
    head = ask(endpoint, "HEAD")
    assert (head.headers["Content-Length"], head.data) == ("5", b"")
    assert ask(endpoint, "DELETE").status == 204


def test_writes_count_and_reads_do_not(proxy: tuple[CountingProxy, str]) -> None:
    counting, endpoint = proxy
    counting.count()
    for method in ("GET", "PUT", "HEAD", "POST", "GET", "DELETE"):
        ask(endpoint, method)
    assert counting.disarm() == 3
    counting.count()
    assert counting.disarm() == 0


@pytest.mark.parametrize("after", [False, True])
def test_it_strikes_once_at_the_write_it_was_told(
    upstream: Upstream, proxy: tuple[CountingProxy, str], after: bool
) -> None:
    counting, endpoint = proxy
    ask(endpoint, "PUT", "/before/arming")
    struck: list[int] = []
    counting.at(2, lambda: struck.append(len(upstream.seen)), after=after)
    ask(endpoint, "PUT", "/first")
    ask(endpoint, "GET", "/read")
    with pytest.raises(HTTPError):
        ask(endpoint, "PUT", "/second")
    ask(endpoint, "PUT", "/third")
    landed = [path for method, path, *_ in upstream.seen if method == "PUT"]
    assert landed == ["/before/arming", "/first", *(["/second"] if after else []), "/third"]
    assert struck == [4 if after else 3]  # what had reached the store by then
    assert counting.disarm() == 3


def test_what_is_taken_back_does_not_strike(proxy: tuple[CountingProxy, str]) -> None:
    counting, endpoint = proxy
    counting.at(1, lambda: pytest.fail("it was taken back"))
    assert counting.disarm() == 0
    assert ask(endpoint, "PUT").status == 200


def test_there_is_no_write_before_the_first() -> None:
    with pytest.raises(ValueError, match="number 0"):
        CountingProxy("127.0.0.1:1").at(0, lambda: None)


def test_a_store_that_is_down_is_a_cut_connection_and_may_come_back_elsewhere(
    upstream: Upstream, proxy: tuple[CountingProxy, str]
) -> None:
    counting, endpoint = proxy
    counting.upstream = "127.0.0.1:1"
    with pytest.raises(HTTPError):
        ask(endpoint, "GET")
    counting.upstream = upstream.address
    assert ask(endpoint, "GET").data == b"hello"
