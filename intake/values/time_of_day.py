"""The time of day behind a date: checked and cut off, because periods are whole days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from intake.text_columns import Texts

_HOUR_AND_MINUTE: Final = r"(?:[01]?[0-9]|2[0-3])(?::|h)[0-5][0-9]"
_SECONDS: Final = r"(?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_HALF_OF_DAY: Final = r"(?:\s*[aApP]\.?\s?[mM]\.?)?"
ZONE: Final = r"\s*(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-4]):?(?:[0-5][0-9])?)"
# RE2, which Arrow uses, has no look-around: what comes before the time is caught and kept.
_CLOCK: Final = rf"(?:[ T,]|\x{{00a0}}|\x{{202f}})+{_HOUR_AND_MINUTE}{_SECONDS}{_HALF_OF_DAY}"
_COMPACT: Final = r"T?(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9](?:\.[0-9]{1,9})?)?"
_WITH_TIME: Final = rf"^(?s)(.*[0-9a-zA-Z.)]){_CLOCK}(?:{ZONE})?$"
_WITH_COMPACT_TIME: Final = rf"^([0-9]{{4}}(?:-?)[0-9]{{2}}(?:-?)[0-9]{{2}}) ?{_COMPACT}(?:{ZONE})?$"
_WITH_ZONE: Final = rf"[0-9mM.]{ZONE}$"
_MIDNIGHT: Final = r"[^0-9:](?:0?0|12)(?::|h)00(?::00(?:[.,]0+)?)?(?:\s*[aA]\.?\s?[mM]\.?)?$"


@dataclass(frozen=True, eq=False)
class TimeOfDay:
    """Which texts have a time of day, which of those is not midnight, and which say a zone."""

    written: npt.NDArray[np.bool_]
    later: npt.NDArray[np.bool_]
    zoned: npt.NDArray[np.bool_]


def cut_time_of_day(texts: Texts) -> tuple[Texts, TimeOfDay]:
    """The texts without their time of day and zone, which may be 18:30, T18:30:05.25Z, 6:30 p. m. or 183005.

    A text that has none comes back as it is; so does one whose time does not exist, such as 25:00.
    """
    array = pa.array(texts, type=pa.string())
    rest, written = array, np.zeros(len(texts), dtype=np.bool_)
    for pattern in (_WITH_TIME, _WITH_COMPACT_TIME):
        found = pc.match_substring_regex(array, pattern).to_numpy(zero_copy_only=False).astype(np.bool_)
        if found.any():
            rest = pc.if_else(
                pa.array(found & ~written), pc.replace_substring_regex(array, pattern, r"\1"), rest
            )
            written |= found
    if not written.any():
        nothing = np.zeros(len(texts), dtype=np.bool_)
        return texts, TimeOfDay(written, nothing, nothing)
    zoned = pc.match_substring_regex(array, _WITH_ZONE).to_numpy(zero_copy_only=False) & written
    midnight = pc.match_substring_regex(array, _MIDNIGHT).to_numpy(zero_copy_only=False)
    return rest.to_numpy(zero_copy_only=False), TimeOfDay(written, written & ~midnight, zoned)
