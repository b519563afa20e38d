"""What a store answers on a bad day becomes one sentence, and a lost answer is not a lost write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from intake.errors import AbastoError, ConflictError, MissingError, ServiceError
from storage.connection import StoreAddress
from storage.keys import Ref
from storage.objects import ObjectStore

REF = Ref(bucket="bucket", key="claim.json")


def xml_error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>m</Message></Error>".encode()


class FaultyStore(BaseHTTPRequestHandler):
    """One object in memory; `before_answer` may cut the connection or answer in its stead."""

    protocol_version = "HTTP/1.1"
    content: bytes | None = None
    puts = 0
    honours_conditions = True

    @classmethod
    def before_answer(cls, handler: FaultyStore, method: str) -> bool:
        return False

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        kind = type(self)
        refused = kind.honours_conditions and (
            (self.headers["if-none-match"] == "*" and kind.content is not None)
            or (self.headers["if-match"] is not None and self.headers["if-match"] != self.etag())
        )
        kind.puts += 1
        if not refused:
            kind.content = body
        if not kind.before_answer(self, "PUT"):
            self.answer(412 if refused else 200, xml_error("PreconditionFailed") if refused else b"")

    def do_GET(self) -> None:
        if not type(self).before_answer(self, "GET"):
            found = type(self).content is not None
            self.answer(200 if found else 404, type(self).content or xml_error("NoSuchKey"))

    def do_DELETE(self) -> None:
        type(self).content = None
        self.answer(204, b"")

    def etag(self) -> str:
        return f'"{hash(type(self).content)}"'

    def answer(self, status: int, body: bytes, content_type: str = "application/xml") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("ETag", self.etag())
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


Fault = Callable[[FaultyStore, str], bool]


@contextmanager
def faulty_store(fault: Fault | None = None, *, honours_conditions: bool = True) -> Iterator[ObjectStore]:
    kind = type("Faulty", (FaultyStore,), {"honours_conditions": honours_conditions})
    if fault is not None:
        kind.before_answer = staticmethod(fault)  # type: ignore[attr-defined]
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = StoreAddress(
            endpoint=f"127.0.0.1:{server.server_port}", access_key="a", secret_key=SecretStr("b" * 8)
        )
        try:
            with ObjectStore(address) as store:
                yield store
        finally:
            server.shutdown()
            thread.join()


def once(fault: Fault) -> Fault:
    done: list[bool] = []

    def only_once(handler: FaultyStore, method: str) -> bool:
        if done or method != "PUT":
            return False
        done.append(True)
        return fault(handler, method)

    return only_once


def lost_answer(handler: FaultyStore, _: str) -> bool:
    handler.hang_up()
    return True


def internal_error(handler: FaultyStore, _: str) -> bool:
    handler.answer(500, xml_error("InternalError"))
    return True


@pytest.mark.parametrize("fault", [lost_answer, internal_error])
def test_a_write_whose_answer_was_lost_is_ours(fault: Fault) -> None:
    with faulty_store(once(fault)) as store:
        etag = store.create(REF, b"mine")
        assert store.get(REF) == b"mine"
        assert store.fetch(REF).etag == etag
    with faulty_store() as store:
        seen = store.create(REF, b"old")
        assert store.swap(REF, b"new", seen) != seen
    with faulty_store(once(fault)) as store:
        store.put(REF, b"mine")
        assert store.get(REF) == b"mine"


def test_a_lost_answer_does_not_make_somebody_elses_write_ours() -> None:
    def overwritten_meanwhile(handler: FaultyStore, _: str) -> bool:
        type(handler).content = b"theirs"
        handler.hang_up()
        return True

    with faulty_store(once(overwritten_meanwhile)) as store:
        with pytest.raises(ConflictError, match="Another run wrote"):
            store.create(REF, b"mine")
        assert store.get(REF) == b"theirs"


def test_a_store_that_ignores_conditions_is_found_out() -> None:
    with (
        faulty_store(honours_conditions=False) as store,
        pytest.raises(ServiceError, match="ignores If-None-Match or If-Match"),
    ):
        store.self_test(REF)
    with faulty_store() as store:
        store.self_test(REF)


def answering(status: int, body: bytes, content_type: str = "application/xml") -> Fault:
    def fault(handler: FaultyStore, _: str) -> bool:
        handler.answer(status, body, content_type)
        return True

    return fault


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (answering(507, xml_error("XMinioStorageFull")), ServiceError, "disk of the store .* is full: free"),
        (answering(500, xml_error("InternalError")), ServiceError, "most often its disk is full"),
        (answering(503, xml_error("SlowDown")), ServiceError, "most often its disk is full"),
        (answering(403, xml_error("InvalidAccessKeyId")), ServiceError, "check ABASTO_ACCESS_KEY"),
        (answering(403, xml_error("SignatureDoesNotMatch")), ServiceError, "check ABASTO_ACCESS_KEY"),
        (answering(403, xml_error("AccessDenied")), ServiceError, "denies access to bucket/claim.json"),
        (answering(403, xml_error("RequestTimeTooSkewed")), ServiceError, "clocks .* differ"),
        (answering(404, xml_error("NoSuchBucket")), MissingError, "bucket 'bucket' is missing"),
        (answering(400, xml_error("OddCode")), ServiceError, "refuses bucket/claim.json: OddCode m"),
        (answering(400, b"<html>proxy</html>", "text/html"), ServiceError, "speak S3|refuses"),
    ],
)
def test_every_failure_is_one_sentence(fault: Fault, kind: type[AbastoError], said: str) -> None:
    with faulty_store(fault) as store:
        for write in (store.put, store.create):
            with pytest.raises(kind, match=said) as failed:
                write(REF, b"x")
            assert "\n" not in str(failed.value)
        with pytest.raises(kind, match=said):
            store.get(REF)


def test_a_download_that_breaks_off_is_no_object() -> None:
    def half(handler: FaultyStore, _: str) -> bool:
        handler.send_response(200)
        handler.send_header("ETag", '"x"')
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")
        handler.hang_up()
        return True

    with faulty_store(half) as store, pytest.raises(ServiceError, match="does not answer"):
        store.get(REF)


def test_a_store_that_is_down_is_said_within_seconds() -> None:
    with faulty_store() as store:
        pass
    with pytest.raises(ServiceError, match=f"at {store.endpoint} does not answer: start `abasto up`"):
        store.get(REF)
    with pytest.raises(ServiceError, match="does not answer"):
        store.create(REF, b"x")
