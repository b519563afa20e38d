"""Names that cannot escape, ids that hash what went in, and a layout in which nothing meets by chance."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intake.errors import InputError
from storage import ids
from storage.keys import UPLOAD_FOLDERS, Folder, Keys, Ref, checked_path, pointer_in, window_file

KEYS = Keys()
VERSION = "0123456789abcdef"
SHA = "a" * 64


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../b", "..", ".", "/x", "x/", "a//b", "", "a\0b", "a\nb", "a\x7fb", "a\\b", "x" * 1025],
)
def test_a_name_that_could_escape_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        KEYS.uploads("ventas") / name
    with pytest.raises(InputError):
        KEYS.uploads("ventas").folder(name)
    with pytest.raises(ValidationError):
        Ref(bucket="b", key=name)


@given(st.text())
def test_what_is_let_through_stays_in_its_folder(name: str) -> None:
    try:
        key = checked_path(name)
    except InputError:
        return
    parts = key.split("/")
    assert not {"", ".", ".."} & set(parts)
    assert "\0" not in key


def test_names_of_people_are_let_through() -> None:
    for name in ("Ventas.csv", "Tienda Ñuñoa/enero 2026 (1).csv", "..x/y..", "日本.csv"):
        assert (KEYS.uploads("ventas") / name).key == f"ventas/{name}"


def test_the_layout_is_that_of_the_design() -> None:
    assert str(KEYS.uploads("recetas")) == "dataset-predicciones/recetas/"
    assert (
        str(KEYS.snapshot(SHA, "ventas/a/Ventas.csv")) == f"dataset-predicciones/snapshots/{SHA}/Ventas.csv"
    )
    assert str(KEYS.dataset_version("d", VERSION)) == f"dataset-predicciones/datasets/d/{VERSION}/"
    assert str(pointer_in(KEYS.dataset("ventas"))) == "dataset-predicciones/datasets/ventas/latest.json"
    assert str(KEYS.rejected(SHA, VERSION)) == f"dataset-predicciones/rechazados/{SHA}/{VERSION}.csv"
    assert str(KEYS.model("d", "v0012")) == "modelos/d/v0012/"
    assert str(pointer_in(KEYS.dataset_models("d"))) == "modelos/d/latest.json"
    backtest = KEYS.backtest("d", SHA)
    assert str(backtest) == "modelos/d/backtests/aaaaaaaaaaaaaaaa/"
    window = backtest / window_file(date(2026, 2, 2), "ridge")
    assert str(window) == f"{backtest}windows/2026-02-02/ridge.parquet"
    assert (
        str(KEYS.prediction("d", VERSION, "v0012", 31, SHA)) == f"predicciones/d/{VERSION}-v0012-31-aaaaaaaa/"
    )
    assert str(KEYS.plan("d", "2026-W07-r1")) == "reposicion/d/2026-W07-r1/"
    assert (
        str(KEYS.order_event("d", "2026-W07-r1-acme", 3)) == "reposicion/d/orders/2026-W07-r1-acme/0003.json"
    )
    assert KEYS.buckets == ("dataset-predicciones", "modelos", "predicciones", "reposicion")
    assert Keys(models="one", plans="one").buckets == ("dataset-predicciones", "one", "predicciones")


def test_what_is_no_id_is_refused() -> None:
    for wrong in (
        lambda: KEYS.uploads("nada"),
        lambda: KEYS.snapshot("x", "y"),
        lambda: KEYS.dataset_version("d", "../../x"),
        lambda: KEYS.dataset("Ventas"),
        lambda: KEYS.model("d", "v1"),
        lambda: KEYS.plan("d", "2026-W07"),
        lambda: KEYS.prediction("d", VERSION, "latest", 1, SHA),
        lambda: ids.plan_id("2026-W54", 1),
    ):
        with pytest.raises(InputError):
            wrong()


@given(st.text(min_size=1))
def test_a_number_of_an_order_is_one_part_of_a_key(number: str) -> None:
    if any(0xD800 <= ord(character) <= 0xDFFF for character in number):
        return
    ref = KEYS.order_event("d", number, 1)
    assert ref.key.count("/") == 3


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2, unique=True))
def test_two_order_numbers_never_meet(numbers: list[str]) -> None:
    assert ids.safe_segment(numbers[0]) != ids.safe_segment(numbers[1])


@pytest.mark.parametrize(
    ("key", "dataset"),
    [
        ("ventas/Ventas.csv", "ventas"),
        ("ventas/Ventas (1).csv", "ventas-1"),
        ("ventas/Tienda Ñuñoa/2026.csv", "tienda-nunoa"),
        ("ventas/shop_1/deep/er/2026.csv", "shop_1"),
        ("ventas/sin extension", "sin-extension"),
        ("ventas/a.b.csv", "a-b"),
    ],
)
def test_a_dataset_is_the_first_folder_else_the_stem(key: str, dataset: str) -> None:
    assert ids.dataset_of(key) == dataset
    assert ids.checked_dataset(dataset) == dataset


def test_a_file_without_a_usable_name_gives_no_dataset() -> None:
    with pytest.raises(InputError, match="gives no name for a dataset"):
        ids.dataset_of("ventas/日本.csv")


def test_hashes_are_those_of_the_standard() -> None:
    assert (
        ids.sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )  # FIPS 180-2
    written = b'{"a":[1,"\xc3\xb1"],"b":"2026-02-09"}'
    assert ids.input_hash({"b": date(2026, 2, 9), "a": [1, "ñ"]}) == hashlib.sha256(written).hexdigest()


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(), max_size=5))
def test_the_order_of_inputs_does_not_count(inputs: dict[str, int]) -> None:
    backwards = dict(reversed(inputs.items()))
    assert ids.input_hash(inputs) == ids.input_hash(backwards)
    assert json.loads(ids.canonical_json(inputs)) == inputs


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_number_has_no_hash(number: float) -> None:
    with pytest.raises(InputError, match="NaN or infinite"):
        ids.input_hash({"paths": number})


def test_a_dataset_version_depends_on_all_that_made_it() -> None:
    version = ids.dataset_version(["a", "b"], {"Fecha": "ds"}, "1")
    assert len(ids.checked_dataset_version(version)) == 16
    assert version != ids.dataset_version(["b", "a"], {"Fecha": "ds"}, "1"), (
        "a later file replaces an earlier"
    )
    assert version != ids.dataset_version(["a", "b"], {"Dia": "ds"}, "1")
    assert version != ids.dataset_version(["a", "b"], {"Fecha": "ds"}, "2")


def test_numbers_and_weeks_are_read_back() -> None:
    assert [ids.model_number(ids.model_version(number)) for number in (1, 9999, 12345)] == [1, 9999, 12345]
    assert ids.plan_week_and_revision(ids.plan_id("2026-W07", 12)) == ("2026-W07", 12)
    assert [ids.is_plan_id(name) for name in ("2026-W07-r1", "orders", "2026-W07-r0")] == [True, False, False]
    assert [ids.is_model_version(name) for name in ("v0001", "v1", "latest.json")] == [True, False, False]


def test_upload_folders_are_the_eight_of_the_design() -> None:
    assert len(UPLOAD_FOLDERS) == len(set(UPLOAD_FOLDERS.values())) == 8


def test_a_folder_is_a_place() -> None:
    folder = Folder(bucket="b", path="x/y")
    assert (folder.prefix, folder.name, Folder(bucket="b").prefix) == ("x/y/", "y", "")
    assert (folder / "z").name == "z"
    assert Folder(bucket="b") / "z" == Ref(bucket="b", key="z")
