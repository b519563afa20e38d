"""A split forecast as a planner says it: 48 = usual 40, +11 promotion, -3 trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np

Language = Literal["en", "es"]

USUAL: Final = "usual"
SEASON: Final = "season"
TREND: Final = "trend"
WEEKDAY: Final = "weekday"
PRODUCT: Final = "product"
NOT_BELOW_ZERO: Final = "not below zero"

_SPANISH: Final = {
    USUAL: "lo habitual",
    SEASON: "temporada",
    TREND: "tendencia",
    WEEKDAY: "día de la semana",
    PRODUCT: "producto",
    NOT_BELOW_ZERO: "no menos de cero",
    "promotion": "promoción",
    "price": "precio",
    "holiday": "festivo",
    "temperature": "temperatura",
    "sunshine": "horas de sol",
    "closed": "cerrado",
}
_LIKE: Final = {"en": "from look-alikes", "es": "por parecidos"}


def digits_of(total: float) -> int:
    """Decimals that are worth saying of a number of units.

    >>> digits_of(48.3), digits_of(4.83), digits_of(0.483)
    (0, 1, 2)
    """
    return 0 if abs(total) >= 10 or total == 0 else 1 if abs(total) >= 1 else 2


def rounded_parts(
    parts: Sequence[float], digits: int, total: float | None = None
) -> tuple[float, list[float]]:
    """The rounded sum of `parts` (or `total`), and parts rounded so that they add up to it: the largest
    remainders are rounded up.

    >>> rounded_parts([40.4, 11.4, -3.4], 0)
    (48.0, [40.0, 11.0, -3.0])
    """
    unit = 10.0**digits
    scaled = np.asarray(parts, dtype=np.float64) * unit
    whole = np.floor(scaled)
    wanted = round(scaled.sum() if total is None else total * unit)
    missing = wanted - round(float(whole.sum()))
    order = np.argsort(whole - scaled, kind="stable")  # the largest remainder first
    turns, rest = divmod(missing, len(whole))
    whole += turns
    whole[order[:rest]] += 1.0
    return wanted / unit, [float(number) / unit for number in whole]


def in_words(
    parts: Mapping[str, float],
    language: Language = "en",
    *,
    similar_to: str = "",
    total: float | None = None,
) -> str:
    """A sentence whose numbers add up: the usual first, then what adds or takes most. `parts` in units.

    `similar_to`: look-alikes whose sales stand for the series' own. `total`: a whole number of units that the
    forecast has been rounded to.

    >>> in_words({"usual": 40.2, "trend": -3.1, "promotion": 10.9, "price": 0.1})
    '48 = usual 40, +11 promotion, -3 trend'
    >>> in_words({"usual": 0.0}, "es")
    '0 = lo habitual 0'
    """
    decimals = digits_of(sum(parts.values())) if total is None else 0
    said_total, numbers = rounded_parts(list(parts.values()), decimals, total)
    rounded = dict(zip(parts, numbers, strict=True))
    others = sorted((name for name in rounded if name != USUAL), key=lambda name: -abs(parts[name]))
    said = [f"{_word(USUAL, language)} {rounded.get(USUAL, 0.0):.{decimals}f}"]
    said += [f"{rounded[name]:+.{decimals}f} {_word(name, language)}" for name in others if rounded[name]]
    sentence = f"{said_total:.{decimals}f} = {', '.join(said)}"
    return f"{sentence} ({_LIKE[language]} {similar_to})" if similar_to else sentence


def _word(group: str, language: Language) -> str:
    return _SPANISH.get(group, group) if language == "es" else group
