"""Who has logged in: random tokens, kept in this process alone."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE: Final = "abasto_session"
LIFETIME: Final = 12 * 3600.0  # seconds
_PAUSE: Final = 1.0  # seconds after a wrong password, one at a time: guessing takes for ever


class Sessions:
    """Hands out a token for the right password; a token is good for twelve hours of this process."""

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = password.encode()
        self._clock = clock
        self._ends: dict[str, float] = {}
        self._wrong = threading.Lock()

    def login(self, password: str) -> str | None:
        """A new token, or None where the password is wrong."""
        if not hmac.compare_digest(password.encode(), self._password):
            with self._wrong:
                time.sleep(_PAUSE)
            return None
        now = self._clock()
        self._ends = {token: end for token, end in self._ends.items() if end > now}
        token = secrets.token_urlsafe(32)
        self._ends[token] = now + LIFETIME
        return token

    def logout(self, token: str) -> None:
        """Forget a token."""
        self._ends.pop(token, None)

    def knows(self, token: str | None) -> bool:
        """Whether a token was handed out and has not ended."""
        return token is not None and self._ends.get(token, 0.0) > self._clock()


class LoginWall:
    """Sends whoever has no session to /login, before a byte of what they send is read."""

    def __init__(self, app: ASGIApp, sessions: Sessions, open_to_all: tuple[str, ...]) -> None:
        self._app = app
        self._sessions = sessions
        self._open = open_to_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        guarded = scope["type"] == "http" and not scope["path"].startswith(self._open)
        if guarded and not self._sessions.knows(HTTPConnection(scope).cookies.get(COOKIE)):
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
