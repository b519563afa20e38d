"""Which dataset an uploaded file belongs to."""

from __future__ import annotations

import pytest

from tasks.uploads import dataset_named_by, serves_all


@pytest.mark.filterwarnings("ignore:Logger 'abasto' attempted to send logs")  # there is no run here
@pytest.mark.parametrize(
    ("key", "dataset"),
    [
        ("ventas/Ventas.csv", "ventas"),
        ("ventas/Tienda Sur/2026.csv", "tienda-sur"),
        ("inventario/Tienda Sur/stock.csv", "tienda-sur"),
        ("inventario/stock.csv", None),
        ("ventas/ñ.csv", "n"),
        ("ventas/日本.csv", None),
    ],
)
def test_a_folder_names_the_dataset_the_same_way_everywhere(key: str, dataset: str | None) -> None:
    assert dataset_named_by(key) == dataset


def test_a_planning_table_at_the_top_serves_every_dataset() -> None:
    assert serves_all("inventario/stock.csv")
    assert not serves_all("ventas/Ventas.csv")
    assert not serves_all("inventario/tienda/stock.csv")
