"""What a feature is called where people read it."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "horizon": "how far ahead",
    "log_scale": "usual size of sales",
    "periods_seen": "length of the history",
    "profile": "season that all series share",
    "price_ratio": "price against the usual one",
}
_WINDOW: Final = re.compile(r"(exponential_mean|season_mean|zero_share|spread|season|mean|lag)_(\d+)")


def feature_words(feature: str, period: str) -> str:
    """A column of the feature table in words; `period` is what its windows count (day, week, month, quarter).

    >>> feature_words("season_mean_13", "week"), feature_words("season_mean_4", "day")
    ('13 weeks around a year ago', 'mean of the last 4 same weekdays')
    >>> feature_words("year_sin_2", "week"), feature_words("periods_since_sale", "day")
    ('time of the year', 'days since the last sale')
    """
    found = _WINDOW.fullmatch(feature)
    if feature.startswith(("year_sin", "year_cos")):
        return "time of the year"
    if feature == "periods_since_sale":
        return f"{period}s since the last sale"
    if found is None:
        return _WORDS.get(feature, feature.replace("_", " "))
    kind, number = found[1], int(found[2])
    some = f"{number} {period}s" if number > 1 else period
    if kind.startswith("season") and period == "day":
        alone = "last same weekday" if number == 1 else f"same weekday {number} weeks ago"
        return f"mean of the last {number} same weekdays" if kind == "season_mean" else alone
    return {
        "mean": f"mean of the last {some}",
        "exponential_mean": f"mean that forgets over {some}",
        "season_mean": f"{some} around a year ago",
        "season": f"same {period} {'a year' if number == 1 else f'{number} years'} ago",
        "zero_share": f"how often nothing sold, last {some}",
        "spread": f"spread of the last {some}",
        "lag": f"last {period}" if number == 1 else f"{some} back",
    }[kind]
