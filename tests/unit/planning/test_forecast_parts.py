from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.explaining.contributions import Contributions
from planning.forecast_parts import with_forecast_parts


def test_an_order_line_says_what_the_forecast_of_its_interval_is_made_of() -> None:
    """30.4 over two periods was rounded to 30; the third period is not the line's."""
    values = np.array([[[10.2, 4.0], [12.2, 4.0], [99.0, 99.0]]])
    lines = pd.DataFrame(
        {
            "unique_id": ["a", "b"],
            "lead_time": 1,
            "review_period": 1,
            "forecast": 30,
            "explanation": "Sales forecast 30.",
        }
    )
    found = with_forecast_parts(lines, Contributions(("a",), ("usual", "promotion"), values), {"a": "c"})
    assert list(found["explanation"]) == [
        "Sales forecast 30. Forecast 30 = usual 22, +8 promotion (from look-alikes c).",
        "Sales forecast 30.",
    ]
    assert list(lines["explanation"]) == ["Sales forecast 30."] * 2
