"""What was understood of a file, as a text that a terminal, a browser and a run's page show alike."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final, Protocol

import pandas as pd

_WIDTH: Final = 80  # a terminal's, and what a run's page shows without being scrolled
_MOST_REJECTED: Final = 10


class Statement(Protocol):
    """What was inferred, why, how to overrule it, and whether it is doubtful."""

    @property
    def about(self) -> str: ...  # noqa: D102
    @property
    def sentence(self) -> str: ...  # noqa: D102
    @property
    def evidence(self) -> str: ...  # noqa: D102
    @property
    def overrule(self) -> str: ...  # noqa: D102
    @property
    def suspicious(self) -> bool: ...  # noqa: D102


def inspection_text(
    title: str,
    facts: Sequence[tuple[str, str]],
    findings: Sequence[Statement],
    rejected: pd.DataFrame,
    mapping_file: str,
) -> str:
    """Facts, then what should be looked at, what was understood, what was rejected, and how to overrule it.

    rejected: line, column, reason, text. `mapping_file`: where the overruling lines are written.
    """
    parts = [title, _facts(facts)]
    doubtful = [finding for finding in findings if finding.suspicious]
    if doubtful:
        parts.append("Look at this first\n" + "\n".join(_statement(each, "!") for each in doubtful))
    plain = [finding for finding in findings if not finding.suspicious]
    if plain:
        parts.append("What was understood\n" + "\n".join(_statement(each, "-") for each in plain))
    if len(rejected):
        parts.append(_rejected(rejected))
    lines: dict[str, str] = {}  # by what they state: a mapping file says everything once
    for each in findings:
        if each.overrule:
            lines.setdefault(each.overrule.partition(" = ")[0], each.overrule)
    if lines:
        parts.append(
            _wrapped(
                f"To say one thing otherwise, write its line, and no other, into {mapping_file}, with the "
                "value that is right",
                "",
                "",
            )
            + "\n"
            + "\n".join(f"  {line}" for line in lines.values())
        )
    return "\n\n".join(parts) + "\n"


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    gap = max(len(subject) for subject, _ in facts) + 2
    return "\n".join(_wrapped(fact, f"  {subject:<{gap}}", " " * (gap + 2)) for subject, fact in facts)


def _statement(finding: Statement, mark: str) -> str:
    sentence = finding.sentence
    if finding.evidence and finding.evidence not in sentence:
        sentence += f" – {finding.evidence}"
    return _wrapped(sentence, f"  {mark} ", "    ")


def _rejected(rejected: pd.DataFrame) -> str:
    shown = rejected.head(_MOST_REJECTED)
    lines = [
        _wrapped(
            f"line {line}"
            + (f", column '{column}'" if column else "")
            + f": {reason}; as it came: {' '.join(str(text).split())[:80]}",
            "  - ",
            "    ",
        )
        for line, column, reason, text in shown[["line", "column", "reason", "text"]].itertuples(index=False)
    ]
    more = [f"  and {len(rejected) - len(shown):,} more"] if len(rejected) > len(shown) else []
    return "\n".join([f"Rejected: {len(rejected):,}", *lines, *more])


def _wrapped(text: str, first: str, other: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=other,
        break_long_words=False,
        break_on_hyphens=False,
    )
