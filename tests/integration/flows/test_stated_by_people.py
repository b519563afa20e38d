"""A mapping file beside the data is obeyed, kept, and part of the version."""

from __future__ import annotations

import builders
import pytest
from shop import Shop

from intake.errors import InputError
from storage.manifests import read_published
from tasks.connection import connection

pytestmark = pytest.mark.usefixtures("without_plots")


def test_changing_only_the_mapping_makes_a_new_version(shop: Shop) -> None:
    rows = [(builders.week(number), number, number * 10) for number in range(6)]
    shop.upload("ventas", builders.csv("Fecha,Uno,Dos", rows))
    with pytest.raises(InputError, match="no quantity column"):
        shop.ingest()
    shop.upload("ventas", b'[columns]\n"Uno" = "y"\n', "mapeo.toml")
    first = shop.ingest()
    assert shop.table(first, "sales.parquet")["y"].tolist() == [0, 1, 2, 3, 4]
    assert any(name.startswith("mapeo ") for name in first.manifest.provenance.inputs)
    shop.upload("ventas", b'[columns]\n"Dos" = "y"\n', "mapeo.toml")
    second = shop.ingest()
    assert second.folder != first.folder
    assert shop.table(second, "sales.parquet")["y"].tolist() == [0, 10, 20, 30, 40]
    store, _ = connection()
    assert read_published(store, first.folder).manifest == first.manifest
