"""The upload page: choose or drop a file, see what is understood of it, confirm; no client is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Final

from fastapi import Cookie, FastAPI, File, Form, Request, UploadFile
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from intake.errors import AbastoError, InputError, MissingError
from intake.mapping_file import MAPPING_FILE
from storage import ids
from storage.keys import UPLOAD_FOLDERS, Keys, Ref
from storage.objects import ObjectStore
from web.body_limit import FORM, BodyLimit
from web.pending import PendingFiles
from web.rendering import redirected, shown, static
from web.sessions import COOKIE, LIFETIME, LoginWall, Sessions

_MOST_LISTED: Final = 10
_TITLES: Final = {
    "ventas": "Sales (ventas)",
    "inventario": "Stock on hand (inventario)",
    "productos": "Items (productos)",
    "proveedores": "Suppliers (proveedores)",
    "condiciones": "Supplier terms (condiciones)",
    "recetas": "Bills of material (recetas)",
    "capacidad": "Capacity (capacidad)",
    "calendario": "Calendar (calendario)",
}

Session = Annotated[str, Cookie(alias=COOKIE)]


@dataclass(frozen=True)
class UploadPage:
    """What the page needs: the store, its keys, a password, a folder for files that wait.

    `inspect` says in a text what is understood of the file at a path that would become that object of that
    upload folder, and raises InputError where it would be refused. `most` bytes are taken of a file.
    """

    store: ObjectStore
    keys: Keys
    password: str
    waiting_room: Path
    inspect: Callable[[Path, Ref, str], str]
    most: int
    runs_url: str | None = None


def create_app(page: UploadPage) -> FastAPI:
    """The page as an ASGI application; every address but /login asks for a session."""
    sessions = Sessions(page.password)
    answers = _Answers(page, sessions, PendingFiles(page.waiting_room))
    app = FastAPI(title="Abasto", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit, most=page.most + FORM, files=("/inspect",))
    app.add_middleware(LoginWall, sessions=sessions, open_to_all=("/login", "/static/"))  # the outermost
    app.add_exception_handler(AbastoError, _explained)
    app.add_exception_handler(HTTPException, _explained)
    for path, method, answer in (
        ("/static/{name}", "GET", static),
        ("/login", "GET", answers.login_form),
        ("/login", "POST", answers.login),
        ("/logout", "POST", answers.logout),
        ("/", "GET", answers.start),
        ("/inspect", "POST", answers.inspect),
        ("/confirm", "POST", answers.confirm),
    ):
        app.add_api_route(path, answer, methods=[method], response_model=None)
    return app


class _Answers:
    """One method per address."""

    def __init__(self, page: UploadPage, sessions: Sessions, waiting: PendingFiles) -> None:
        self._page = page
        self._sessions = sessions
        self._waiting = waiting
        # Reading one of the largest files takes most of the memory of a small machine.
        self._one_at_a_time = threading.Lock()

    def login_form(self) -> Response:
        return shown("login.html")

    def login(self, password: Annotated[str, Form()]) -> Response:
        token = self._sessions.login(password)
        if token is None:
            return shown("login.html", 403, error="That is not the password.")
        response = redirected("/")
        response.set_cookie(COOKIE, token, max_age=int(LIFETIME), httponly=True, samesite="strict")
        return response

    def logout(self, session: Session) -> Response:
        self._sessions.logout(session)
        return redirected("/login")

    def start(self) -> Response:
        return self._start()

    def inspect(
        self,
        file: Annotated[UploadFile, File()],
        folder: Annotated[str, Form()],
        session: Session,
        dataset: Annotated[str, Form()] = "",
    ) -> Response:
        name = PurePosixPath((file.filename or "").replace("\\", "/")).name
        if not name:
            return self._start(400, "Choose a file first.")
        chosen = dataset.strip()
        destination = self._page.keys.uploads(folder) / (
            f"{ids.checked_dataset(chosen)}/{name}" if chosen else name
        )
        waiting_id = self._waiting.keep(file.file, destination, folder, session)
        try:
            path = self._waiting.find(waiting_id, session).path
            with self._one_at_a_time:
                text, refused = self._page.inspect(path, destination, folder), False
        except InputError as error:
            text, refused = str(error), True
        return shown(
            "inspected.html",
            text=text,
            refused=refused,
            name=name,
            title=_TITLES[folder],
            destination=destination,
            sales=folder == "ventas" and destination.name != MAPPING_FILE,
            replaces=self._page.store.find(destination) is not None,
            waiting_id=waiting_id,
        )

    def confirm(
        self, waiting_id: Annotated[str, Form()], answer: Annotated[str, Form()], session: Session
    ) -> Response:
        pending = self._waiting.find(waiting_id, session)
        if answer == "send":
            self._page.store.put(pending.destination, pending.path.read_bytes())
        self._waiting.drop(waiting_id, session)
        if answer != "send":
            return redirected("/")
        below = pending.destination.key.partition("/")[2]
        named = pending.folder == "ventas" or "/" in below
        return shown(
            "sent.html",
            destination=pending.destination,
            dataset=ids.dataset_of(pending.destination.key) if named else None,
            runs_url=self._page.runs_url,
        )

    def _start(self, status: int = 200, error: str = "") -> Response:
        recent = _recent(self._page.store, self._page.keys)
        return shown("start.html", status, folders=_TITLES, recent=recent, error=error)


def _explained(_: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return shown("refused.html", error.status_code, error=error.detail)
    return shown("refused.html", 400, error=str(error))


def _recent(store: ObjectStore, keys: Keys) -> list[tuple[str, str, str]]:
    """The newest uploads: where, how large, when."""
    try:
        found = [each for folder in UPLOAD_FOLDERS for each in store.list_objects(keys.uploads(folder))]
    except MissingError:
        return []
    newest = sorted(found, key=lambda each: each.modified, reverse=True)[:_MOST_LISTED]
    return [
        (each.ref.key, f"{max(each.size / 1000, 1):,.0f} kB", f"{each.modified:%Y-%m-%d %H:%M} UTC")
        for each in newest
    ]
