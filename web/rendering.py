"""Templates to answers; every answer says that it may not be framed, sniffed or kept."""

from __future__ import annotations

from typing import Final

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, select_autoescape

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STATIC: Final = {"style.css": "text/css", "drop.js": "text/javascript"}
_TEMPLATES: Final = Environment(
    loader=PackageLoader("web"), autoescape=select_autoescape(default=True), trim_blocks=True
)


def shown(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page; what people typed is escaped."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status, headers=HEADERS)


def redirected(path: str) -> Response:
    """Go on with a GET of that path."""
    return RedirectResponse(path, 303, headers=HEADERS)


def static(name: str) -> Response:
    """The style sheet or the script."""
    if name not in _STATIC:
        return Response(status_code=404, headers=HEADERS)
    return Response(_TEMPLATES.get_template(name).render(), media_type=_STATIC[name], headers=HEADERS)
