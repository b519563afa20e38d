from __future__ import annotations

import asyncio
import io
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
from web.body_limit import BodyLimit
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


@pytest.mark.parametrize(("size", "status"), [(1000, 200), (1001, 413)])
@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused_declared_or_not(size: int, status: int, declared: bool) -> None:
    app = BodyLimit(Starlette(routes=[Route("/", echo, methods=["POST"])]), most=1000)
    body = b"x" * size

    async def post() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
            response = await client.post("/", content=body if declared else in_parts(body))
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
