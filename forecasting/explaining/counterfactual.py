"""What would be expected if exogenous columns were otherwise in the periods ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.features.table import PRICE
from forecasting.recipes.contract import Array, Standing
from forecasting.series.history import History
from intake.periods import periods_a_year

_USUALLY, _DEEPEST = 0.25, 0.9  # the quantile that three of four reach; prices stay above zero


def instead(standing: Standing, values: Mapping[str, float | Array]) -> Standing:
    """`standing` with other exogenous `values` after its origin: a number, or one per series, by column."""
    history = standing.history
    changed = dict(history.exog)
    for name, value in values.items():
        column = changed[name].copy()
        column[:, standing.origin + 1 :] = np.reshape(value, (-1, 1))
        changed[name] = column
    return replace(standing, history=replace(history, exog=changed))


def without(standing: Standing, names: Sequence[str]) -> Standing:
    """`standing` with none of the events `names` after its origin. Where promotions usually lower prices, a
    promotion takes its discount with it: it is no decision about prices of its own.
    """
    if not names:
        return standing
    exog, origin = standing.history.exog, standing.origin
    bare = instead(standing, dict.fromkeys(names, 0.0))
    if "promotion" not in names or PRICE not in exog:
        return bare
    discount = _usual_discount(exog[PRICE][:, : origin + 1], exog["promotion"][:, : origin + 1])
    price, promoted = exog[PRICE].copy(), np.nan_to_num(exog["promotion"][:, origin + 1 :]) > 0
    price[:, origin + 1 :] /= np.where(promoted, 1.0 - discount * exog["promotion"][:, origin + 1 :], 1.0)
    return replace(bare, history=replace(bare.history, exog=dict(bare.history.exog) | {PRICE: price}))


def at_usual_price(standing: Standing) -> Standing:
    """`standing` with every price after its origin at what is usual for the series: the median of the last
    year, outside promotions where there are any. As it is where no price was ever known.
    """
    history, origin = standing.history, standing.origin
    if PRICE not in history.exog:
        return standing
    last_year = slice(max(0, origin + 1 - periods_a_year(history.freq)), origin + 1)
    prices = pd.DataFrame(history.exog[PRICE][:, last_year].T)
    if "promotion" in history.exog:
        ordinary = prices.where(pd.DataFrame(history.exog["promotion"][:, last_year].T).fillna(0.0) <= 0)
        prices = ordinary.fillna(prices.where(ordinary.notna().sum() == 0))
    usual = prices.median().to_numpy(dtype=np.float64)[:, None]
    price = history.exog[PRICE].copy()
    ahead = price[:, origin + 1 :]
    price[:, origin + 1 :] = np.where(np.isnan(usual), ahead, usual)
    return replace(standing, history=replace(history, exog=dict(history.exog) | {PRICE: price}))


def _usual_discount(price: Array, promotion: Array) -> Array:
    """(series, 1): the share of the price before it that three of four promotions took at least, per unit of
    `promotion`; where a series had none, that of all; 0 where there is no such share: prices that move by
    themselves are no discount.
    """
    prices, flags = pd.DataFrame(price.T), pd.DataFrame(promotion.T).fillna(0.0)
    ordinary = prices.where(flags <= 0).ffill()
    shares = (1.0 - prices / ordinary.where(ordinary > 0)) / flags.where(flags > 0)
    everywhere = pd.Series(shares.to_numpy().ravel()).quantile(_USUALLY)
    usual = shares.quantile(_USUALLY).fillna(everywhere).fillna(0.0)
    return usual.clip(0.0, _DEEPEST).to_numpy(dtype=np.float64)[:, None]


def events(history: History, origin: int) -> tuple[str, ...]:
    """Exogenous columns that are mostly 0 up to `origin` and never below: what happens or does not."""
    found = []
    for name, values in history.exog.items():
        known = values[:, : origin + 1]
        known = known[~np.isnan(known)]
        if known.size and (known >= 0).all() and (known == 0).mean() >= 0.5:
            found.append(name)
    return tuple(found)
