"""Which files make a dataset, how it is split, and when it is too old."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.series.splitting import split_by_time
from intake.assembly import assemble_sales
from intake.tables import Table
from storage import ids
from storage.code_identity import CodeIdentity
from storage.keys import Folder, Keys, Ref
from storage.manifests import Manifest, Provenance, Published
from tasks.dataset_files import sources_of
from tasks.datasets import CODE, split_of
from tasks.plans import complete_periods_missing
from tasks.readings import as_inputs
from tasks.uploads import Upload, of_table

PERIODS = pd.Series(pd.date_range("2024-01-01", periods=10, freq="W-MON"))
SPLIT: dict[str, Any] = {
    "train_share": 0.7,
    "validation_share": 0.0,
    "train_end": None,
    "validation_end": None,
}


def upload(name: str, content: str, table: Table = Table.SALES) -> Upload:
    keys, snapshot_id = Keys(), ids.sha256(content.encode())
    return Upload(
        table=table,
        source=Ref(bucket=keys.datasets, key=f"ventas/{name}"),
        snapshot_id=snapshot_id,
        snapshot=keys.snapshot(snapshot_id, name),
    )


def version_of(sources: list[Upload]) -> Published:
    provenance = Provenance(
        kind="dataset",
        dataset="x",
        inputs=as_inputs(sources, Table.SALES),
        code=CodeIdentity(source_hash="c" * 64),
    )
    manifest = Manifest(provenance=provenance, input_hash=provenance.input_hash, files={})
    return Published(Folder(bucket="b", path="x"), manifest, "", written=False)


def test_the_code_that_splits_belongs_to_the_identity_of_a_dataset() -> None:
    used = (assemble_sales.__module__, split_by_time.__module__)
    places = [f"{module.replace('.', '/')}.py" for module in used]
    assert all(place in CODE or place.partition("/")[0] in CODE for place in places)
    assert all((Path(__file__).parents[3] / place).exists() for place in CODE), "a wrong name hashes nothing"


def test_shares_cut_after_whole_periods() -> None:
    split = split_of(PERIODS, SPLIT)
    assert (split.train_end, split.validation_end, split.test_end) == (PERIODS[6], None, PERIODS[9])
    three = split_of(PERIODS, SPLIT | {"train_share": 0.5, "validation_share": 0.2})
    assert (three.train_end, three.validation_end, three.test_end) == (PERIODS[4], PERIODS[6], PERIODS[9])


def test_shares_whose_sum_is_one_leave_validation_as_the_test() -> None:
    split = split_of(PERIODS, SPLIT | {"train_share": 0.6, "validation_share": 0.4})
    assert (split.train_end, split.validation_end) == (PERIODS[5], None)


def test_dates_overrule_shares() -> None:
    dated = SPLIT | {"train_end": "2024-01-31", "validation_end": "2024-02-20"}
    split = split_of(PERIODS, dated)
    assert (split.train_end, split.validation_end) == (
        pd.Timestamp("2024-01-29"),
        pd.Timestamp("2024-02-19"),
    )


def test_a_new_dataset_has_the_files_in_the_order_they_arrived() -> None:
    files = [upload("b.csv", "1"), upload("a.csv", "2")]
    assert sources_of(None, files) == files


def test_a_file_that_did_not_change_counts_once() -> None:
    files = [upload("a.csv", "1"), upload("b.csv", "2")]
    assert sources_of(version_of(files), files) == files


def test_an_overwritten_file_keeps_its_place_and_the_new_content_comes_last() -> None:
    first, other = upload("a.csv", "1"), upload("b.csv", "2")
    overwritten = upload("a.csv", "3")
    sources = sources_of(version_of([first, other]), [other, overwritten])
    assert sources == [first, other, overwritten]
    assert sources_of(version_of(sources), [other, overwritten]) == sources


def test_content_that_comes_back_is_a_correction_again() -> None:
    first, second = upload("a.csv", "1"), upload("a.csv", "2")
    assert sources_of(version_of([first, second]), [first]) == [first, second, first]


def test_a_removed_file_stays_part_of_the_history() -> None:
    files = [upload("a.csv", "1"), upload("b.csv", "2")]
    assert sources_of(version_of(files), files[1:]) == files


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123")), min_size=1, max_size=12))
def test_ingesting_after_every_upload_never_forgets_and_settles_at_once(
    history: list[tuple[str, str]],
) -> None:
    bucket: dict[str, Upload] = {}
    sources: list[Upload] = []
    for name, content in history:
        bucket[name] = upload(f"{name}.csv", content)
        before = sources
        sources = sources_of(version_of(before) if before else None, list(bucket.values()))
        assert sources[: len(before)] == before
        assert sources_of(version_of(sources), list(bucket.values())) == sources
    newest = {source.source: source.snapshot_id for source in sources}
    assert newest == {each.source: each.snapshot_id for each in bucket.values()}


def test_more_files_than_four_digits_stay_in_order_up_to_9999() -> None:
    files = [upload(f"{number}.csv", str(number)) for number in range(1200)]
    assert sources_of(version_of(files), files) == files


def test_uploads_are_told_apart_by_table() -> None:
    sales, stock = upload("a.csv", "1"), upload("a.csv", "1", Table.STOCK)
    assert of_table([sales, stock], Table.STOCK) == [stock]
    assert list(as_inputs([sales, stock], Table.STOCK)) == ["0001 ventas/a.csv"]


@pytest.mark.parametrize(
    ("cutoff", "freq", "today", "missing"),
    [
        ("2026-02-02", "W-MON", date(2026, 2, 9), 0),  # the week of Monday the 2nd ended yesterday
        ("2026-02-02", "W-MON", date(2026, 2, 15), 0),
        ("2026-02-02", "W-MON", date(2026, 2, 16), 1),
        ("2026-01-05", "W-MON", date(2026, 2, 9), 4),
        ("2026-02-09", "W-MON", date(2026, 2, 9), 0),  # a week stated to be complete before it ended
        ("2026-02-08", "D", date(2026, 2, 9), 0),
        ("2026-02-07", "D", date(2026, 2, 9), 1),
        ("2026-01-01", "MS", date(2026, 2, 2), 0),
        ("2025-12-01", "MS", date(2026, 2, 2), 1),
    ],
)
def test_a_schedule_knows_how_many_periods_are_missing(
    cutoff: str, freq: str, today: date, missing: int
) -> None:
    assert complete_periods_missing(pd.Timestamp(cutoff), freq, today) == missing
