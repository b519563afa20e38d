"""What a replay cost and held over time, one line per way of ordering. Frame in, PNG bytes out."""

from __future__ import annotations

from typing import Final

import pandas as pd

from artifacts.canvas import BLUE, INK, ORANGE, QUIET, SKY, date_axis, dress, figure, number_axis, png
from intake.errors import MissingError

_COLOURS: Final = (BLUE, ORANGE, SKY, INK)


def replay_plot(accounts: pd.DataFrame) -> bytes:
    """Cost so far and stock at the end of every period.

    accounts: policy, ds, cost, on_hand and counted (whether the period's cost counts). MissingError if empty.
    """
    if accounts.empty:
        raise MissingError("there is nothing to draw; replay one period or more")
    drawing = figure(5.4)
    money, shelf = drawing.subplots(2, 1, sharex=True)
    policies = list(accounts["policy"].unique())
    for policy, colour in zip(policies, _COLOURS, strict=False):
        rows = accounts[accounts["policy"] == policy].sort_values("ds", kind="stable")
        counted = rows["cost"].where(rows["counted"], 0.0).groupby(rows["ds"]).sum()
        last_of_day = rows.groupby("ds")["on_hand"].last()
        money.plot(counted.index, counted.cumsum(), color=colour, label=policy)
        shelf.plot(last_of_day.index, last_of_day, color=colour, label=policy)
    spent = accounts[accounts["counted"]].groupby("policy")["cost"].sum()
    title = ", ".join(f"{policy} {spent.get(policy, 0.0):,.0f}" for policy in policies)
    dress(money, f"Cost so far: {title}", y_label="money", keys=True)
    dress(shelf, "Units on hand at the end of the period", y_label="units")
    for axes in (money, shelf):
        number_axis(axes)
        axes.axhline(0, color=QUIET, linewidth=0.8)
    date_axis(shelf)
    return png(drawing)
