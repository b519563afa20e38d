"""The upload page over HTTP and a real store: nobody without the password, nothing sent unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from shop import World

from cli.page import password_place, serving
from storage.settings import Settings

SALES = b"fecha,producto,ventas\n" + b"".join(
    f"2026-01-{day:02d},pan,{10 + day}\n".encode() for day in range(1, 15)
)


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    with serving(Settings.load(), world.prefect_api_url) as url:
        yield url


@pytest.fixture
def stranger(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture
def visitor(stranger: httpx.Client) -> httpx.Client:
    password = Path(password_place(Settings.load())).read_text(encoding="utf-8")
    answer = stranger.post("/login", data={"password": password})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return stranger


def offer(client: httpx.Client, name: str, content: bytes, **fields: str) -> httpx.Response:
    return client.post(
        "/inspect", data={"folder": "ventas", **fields}, files={"file": (name, content, "text/csv")}
    )


def answer(client: httpx.Client, page: httpx.Response, words: str) -> httpx.Response:
    waiting = re.search(r'name="waiting_id" value="([^"]+)"', page.text)
    assert waiting
    return client.post("/confirm", data={"waiting_id": waiting[1], "answer": words})


def test_what_is_confirmed_lies_in_the_bucket_as_it_came(visitor: httpx.Client, world: World) -> None:
    ref = world.keys.uploads("ventas") / "page-a/Ventas de enero.csv"
    page = offer(visitor, "Ventas de enero.csv", SALES, dataset="page-a")
    assert "15 = 1 header + 14 accepted" in page.text
    assert world.store.find(ref) is None
    assert "page-a" in answer(visitor, page, "send").text
    assert world.store.get(ref) == SALES
    assert "Ventas de enero.csv" in visitor.get("/").text


def test_what_is_not_confirmed_leaves_no_trace(visitor: httpx.Client, world: World) -> None:
    page = offer(visitor, "b.csv", SALES, dataset="page-b")
    assert answer(visitor, page, "drop").status_code == 303
    assert answer(visitor, page, "send").status_code == 400
    assert not list(world.store.list_objects(world.keys.uploads("ventas").folder("page-b")))
    assert not list((world.settings.home / "waiting").iterdir())


def test_a_file_that_would_be_refused_cannot_be_sent(visitor: httpx.Client) -> None:
    page = offer(visitor, "c.csv", b"nothing,here\n1,2\n", dataset="page-c")
    assert "It would be refused" in page.text
    assert "Yes, send it" not in page.text


def test_a_stranger_sees_the_login_and_nothing_else(stranger: httpx.Client) -> None:
    for response in (stranger.get("/"), offer(stranger, "d.csv", SALES), stranger.post("/confirm")):
        assert (response.status_code, response.headers["location"]) == (303, "/login")
    assert stranger.get("/login").status_code == 200


def test_a_wrong_password_opens_nothing(stranger: httpx.Client) -> None:
    assert stranger.post("/login", data={"password": "wrong"}).status_code == 403
    assert stranger.get("/").status_code == 303


def test_a_session_ends_with_logging_out(visitor: httpx.Client) -> None:
    token = visitor.cookies["abasto_session"]
    visitor.post("/logout")
    assert visitor.get("/", headers={"cookie": f"abasto_session={token}"}).status_code == 303


def test_another_session_cannot_take_what_waits(visitor: httpx.Client, address: str) -> None:
    page = offer(visitor, "e.csv", SALES, dataset="page-e")
    with httpx.Client(base_url=address) as other:
        password = Path(password_place(Settings.load())).read_text(encoding="utf-8")
        other.post("/login", data={"password": password})
        assert answer(other, page, "send").status_code == 400


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../modelos/x.csv", "x.csv"), ("C:\\Users\\ana\\f.csv", "f.csv"), ("<b>g.csv", "<b>g.csv")],
)
def test_a_hostile_name_is_only_a_name(visitor: httpx.Client, name: str, kept: str) -> None:
    page = offer(visitor, name, SALES, dataset="page-f")
    assert "<b>g" not in page.text
    assert f"ventas/page-f/{kept}" in page.text.replace("&lt;", "<").replace("&gt;", ">")


@pytest.mark.parametrize("fields", [{"folder": "modelos"}, {"dataset": "../x"}])
def test_only_upload_folders_and_names_of_datasets_are_taken(
    visitor: httpx.Client, fields: dict[str, str]
) -> None:
    assert offer(visitor, "h.csv", SALES, **fields).status_code == 400


def test_the_page_says_where_it_may_be_shown(visitor: httpx.Client) -> None:
    headers = visitor.get("/").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
