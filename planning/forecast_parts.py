"""What the forecasts behind order lines are made of, in their explanations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from forecasting.explaining.words import in_words

if TYPE_CHECKING:
    from forecasting.explaining.contributions import Contributions


def with_forecast_parts(
    lines: pd.DataFrame, parts: Contributions, similar_to: Mapping[str, str]
) -> pd.DataFrame:
    """Order lines whose `explanation` also says what the forecast of the protection interval is made of.

    `parts`: of the mean demand of some of the series, over the longest interval at least; lines of others
    stay as they are. `similar_to`: by unique_id, the look-alikes that speak for a new series.
    """
    number = {name: place for place, name in enumerate(parts.unique_id)}
    explanations = []
    for line in lines.to_dict("records"):
        name, explanation = str(line["unique_id"]), str(line["explanation"])
        if name in number:
            interval = int(line["lead_time"]) + int(line["review_period"])
            sums = parts.values[number[name], :interval].sum(axis=0).tolist()
            words = in_words(
                dict(zip(parts.groups, sums, strict=True)),
                similar_to=similar_to.get(name, ""),
                total=int(line["forecast"]),
            )
            explanation = f"{explanation} Forecast {words}."
        explanations.append(explanation)
    return lines.assign(explanation=explanations)
