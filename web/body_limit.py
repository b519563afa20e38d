"""A request that is too large is refused while it arrives, whatever its headers say."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM: Final = 100_000  # bytes of a request that are no file


class BodyLimit:
    """Answers 413 as soon as more bytes of a body have come than it may have.

    `most` bytes are taken by the addresses in `files`, a form by all others: one of them is open to people
    who have not logged in.
    """

    def __init__(self, app: ASGIApp, most: int, files: tuple[str, ...]) -> None:
        self._app = app
        self._most = most
        self._files = files
        self._refusal = (
            f"The file is larger than the {most // 1_000_000:,} MB that this page takes: "
            "send it in parts, or with `abasto upload`."
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most if scope["path"] in self._files else FORM
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > most:
            await PlainTextResponse(self._refusal, 413)(scope, receive, send)
            return
        come = 0

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise HTTPException(413, self._refusal)
            return message

        await self._app(scope, counted, send)
