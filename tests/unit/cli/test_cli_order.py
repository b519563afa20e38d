"""`abasto order`: one decision from files."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli.decision_files import DecisionFiles
from cli.order import Decision, order
from intake.errors import ConflictError, InputError, MissingError
from planning.plan import IDENTITY
from planning.stated_terms import StatedTerms

WEEKS = pd.date_range("2024-01-01", periods=28, freq="W-MON")
SERIES = [(shop, product) for shop in ("7", "12") for product in ("126", "40", "9")]
DECISION = Decision(
    stated=StatedTerms(2, 0.2, 1.0),
    recipe="moving_average",
    assume={},
    review_period=1,
    tuned=False,
    paths=60,
)


def sold() -> pd.DataFrame:
    generator = np.random.default_rng(5)
    rows = {key: generator.poisson(3 + 4 * number, len(WEEKS)) for number, key in enumerate(SERIES)}
    return pd.DataFrame(rows, index=WEEKS)


def wide(values: pd.DataFrame) -> str:
    """Store, Product and a column a week."""
    table = values.T
    table.columns = [f"{week:%Y-%m-%d}" for week in WEEKS]
    return table.rename_axis(["Store", "Product"]).reset_index().to_csv(index=False)


def long(values: pd.DataFrame, in_stock: pd.DataFrame) -> str:
    rows = [
        (f"{week:%d/%m/%Y}", *key, values.loc[week, key], int(in_stock.loc[week, key]))
        for key in SERIES
        for week in WEEKS
    ]
    return pd.DataFrame(rows, columns=["Fecha", "Tienda", "Producto", "Ventas", "in_stock"]).to_csv(
        index=False, sep=";"
    )


def state() -> str:
    rows = [(*key, 5 + number, number, 2 * number) for number, key in enumerate(reversed(SERIES))]
    columns = ["Store", "Product", "End Inventory", "In Transit W+1", "In Transit W+2"]
    return pd.DataFrame(rows, columns=columns).to_csv(index=False)


@pytest.fixture
def files(tmp_path: Path) -> DecisionFiles:
    there = pd.DataFrame(True, index=WEEKS, columns=sold().columns)
    there.iloc[10:14, 2] = False
    texts = {
        "sales": wide(sold()),
        "in_stock": wide(there),
        "long": long(sold(), there),
        "state": state(),
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return DecisionFiles(
        sales=[tmp_path / "sales.csv"], in_stock=tmp_path / "in_stock.csv", stock=tmp_path / "state.csv"
    )


def ordered(files: DecisionFiles, out: Path, decision: Decision = DECISION) -> pd.DataFrame:
    order(files, decision, out, None, overwrite=False)
    return pd.read_csv(BytesIO(out.read_bytes()), dtype={"Store": str, "Product": str})


def test_a_wide_file_and_a_long_one_give_the_same_orders_in_the_rows_of_the_stock_file(
    files: DecisionFiles, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = ordered(files, tmp_path / "orders.csv")
    assert list(table.columns[:4]) == ["Store", "Product", "order_quantity", "unique_id"]
    assert list(zip(table["Store"], table["Product"], strict=True)) == list(reversed(SERIES))
    assert table["on_hand"].tolist() == [5, 6, 7, 8, 9, 10]
    assert table["on_order"].tolist() == [0, 3, 6, 9, 12, 15], "both weeks in transit come in time"
    assert (sum(sign * table[term] for term, sign in IDENTITY) == table["order_quantity"]).all()
    assert table["explanation"].str.startswith("Sales forecast ").all()
    means = sold().iloc[-13:].mean()[list(reversed(SERIES))].to_numpy()
    assert table["forecast"].to_numpy() == pytest.approx(3 * means, rel=0.25, abs=2)
    assert "complete to 2024-07-14" in capsys.readouterr().out

    other = DecisionFiles(sales=[tmp_path / "long.csv"], stock=tmp_path / "state.csv")
    pd.testing.assert_frame_equal(ordered(other, tmp_path / "long" / "orders.csv"), table)


def test_an_item_a_supplier_and_terms_win_over_what_is_stated(files: DecisionFiles, tmp_path: Path) -> None:
    plain = ordered(files, tmp_path / "plain.csv").set_index("unique_id")["order_quantity"]
    texts = {
        "items": "unique_id,holding_cost,shortage_cost\n126,5,1\n",
        "suppliers": "supplier_id,lead_time\nacme,7\n",
        "terms": "supplier_id,product,pack_size,unit_cost\nacme,126,10,2.5\nacme,40,1,1\nacme,9,1,1\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    described = DecisionFiles(**{**vars(files), **{name: tmp_path / f"{name}.csv" for name in texts}})
    table = ordered(described, tmp_path / "described.csv").set_index("unique_id")
    assert set(table["supplier_id"]) == {"acme"}
    assert (table["due_date"] == "2024-07-22").all(), "the supplier's lead time of a week, not the two stated"
    of_126 = table[table.index.str.endswith("/126")]
    assert (of_126["order_quantity"] % 10 == 0).all()
    assert of_126["explanation"].str.contains("critical ratio 1").all(), "1 / (1 + 5) and less"
    assert (table["order_quantity"] <= plain + 10).all()


def test_what_is_there_is_not_written_over_unless_asked(files: DecisionFiles, tmp_path: Path) -> None:
    out = tmp_path / "orders.csv"
    out.write_text("signed", encoding="utf-8")
    with pytest.raises(ConflictError, match="--replace"):
        order(files, DECISION, out, None, overwrite=False)
    assert out.read_text(encoding="utf-8") == "signed"
    order(files, DECISION, out, None, overwrite=True)
    assert out.read_text(encoding="utf-8").startswith("Store,Product,order_quantity")


def test_past_forecasts_are_kept_and_those_of_a_damaged_file_made_again(
    files: DecisionFiles, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, cache = tmp_path / "orders.csv", tmp_path / ".abasto-cache"
    order(files, DECISION, out, None, overwrite=False)
    first, kept = out.read_bytes(), sorted(cache.glob("*.npy"))
    assert f"past fits: {len(kept)} made, 0 taken; past windows: " in capsys.readouterr().out
    kept[0].write_bytes(kept[0].read_bytes()[:-8] + bytes(8))
    order(files, DECISION, out, None, overwrite=True)
    assert f"past fits: 1 made, {len(kept) - 1} taken; " in capsys.readouterr().out
    assert out.read_bytes() == first

    kept[0].unlink()
    foreign = b"pickled, or worse"
    named = f"{kept[0].name[:32]}-{hashlib.sha256(foreign).hexdigest()[:32]}.npy"
    (cache / named).write_bytes(foreign)
    order(files, DECISION, out, None, overwrite=True)
    assert f"past fits: 1 made, {len(kept) - 1} taken; " in capsys.readouterr().out
    assert out.read_bytes() == first

    sales = pd.read_csv(tmp_path / "sales.csv")
    sales.iloc[0, 2] += 50  # the first week of one series
    sales.to_csv(tmp_path / "sales.csv", index=False)
    order(files, DECISION, out, None, overwrite=True)
    assert f"past fits: {len(kept)} made, 0 taken; " in capsys.readouterr().out


def test_what_cannot_be_used_is_said_with_its_place_and_the_way_out(
    files: DecisionFiles, tmp_path: Path
) -> None:
    out = tmp_path / "orders.csv"
    with pytest.raises(InputError, match="--lead-time 2"):
        order(
            files,
            Decision(stated=StatedTerms(), recipe="moving_average", assume={}),
            out,
            None,
            overwrite=False,
        )
    with pytest.raises(InputError, match="state both"):
        StatedTerms(2, 0.2)
    (tmp_path / "in_stock.csv").write_text(wide(sold()), encoding="utf-8")
    with pytest.raises(InputError, match=r"in_stock\.csv, column 'y': in_stock is yes or no"):
        order(files, DECISION, out, None, overwrite=False)
    text = (tmp_path / "state.csv").read_text(encoding="utf-8")
    (tmp_path / "state.csv").write_text(text.replace("12,9,5,", "12,9,many,"), encoding="utf-8")
    with pytest.raises(InputError, match=r"state\.csv: .*line 2, column 'End Inventory': 'many'"):
        order(files, DECISION, out, None, overwrite=False)
    promoted = long(sold(), sold() >= 0).replace("in_stock", "promotion")
    (tmp_path / "long.csv").write_text(promoted, encoding="utf-8")
    (tmp_path / "state.csv").write_text(text, encoding="utf-8")
    with pytest.raises(MissingError, match="--assume promotion=0"):
        order(
            DecisionFiles(sales=[tmp_path / "long.csv"], stock=files.stock),
            DECISION,
            out,
            None,
            overwrite=False,
        )
    assert not out.exists()


def test_a_series_that_cannot_be_planned_has_no_quantity_and_its_reason(
    files: DecisionFiles, tmp_path: Path
) -> None:
    with (tmp_path / "state.csv").open("a", encoding="utf-8") as file:
        file.write("12,777,4,0,0\n")
    table = ordered(files, tmp_path / "orders.csv")
    assert table["order_quantity"].isna().tolist() == [False] * 6 + [True]
    assert "no forecast" in table["explanation"].iloc[-1]
