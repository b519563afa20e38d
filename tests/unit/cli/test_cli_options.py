"""Words of a command line as parameters of a flow."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.run import KINDS, list_options, parse_options, request_model, run_from_words
from intake.errors import InputError

names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
values = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())


@given(st.dictionaries(names, values))
def test_whatever_is_valid_json_arrives_as_it_is(options: dict[str, object]) -> None:
    assert parse_options([f"{name}={json.dumps(value)}" for name, value in options.items()]) == options


@given(names, st.text(alphabet="abcxyz-_:/ =", min_size=1))
def test_what_is_no_json_is_text_even_with_an_equals_sign(name: str, text: str) -> None:
    assert parse_options([f"{name}={text}"]) == {name: text}


@given(names, st.dictionaries(names, st.integers(), min_size=1))
def test_dotted_names_fill_a_table(table: str, entries: dict[str, int]) -> None:
    words = [f"{table}.{name}={value}" for name, value in entries.items()]
    assert parse_options(words) == {table: entries}


def test_the_last_of_two_equal_names_counts() -> None:
    assert parse_options(["horizon=4", "horizon=8"]) == {"horizon": 8}


@pytest.mark.parametrize("words", [["horizon"], ["=8"], [""], ["assume=5", "assume.promotion=0"]])
def test_words_that_mean_nothing_are_refused_in_a_sentence(words: list[str]) -> None:
    with pytest.raises(InputError, match="--option"):
        parse_options(words)


@pytest.mark.parametrize("kind", KINDS)
def test_every_flow_lists_its_parameters_with_their_meaning(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    list_options(kind)
    shown = capsys.readouterr().out
    for name, field in request_model(kind).model_fields.items():
        if name != "dataset":
            assert name in shown
            assert field.description, f"{kind}: {name} says nothing"


@pytest.mark.parametrize(
    ("kind", "dataset", "options", "said"),
    [
        (
            "bake",
            None,
            [],
            "there is no flow 'bake'; use one of ingest, train, backtest, forecast, replenish, whatif",
        ),
        ("train", None, ["colour=1"], "option colour: Extra inputs are not permitted"),
        ("train", None, ["recipes=[]"], "option recipes: "),
        ("train", None, ['recipes=["magic"]'], "option recipes.0: Input should be 'seasonal_naive'"),
        ("train", "No Such", [], "option dataset: String should match pattern '^[a-z0-9]"),
        ("train", None, ["dataset_version=latest"], "option dataset_version: String should match"),
        ("ingest", None, ["validation_end=2025-01-01"], "validation_end needs a train_end before it"),
        ("ingest", None, ["as_of=yesterday"], "option as_of: "),
        ("forecast", None, ["horizon=0"], "option horizon: Input should be greater than or equal to 1"),
        ("replenish", None, ["service_level=1"], "option service_level: Input should be less than 1"),
    ],
)
def test_a_parameter_that_cannot_be_is_one_sentence_before_anything_starts(
    kind: str, dataset: str | None, options: list[str], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        run_from_words(kind, dataset, options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
