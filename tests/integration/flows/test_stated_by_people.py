"""A mapping file beside the data is obeyed, kept, and part of the version; a wrong upload can be removed."""

from __future__ import annotations

import builders
import pytest
from shop import Shop

from cli.removal import remove_upload
from intake.errors import InputError
from storage import ids
from tasks.connection import connection

pytestmark = pytest.mark.usefixtures("without_plots")


def test_changing_only_the_mapping_makes_a_new_version(shop: Shop) -> None:
    rows = [(builders.week(number), "centro", number, number * 10) for number in range(6)]
    sales = shop.upload("ventas", builders.csv("Fecha,Tienda,Cantidad,Encargo", rows))
    first = shop.ingest()
    assert shop.table(first, "sales.parquet")["y"].tolist() == [0, 1, 2, 3, 4]
    mapping = shop.upload("ventas", b'columns."Encargo" = "y"\n', "mapeo.toml")
    second = shop.ingest()
    assert second.folder != first.folder
    assert shop.table(second, "sales.parquet")["y"].tolist() == [0, 10, 20, 30, 40]
    assert any(name.startswith("mapeo ") for name in second.manifest.provenance.inputs)
    assert shop.ingest().folder == second.folder
    for tidied_away in (sales, mapping):
        connection()[0].remove(tidied_away)
        assert shop.ingest().folder == second.folder


def test_a_wrong_upload_can_be_removed_and_its_bytes_stay(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.upload("ventas", builders.weekly_sales(5))
    before = shop.ingest()
    wrong = shop.upload("ventas", builders.planning_files()["proveedores"][1], "proveedores.csv")
    with pytest.raises(InputError):
        shop.ingest()
    store, keys = connection()
    content = store.get(wrong)
    remove_upload(wrong.key, sure=True)
    assert "part of no dataset" in capsys.readouterr().out
    assert store.find(wrong) is None
    assert shop.ingest().folder == before.folder
    assert store.get(keys.snapshot(ids.sha256(content), wrong.name)) == content
