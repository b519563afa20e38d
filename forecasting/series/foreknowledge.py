"""Which columns are known before the sales are, and which only with them or after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from intake.errors import MissingError
from intake.words.headers import snake_case

# Columns of sales whose future a shop knows by itself, and why.
_KNOWN: Final[Mapping[str, str]] = {
    "price": "because a shop sets it",
    "promotion": "because a shop plans it",
    "holiday": "because every calendar says it",
}
KNOWN_IN_ADVANCE: Final = tuple(_KNOWN)


@dataclass(frozen=True)
class Foreknowledge:
    """What a person stated about columns, by their names in the tables."""

    advance: frozenset[str]
    afterwards: frozenset[str]

    @classmethod
    def of(
        cls,
        sales: pd.DataFrame,
        calendar: pd.DataFrame | None,
        known_in_advance: Iterable[str],
        known_afterwards: Iterable[str],
    ) -> Foreknowledge:
        """Headers as a person writes them, found in the tables; MissingError names one that is not there."""
        present = [*sales.columns, *(calendar.columns if calendar is not None else ())]

        def found(header: str) -> str:
            for name in (header, snake_case(header)):
                if name in present:
                    return name
            raise MissingError(
                f"[dataset] speaks of a column '{header}', which neither sales nor calendar have; "
                f"there are {', '.join(dict.fromkeys(map(str, present)))}"
            )

        return cls(frozenset(map(found, known_in_advance)), frozenset(map(found, known_afterwards)))

    def of_sales(self, name: str) -> bool:
        """Whether a column of the sales file is known in advance."""
        return (name in KNOWN_IN_ADVANCE or name in self.advance) and name not in self.afterwards

    def left_out(self, names: Sequence[str]) -> tuple[str, ...]:
        """A sentence for each column of sales that is not used."""
        return tuple(self._left_out(name) for name in names)

    def sentences(self, of_sales: Sequence[str], of_calendar: Sequence[str]) -> tuple[str, ...]:
        """A sentence for each column that is used: why it is known in advance, and how to say otherwise."""
        reasons = {name: _KNOWN.get(name, "as [dataset] states") for name in of_sales}
        reasons |= {name: "as [dataset] states" for name in of_sales if name in self.advance}
        reasons |= {name: "because a calendar says it" for name in of_calendar if name != "closed"}
        return tuple(
            f"'{name}' is known in advance, {reason}; "
            f'known_afterwards = ["{name}"] in [dataset] says otherwise'
            for name, reason in reasons.items()
        )

    def _left_out(self, name: str) -> str:
        if name in self.afterwards:
            return f"'{name}' is not used to forecast, because [dataset] states that it is known afterwards."
        return (
            f"'{name}' of the sales file is not used to forecast, because it may be known only once the "
            "sales are; if it is known in advance, put it in the calendar file or state "
            f'known_in_advance = ["{name}"] in [dataset].'
        )
