"""A supplier's minimum order value, by hand."""

from __future__ import annotations

import numpy as np

from planning.pack_sizes import whole_packs
from planning.supplier_minimum import raise_to_minimum_value


def test_minimum_200_over_three_lines_orders_24_20_6_and_wastes_95() -> None:
    """Needs 7/20/3, packs 12/10/6, unit costs 4/2.5/9: packs give 152, one more of the first is cheapest."""
    needs, packs = np.array([7, 20, 3]), np.array([12, 10, 6])
    unit_cost = np.array([4.0, 2.5, 9.0])
    quantity = raise_to_minimum_value(
        whole_packs(needs, packs),
        unit_cost=unit_cost,
        pack_size=packs,
        minimum_order_quantity=np.zeros(3, dtype=np.int64),
        longest=np.full(3, 1000),
        minimum_order_value=200.0,
    )
    assert quantity is not None
    assert quantity.tolist() == [24, 20, 6]
    assert float(unit_cost @ (quantity - needs)) == 95.0
