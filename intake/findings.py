"""What was understood of a file: a sentence, why it is believed, and how a person says otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was inferred.

    `about`: 'file', 'header', 'series', 'periods', or a header as it is written. `sentence`: what was
    understood, complete by itself. `evidence`: what speaks for it, with lines and texts of the file.
    `overrule`: the line of a mapping file that would say it otherwise; '' where nothing can be overruled.
    `suspicious`: whether a person should look at it before trusting the numbers.
    """

    about: str
    sentence: str
    evidence: str = ""
    overrule: str = ""
    suspicious: bool = False
