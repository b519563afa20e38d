"""What goes wrong is one clear sentence with the way out, exit status 1, and no traceback."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import builders
import pytest
from command import abasto
from shop import Shop, World

NOWHERE = "127.0.0.1:9"


def test_an_empty_file(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "ventas.csv"
    file.write_bytes(b"")
    sent = abasto("upload", file, "--dataset", shop.dataset, cwd=tmp_path)
    assert sent.status == 0, sent.err
    sentence = abasto("run", "ingest", "--dataset", shop.dataset, cwd=tmp_path).says_one_sentence()
    assert "empty" in sentence
    assert "ventas.csv" in sentence


def test_a_file_without_a_date_column(shop: Shop, tmp_path: Path) -> None:
    shop.upload("ventas", b"tienda,unidades\ncentro,5\nnorte,6\n")
    sentence = abasto("run", "ingest", "--dataset", shop.dataset, cwd=tmp_path).says_one_sentence()
    assert "date" in sentence


def test_no_model_yet_and_no_stock_file(shop: Shop, tmp_path: Path) -> None:
    shop.upload("ventas", builders.weekly_sales(20))
    shop.ingest()
    sentence = abasto("run", "forecast", "--dataset", shop.dataset, cwd=tmp_path).says_one_sentence()
    assert sentence == f"'{shop.dataset}' has no model yet: run `abasto run train --dataset {shop.dataset}`."
    shop.train()
    sentence = abasto("run", "replenish", "--dataset", shop.dataset, cwd=tmp_path).says_one_sentence()
    assert f"`abasto upload FILE --as inventario --dataset {shop.dataset}`" in sentence


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["run", "train", "-o", "colour=red"],
            "option colour: Extra inputs are not permitted; `abasto run train",
        ),
        (["run", "train", "-d", "No Such"], "String should match pattern '^[a-z0-9][a-z0-9_-]{0,62}$'"),
        (
            ["run", "bake"],
            "there is no flow 'bake'; use one of ingest, train, backtest, forecast, replenish, whatif",
        ),
        (
            ["upload", __file__, "--as", "sales"],
            "--as sales is not a folder for uploads; use one of ventas, ",
        ),
        (["restore", __file__, "--replace"], "it is no archive of `abasto backup`"),
        (["pull", "cake"], "'cake' cannot be pulled; use model, prediction, plan, whatif or backtest"),
        (["orders", "issue", "tomorrow"], "'tomorrow' is no order number such as"),
        (["models", "-d", "../etc"], "'../etc' is no dataset name"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_words_that_mean_nothing(world: World, tmp_path: Path, words: list[str], said: str) -> None:
    assert said in abasto(*words, cwd=tmp_path).says_one_sentence()


@pytest.mark.parametrize("words", [["models"], ["run", "train"], ["up"]], ids=" ".join)
def test_a_store_that_is_down(world: World, tmp_path: Path, words: list[str]) -> None:
    away = {"ABASTO_ENDPOINT": NOWHERE, "ABASTO_ACCESS_KEY": "me", "ABASTO_SECRET_KEY": "a secret"}
    sentence = abasto(*words, cwd=tmp_path, environment=away).says_one_sentence()
    assert sentence.startswith(f"The object store at {NOWHERE} does not answer")


def test_credentials_that_the_store_does_not_know(world: World, tmp_path: Path) -> None:
    address = world.settings.store_address()
    wrong = {
        "ABASTO_ENDPOINT": address.endpoint,
        "ABASTO_ACCESS_KEY": address.access_key,
        "ABASTO_SECRET_KEY": "guessed",
    }
    sentence = abasto("models", cwd=tmp_path, environment=wrong).says_one_sentence()
    assert "does not know these credentials: check ABASTO_ACCESS_KEY and ABASTO_SECRET_KEY" in sentence
    stranger = {**wrong, "ABASTO_ACCESS_KEY": "stranger"}
    sentence = abasto("run", "ingest", cwd=tmp_path, environment=stranger).says_one_sentence()
    assert "check ABASTO_ACCESS_KEY and ABASTO_SECRET_KEY" in sentence
    unset = {"ABASTO_ENDPOINT": address.endpoint}
    assert "credentials are not set" in abasto("models", cwd=tmp_path, environment=unset).says_one_sentence()


def test_a_prefect_server_that_is_down(world: World, tmp_path: Path) -> None:
    away = {"ABASTO_PREFECT_API_URL": f"http://{NOWHERE}/api"}
    sentence = abasto("run", "ingest", cwd=tmp_path, environment=away).says_one_sentence()
    assert sentence == (
        f"No Prefect server answers at http://{NOWHERE}/api: start it, or unset ABASTO_PREFECT_API_URL."
    )


def test_a_setting_that_cannot_be_used(world: World, tmp_path: Path) -> None:
    sentence = abasto("status", cwd=tmp_path, environment={"ABASTO_TIMEZONE": "Mars"}).says_one_sentence()
    assert "ABASTO_TIMEZONE cannot be used: 'Mars' is no IANA time zone, such as" in sentence


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = {"ABASTO_HOME": str(tmp_path / "file" / "home")}
    sentence = abasto("models", cwd=tmp_path, environment=blocked).says_one_sentence()
    assert "ABASTO_HOME" in sentence


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, a little above what a start asks for."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk needs the right to mount one (root)")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_full_disk(world: World, small_disk: Path, tmp_path: Path) -> None:
    home = {"ABASTO_HOME": str(small_disk / "home")}
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 150_000_000)
    sentence = abasto("upload", large, cwd=tmp_path, environment=home).says_one_sentence()
    assert "disk" in sentence
    assert "free some space" in sentence
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 60_000_000)
    sentence = abasto("models", cwd=tmp_path, environment=home).says_one_sentence()
    assert "MB are free on the disk of" in sentence
    assert "ABASTO_HOME" in sentence
