"""Which sales count: complete periods, corrections, what was known before."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import builders
import pandas as pd
import pytest
from shop import Shop, World

from intake.errors import InputError, MissingError
from storage.manifests import Published
from tasks.connection import connection

pytestmark = pytest.mark.usefixtures("without_plots")

FIFTH_WEEK_SUNDAY = builders.week(5) - timedelta(days=1)


def cutoff(published: Published) -> str:
    return str(published.manifest.provenance.parameters["cutoff"])


def sold(shop: Shop, published: Published, series: str = "centro/jabon") -> pd.Series[float]:
    sales = shop.table(published, "sales.parquet")
    own = sales[sales["unique_id"] == series]
    return own.set_index("ds")["y"]


def test_the_newest_period_may_still_be_going_on_and_is_left_out(
    shop: Shop, said: pytest.LogCaptureFixture
) -> None:
    shop.upload("ventas", builders.weekly_sales(5))
    first = shop.ingest()
    assert cutoff(first) == f"{builders.week(3)}"
    assert first.manifest.metrics["running_rows"] == 3
    assert f"state as_of={FIFTH_WEEK_SUNDAY}" in said.text
    shop.upload("ventas", builders.weekly_sales(6), "later.csv")
    assert cutoff(shop.ingest()) == f"{builders.week(4)}", "a later period has begun"


def test_a_person_can_say_that_the_newest_period_is_over_and_it_stays_said(shop: Shop) -> None:
    shop.upload("ventas", builders.weekly_sales(5))
    too_early = shop.ingest(as_of=FIFTH_WEEK_SUNDAY - timedelta(days=1))
    assert cutoff(too_early) == f"{builders.week(3)}"
    assert cutoff(shop.ingest(as_of=FIFTH_WEEK_SUNDAY)) == f"{builders.week(4)}"
    assert cutoff(shop.ingest()) == f"{builders.week(4)}", "what was complete once stays complete"


def test_the_day_of_a_stock_count_says_so_too(shop: Shop) -> None:
    shop.upload("ventas", builders.weekly_sales(5))
    shop.upload("inventario", builders.stock(as_of=FIFTH_WEEK_SUNDAY))
    counted = shop.ingest()
    assert cutoff(counted) == f"{builders.week(4)}"
    assert counted.manifest.provenance.parameters["as_of"] == f"{FIFTH_WEEK_SUNDAY}"


def test_a_correction_replaces_what_it_covers_and_nothing_else(shop: Shop) -> None:
    shop.upload("ventas", builders.weekly_sales(10))
    before = sold(shop, shop.ingest())
    correction = [(builders.week(2), "centro", "jabon", 99), (builders.week(4), "centro", "jabon", 0)]
    shop.upload("ventas", builders.csv("ds,location,product,y", correction), "correction.csv")
    corrected = shop.ingest()
    expected = before.copy()
    expected.loc[[pd.Timestamp(builders.week(2)), pd.Timestamp(builders.week(4))]] = [99.0, 0.0]
    pd.testing.assert_series_equal(sold(shop, corrected), expected)


def test_an_overwritten_upload_keeps_the_history_that_it_no_longer_holds(shop: Shop) -> None:
    """People export 'the last months' to the same name again and again."""
    shop.upload("ventas", builders.weekly_sales(8))
    first = shop.ingest()
    shop.upload("ventas", builders.weekly_sales(4, first=6))
    second = shop.ingest()
    assert len(sold(shop, first)) == 7
    assert len(sold(shop, second)) == 9, "weeks 0 to 8 are complete, 6 to 9 came now"
    assert len(second.manifest.provenance.inputs) == 2


def test_the_same_file_twice_is_the_same_dataset(shop: Shop) -> None:
    shop.upload("ventas", builders.weekly_sales(8))
    first = shop.ingest()
    before = shop.listing()
    shop.upload("ventas", builders.weekly_sales(8))
    assert shop.ingest().folder == first.folder
    assert shop.listing() == before
    shop.upload("ventas", builders.weekly_sales(8), "copy.csv")
    pd.testing.assert_series_equal(sold(shop, shop.ingest()), sold(shop, first))


def test_settings_stay_as_they_were_until_somebody_changes_them(shop: Shop) -> None:
    shop.upload("ventas", builders.weekly_sales(21))
    first = shop.ingest(train_share=0.5, missing_periods="zero", rejected_share=0.2)
    assert len(shop.table(first, "train.csv")) == 3 * 10
    again = shop.ingest()
    assert again.folder == first.folder
    changed = shop.ingest(train_share=0.8)
    assert len(shop.table(changed, "train.csv")) == 3 * 16
    assert changed.manifest.provenance.parameters["missing_periods"] == "zero"


def test_starting_over_forgets_files_and_settings_that_are_gone(shop: Shop) -> None:
    upload = shop.upload("ventas", builders.weekly_sales(12), "wrong.csv")
    shop.ingest(train_share=0.5)
    shop.world.store.remove(upload)
    shop.upload("ventas", builders.weekly_sales(8), "right.csv")
    assert len(sold(shop, shop.ingest())) == 11, "what was once part stays part"
    fresh = shop.ingest(start_over=True)
    assert len(sold(shop, fresh)) == 7
    assert fresh.manifest.provenance.parameters["train_share"] == 0.7
    assert shop.ingest().folder == fresh.folder, "what comes next goes on from here"


def test_bad_rows_go_to_quarantine_with_line_reason_and_text(shop: Shop) -> None:
    content = builders.weekly_sales(10) + b"2024-13-45,centro,jabon,5,1\n"
    shop.upload("ventas", content)
    published = shop.ingest()
    (file,) = published.manifest.metrics["files"].values()  # type: ignore[union-attr]
    assert isinstance(file, dict)
    assert file["lines"]["rejected"] == 1  # type: ignore[index,call-overload]
    keys = shop.world.keys
    rejected = keys.rejected(str(file["snapshot_id"]), published.folder.name)
    quarantine = shop.world.store.get(rejected).decode()
    assert "32" in quarantine, "the physical line"
    assert "2024-13-45,centro,jabon,5,1" in quarantine


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", ""),
        (b"shop,units\ncentro,5\nnorte,6\n", "date"),
        (b"ds,y\n2024-01-01,5\n", "single date"),
        (builders.weekly_sales(4) + b"tomorrow,centro,jabon,5,1\n" * 6, "6 of 18 lines cannot be used"),
    ],
    ids=["empty", "blank", "no date column", "a single date", "too many bad rows"],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(shop: Shop, content: bytes, said: str) -> None:
    shop.upload("ventas", content)
    with pytest.raises(InputError) as refused:
        shop.ingest()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert shop.listing() == {}, "nothing is published of it"


def test_what_is_not_there_says_what_to_do(shop: Shop) -> None:
    with pytest.raises(MissingError, match=f"No sales file was uploaded for the dataset '{shop.dataset}'"):
        shop.ingest()
    shop.upload("ventas", builders.weekly_sales(20))
    with pytest.raises(MissingError, match=f"`abasto run ingest --dataset {shop.dataset}`"):
        shop.train()
    shop.ingest()
    with pytest.raises(MissingError, match="has no version 0123456789abcdef"):
        shop.train(dataset_version="0123456789abcdef")
    with pytest.raises(MissingError, match=f"no model yet: run `abasto run train --dataset {shop.dataset}`"):
        shop.forecast()
    shop.train()
    with pytest.raises(MissingError, match="no finished model v0009: see `abasto models`"):
        shop.forecast(model_version="v0009")
    with pytest.raises(MissingError, match="has no stock file: `abasto upload FILE --as inventario"):
        shop.replenish()
    shop.upload("inventario", builders.stock())
    with pytest.raises(MissingError, match="has no items file: `abasto upload FILE --as productos"):
        shop.replenish()


def test_a_column_that_nobody_knows_for_the_future_names_both_ways_out(shop: Shop) -> None:
    shop.upload("ventas", builders.daily_sales(60))
    shop.ingest()
    shop.train()
    with pytest.raises(MissingError) as missing:
        shop.forecast(horizon=7)
    assert "promotion" in str(missing.value) or "holiday" in str(missing.value)
    assert "put it in the calendar, or state an assumption" in str(missing.value)
    shop.forecast(horizon=7, assume={"promotion": 0, "holiday": 0})


def test_a_missing_bucket_is_named(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.upload("ventas", builders.weekly_sales(20))
    shop.ingest()
    monkeypatch.setenv("ABASTO_MODELS_BUCKET", "bucket-nobody-made")
    connection.cache_clear()
    try:
        with pytest.raises(
            MissingError, match=r"The bucket 'bucket-nobody-made' is missing at .*`abasto up`"
        ):
            shop.train()
    finally:
        monkeypatch.undo()
        connection.cache_clear()


def test_one_file_at_the_top_of_a_folder_serves_every_dataset_without_its_own(world: World) -> None:
    one, other = Shop(world), Shop(world)
    shared = world.keys.uploads("calendario") / "calendar.csv"
    world.store.put(shared, builders.calendar())
    try:
        for shop in (one, other):
            shop.upload("ventas", builders.weekly_sales(10))
        other.upload("calendario", builders.calendar(60), "own.csv")
        files = [set(shop.ingest().manifest.metrics["files"]) for shop in (one, other)]  # type: ignore[arg-type]
        assert str(shared) in files[0]
        assert str(shared) not in files[1]
    finally:
        world.store.remove(shared)


def test_no_csv_for_people_runs_in_a_spreadsheet(shop: Shop) -> None:
    """What somebody typed as a name is data: in the tables as it is, harmless where people open it."""
    weeks = [(builders.week(number), "=1+1", 5) for number in range(30)]
    shop.upload("ventas", builders.csv("ds,unique_id,y", [*weeks, (builders.week(3), "=1+1", "many")]))
    dataset = shop.ingest()
    assert set(shop.table(dataset, "sales.parquet")["unique_id"]) == {"=1+1"}
    assert set(shop.table(dataset, "test.csv")["unique_id"]) == {"'=1+1"}
    (file,) = dict(dataset.manifest.metrics["files"]).values()  # type: ignore[arg-type]
    quarantine = shop.world.keys.rejected(file["snapshot_id"], dataset.folder.name)
    rejected = shop.world.store.get(quarantine).decode()
    assert "=1+1" in rejected
    cells = [cell for row in csv.reader(rejected.splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith("=")], rejected


def test_what_was_ingested_stays_when_its_upload_is_deleted(shop: Shop) -> None:
    upload = shop.upload("ventas", builders.weekly_sales(40))
    before = shop.ingest()
    shop.world.store.remove(upload)
    assert shop.train().manifest.provenance.inputs["dataset"] == before.as_input
    assert shop.ingest().folder == before.folder


def test_what_is_stated_about_a_dataset_counts_stays_and_is_written_down(shop: Shop) -> None:
    days = [(builders.week(0) + timedelta(days=day), "centro/jabon", 10) for day in range(70) if day % 7 != 6]
    shop.upload("ventas", builders.csv("ds,unique_id,y", days[:40]), "january.csv")
    later = [(days[3][0], "centro/jabon", 15), *days[40:]]
    shop.upload("ventas", builders.csv("ds,unique_id,y", later), "later.csv")
    everybodys = shop.world.keys.uploads("inventario") / "stock.csv"
    shop.world.store.put(everybodys, builders.stock())
    stated = {"closed_weekdays": ["SUN"], "freq": "W-MON"}
    first = shop.ingest(rules=stated)
    assert sold(shop, first).tolist() == [65, *[60] * 8]
    facts = first.manifest
    assert facts.provenance.parameters["rules"] == stated
    assert any(note.startswith("freq = 'W-MON', as the form states") for note in facts.notes)
    assert any("serves every dataset" in note for note in facts.notes)
    files: Any = facts.metrics["files"]
    drops = [file["drop"] for file in files.values() if "drop" in file]
    assert [(drop["added"], drop["replaced"]) for drop in drops] == [(40, 0), (20, 1)]
    assert shop.ingest().folder == first.folder, "what was stated stays"
    daily = shop.ingest(rules={"freq": "D"})
    assert any("9 periods without sales are closed" in note for note in daily.manifest.notes)
    with pytest.raises(InputError, match=r"the form: .*closed_weekday"):
        shop.ingest(rules={"closed_weekday": ["SUN"]})
    shop.world.store.remove(everybodys)
