from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from intake.errors import MissingError
from storage.keys import Ref
from web.body_limit import FORM, BodyLimit
from web.pending import PendingFiles
from web.sessions import LIFETIME, Sessions

HERE = Ref(bucket="data", key="ventas/a.csv")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def in_parts(body: bytes) -> AsyncIterator[bytes]:
    yield body[:600]
    yield body[600:]


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/file", FORM + 1000, 200),
        ("/file", FORM + 1001, 413),
        ("/form", FORM, 200),
        ("/form", FORM + 1, 413),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused_declared_or_not(
    path: str, size: int, status: int, declared: bool
) -> None:
    routes = [Route(each, echo, methods=["POST"]) for each in ("/file", "/form")]
    app = BodyLimit(Starlette(routes=routes), most=FORM + 1000, files=("/file",))
    body = b"x" * size

    async def post() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
            response = await client.post(path, content=body if declared else in_parts(body))
            return response.status_code

    assert asyncio.run(post()) == status


def test_a_token_ends_after_its_lifetime() -> None:
    clock = Clock()
    sessions = Sessions("secret", clock)
    token = sessions.login("secret")
    assert sessions.knows(token)
    clock.now = LIFETIME
    assert not sessions.knows(token)


def test_a_file_waits_for_an_hour_and_not_longer(tmp_path: Path) -> None:
    clock = Clock()
    waiting = PendingFiles(tmp_path / "waiting", clock)
    first = waiting.keep(io.BytesIO(b"abc"), HERE, "ventas", "me")
    assert waiting.find(first, "me").path.read_bytes() == b"abc"
    clock.now = 3600
    with pytest.raises(MissingError, match="no longer waiting"):
        waiting.find(first, "me")
    waiting.keep(io.BytesIO(b"def"), HERE, "ventas", "me")
    assert len(list((tmp_path / "waiting").iterdir())) == 1


def test_what_an_earlier_process_left_waiting_goes_after_an_hour(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for path in (old, new):
        path.write_bytes(b"sales")
    an_hour_ago = time.time() - 3600
    os.utime(old, (an_hour_ago, an_hour_ago))
    PendingFiles(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)
