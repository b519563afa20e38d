"""What the documentation says about commands, keys, links and languages is what the project does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from doc_pages import (
    AFTER_CTRL_C,
    BACKGROUND,
    NOT_RUN,
    PAGES,
    README,
    ROOT,
    anchors,
    blocks,
    commands,
    links,
    slug,
    text_of,
)

from cli.main import app
from cli.run import parse_options, request_model
from cli.workbook_plan import rules_of
from intake.mapping_file import parse_mapping
from storage.keys import UPLOAD_FOLDERS, Folder, Keys, Ref, pointer_in

KEYS = Keys()
KEY = re.compile(rf"(?:{'|'.join(KEYS.buckets)})/[^\s`|)]*")
DIAGRAMS = {"flowchart", "stateDiagram-v2", "erDiagram", "sequenceDiagram"}
NAMES = {
    "<dataset>": "cosmetics",
    "<dataset_version>": "0123456789abcdef",
    "<snapshot_id>": "0" * 64,
    "<model_version>": "v0001",
    "<horizon>": "8",
    "<hash>": "0" * 8,
    "<backtest_id>": "0" * 16,
    "<plan_id>": "2026-W07-r1",
    "<purchase_order>": "2026-W07-r1-plant",
    "<what_if>": "late-supplier",
}
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def known_places() -> Iterator[Folder | Ref]:
    """Every folder and object that `storage.keys` can name, for the names above."""
    dataset, version, snapshot = (
        NAMES[f"<{name}>"] for name in ("dataset", "dataset_version", "snapshot_id")
    )
    yield from (KEYS.uploads(folder) for folder in UPLOAD_FOLDERS)
    yield from (
        KEYS.snapshot(snapshot, "Ventas.csv"),
        KEYS.what_if(dataset, NAMES["<plan_id>"], NAMES["<what_if>"]),
        KEYS.rejected(snapshot, version),
        KEYS.announced_uploads,
    )
    yield from (KEYS.all_datasets, KEYS.dataset_version(dataset, version), KEYS.model(dataset, "v0001"))
    yield from (
        KEYS.prediction(dataset, version, "v0001", 8, "0" * 64),
        KEYS.plan(dataset, NAMES["<plan_id>"]),
    )
    yield KEYS.backtest(dataset, "0" * 64)
    yield from (KEYS.public_key(dataset), KEYS.orders(dataset))
    yield from (KEYS.issued(dataset), KEYS.plan(dataset, NAMES["<plan_id>"]).folder("orders"))
    yield KEYS.orders(dataset).folder(NAMES["<purchase_order>"])
    yield KEYS.order_event(dataset, NAMES["<purchase_order>"], 1)
    for place in (KEYS.dataset, KEYS.dataset_models, KEYS.dataset_predictions, KEYS.dataset_plans):
        yield from (place(dataset), pointer_in(place(dataset)))
    yield from (Folder(bucket=bucket) for bucket in KEYS.buckets)


def exists(key: str) -> bool:
    """Whether a documented key is a place that `storage.keys` names, or a file straight below one."""
    for placeholder, name in NAMES.items():
        key = key.replace(placeholder, name)
    places = {str(place) for place in known_places()} | {f"{folder}plots/" for folder in known_places()}
    folder, slash, _ = key.rpartition("/")
    is_bucket = folder in KEYS.buckets
    return "<" not in key and (key in places or (not is_bucket and f"{folder}{slash}" in places))


def complaint(command: str) -> str | None:
    """What is wrong with a command, without running it."""
    step = typer.main.get_command(app)
    words = shlex.split(command)[1:]
    while (known := getattr(step, "commands", None)) and words and not words[0].startswith("-"):
        if words[0] not in known:
            return f"there is no command {words[0]}"
        step = known[words.pop(0)]
    if words in ([], ["--help"]):  # a mention
        return None
    try:
        given = step.make_context("abasto", list(words)).params
    except Exception as refused:  # noqa: BLE001 - typer brings its own copy of click
        return None if "does not exist" in str(refused) else str(refused) or repr(refused)
    if step.name == "run":
        try:
            options = parse_options(given["option"] or [])
            rules_of(options) if given["kind"] == "plan" else request_model(given["kind"])(**options)
        except ValueError as invalid:
            return str(invalid)
    return None


@pytest.mark.parametrize(
    "wrong",
    [
        "abasto fly",
        "abasto run train --optional x",
        "abasto run train -o windows=many",
        "abasto run tame",
        "abasto orders eat X",
    ],
)
def test_a_wrong_command_is_noticed(wrong: str) -> None:
    assert complaint(wrong)


@by_page
def test_commands_are_as_the_page_says(page: Path) -> None:
    found = {command: complaint(command) for command in commands(page)}
    assert {command: why for command, why in found.items() if why} == {}


@pytest.mark.parametrize(
    "wrong",
    ["modelos/v0001/model.pkl", "modelos/<dataset>/v1/", "reposicion/latest.json", "modelos/<model>/"],
)
def test_a_wrong_key_is_noticed(wrong: str) -> None:
    assert not exists(wrong)


@by_page
def test_keys_are_those_of_the_store(page: Path) -> None:
    assert [key for key in KEY.findall(text_of(page)) if not exists(key)] == []


@by_page
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        if not found.exists() or (anchor and found.suffix == ".md" and slug(anchor) not in anchors(found)):
            broken.append(target)
    assert broken == []


@by_page
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    run_here = page in (README, ROOT / "README.es.md")
    for block in blocks(page):
        if block.language == "bash":
            allowed = block.note.startswith(NOT_RUN) or (
                run_here and block.note in {"", BACKGROUND, AFTER_CTRL_C}
            )
            assert allowed, f"{block.place} is neither run nor marked"
        else:
            assert block.language in {"python", "sql", "text", "mermaid", "sh", "toml"}, block.place


@by_page
def test_mapping_files_are_mapping_files(page: Path) -> None:
    for block in blocks(page):
        if block.language == "toml":
            parse_mapping(block.code.encode(), block.place)


@by_page
def test_diagrams_are_diagrams(page: Path) -> None:
    for block in blocks(page):
        if block.language == "mermaid":
            assert block.code.split()[0] in DIAGRAMS, block.place
            for opening, closing in ("()", "[]", "{}"):
                if block.code.split()[0] != "erDiagram":
                    assert block.code.count(opening) == block.code.count(closing), block.place
            assert len(re.findall(r"^\s*subgraph ", block.code, re.MULTILINE)) == len(
                re.findall(r"^\s*end$", block.code, re.MULTILINE)
            ), block.place


def test_the_spanish_page_has_the_same_blocks() -> None:
    english, spanish = (
        [(block.note, block.language, block.code) for block in blocks(page)]
        for page in (README, ROOT / "README.es.md")
    )
    assert spanish == english


def test_the_passwords_are_made_by_one_line() -> None:
    (docker,) = [block for block in blocks(README) if "docker compose" in block.code]
    assert docker.code.splitlines()[0] in (ROOT / ".env.example").read_text(encoding="utf-8")
