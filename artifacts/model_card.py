"""`model_card.md`: what a model is, how good it is, why it was kept, and how to load it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from artifacts.markdown_text import escaped
from artifacts.metrics_table import READING, metrics_markdown


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a model card states besides its metrics.

    cutoff: last period the model has seen. series, rows: how much it was fitted on. hyperparameters: of the
    winning recipe. promoted, reason: the decision. limits: sentences on what the model cannot do.
    effects: sentences on what promotions, holidays and prices are worth.
    """

    dataset: str
    dataset_version: str
    model_version: str
    recipe: str
    freq: str
    cutoff: datetime.date
    series: int
    rows: int
    promoted: bool
    reason: str
    hyperparameters: Mapping[str, object] = field(default_factory=dict)
    limits: Sequence[str] = ()
    effects: Sequence[str] = ()


def model_card(facts: ModelFacts, test_metrics: pd.DataFrame, window_metrics: pd.DataFrame) -> str:
    """Markdown. Both tables have recipe, mae, mse, rmse, wape, mase, bias, rows, one row per recipe."""
    settings = ", ".join(f"{name} = {value}" for name, value in sorted(facts.hyperparameters.items()))
    known_limits = (
        "It knows what was sold, not what was asked for, except where stockouts were recorded.",
        "It knows nothing after its cutoff: a new product, shop or price needs a new training.",
        *facts.limits,
    )
    return f"""# {escaped(facts.dataset)} {facts.model_version}: {escaped(facts.recipe)}

Forecasts demand as joint sample paths; mean and quantiles are read off the paths.

- Dataset: {escaped(facts.dataset)}, version `{facts.dataset_version}`
- Fitted on: {facts.series:,} series, {facts.rows:,} rows, frequency {facts.freq}
- Cutoff: {facts.cutoff:%Y-%m-%d}, the last period seen
- Recipe: {escaped(facts.recipe)}, {escaped(settings) or "no hyperparameters"}
- Decision: {"promoted" if facts.promoted else "not promoted"}. {escaped(facts.reason)}

## Load it

Check the signature first (`abasto pull model` does): loading a pickle runs what is in it.

```python
import joblib
model = joblib.load("model.pkl")
print(model)
```

`model.demand_paths(panel, cutoff, horizon, paths, seed)` draws the futures.

## Test: the last periods, from a fixed origin

{metrics_markdown(test_metrics, facts.recipe)}

## Windows: rolling origins, refitted at each

{metrics_markdown(window_metrics, facts.recipe)}

{READING}

Errors are in units of sales; wape is a share of sales; mase and rmsse below 1 beat the seasonal naive
forecast inside the training data; bias is forecast minus actual.

{_effects(facts.effects)}## Limits

{chr(10).join(f"- {escaped(limit)}" for limit in known_limits)}
"""


def _effects(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    listed = "\n".join(f"- {escaped(sentence)}" for sentence in sentences)
    return f"""## What events and prices are worth

The same periods forecast with and without, and beside it what was sold over the forecast without.

{listed}

"""
