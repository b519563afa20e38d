"""Markdown that says what was given: text escaped, tables lined up, pictures inside."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

_SPECIAL: Final = re.compile(r"([\\`*_\[\]{}|~$!]|(?<!&)#)")
_ADDRESS: Final = re.compile(r"://|www\.", re.IGNORECASE)


def escaped(text: str) -> str:
    """Somebody's text on one line, with nothing in it that Markdown or HTML would act on.

    >>> escaped("a|b_c <b>")
    'a\\\\|b\\\\_c &lt;b&gt;'
    """
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Readers make links of what looks like an address, with nothing around it.
    plain = _ADDRESS.sub(lambda found: found[0].replace(":", "&#58;").replace(".", "&#46;"), plain)
    return _SPECIAL.sub(r"\\\1", plain)


def code(text: str) -> str:
    """Somebody's text as it is, in the letters of a typewriter; escaped where it has a backtick.

    >>> code("bucket/ventas/Ventas.csv"), code("a`<b>`")
    ('`bucket/ventas/Ventas.csv`', 'a\\\\`&lt;b&gt;\\\\`')
    """
    plain = " ".join(text.split())
    return escaped(plain) if "`" in plain or not plain else f"`{plain}`"


def table(frame: pd.DataFrame, formats: Mapping[str, str] | None = None) -> str:
    """The frame as a Markdown table; numbers to the right, `formats` (column -> format spec) where not short.

    >>> print(table(pd.DataFrame({"recipe": ["ridge"], "mae": [73.125]}), {"mae": ".1f"}))
    | recipe | mae |
    | :-- | --: |
    | ridge | 73.1 |
    """
    chosen = formats or {}
    sides = [
        "--:" if pd.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype != bool else ":--"
        for name in frame
    ]
    rows = [[escaped(str(name)) for name in frame], sides]
    rows += [
        [_cell(value, chosen.get(str(name), "")) for name, value in zip(frame, record, strict=True)]
        for record in frame.itertuples(index=False)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def picture(title: str, png: bytes) -> str:
    """A PNG inside the text, so that it shows wherever the text does and never expires."""
    return f"![{escaped(title)}](data:image/png;base64,{base64.b64encode(png).decode()})"


def _cell(value: object, spec: str) -> str:
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return format(value, spec or (",.0f" if float(value).is_integer() else ",.6g"))
    return escaped(str(value))
