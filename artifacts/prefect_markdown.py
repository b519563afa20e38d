"""The Markdown that a run leaves in the Artifacts tab of the Prefect UI; publishing it is a task's work."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from artifacts.markdown_text import code, escaped, picture, table
from artifacts.metrics_table import READING, metrics_markdown

_QUARANTINE: Final = ["file", "line", "column", "reason", "text"]
_ADDRESS: Final = re.compile(r"https?://[^\s<>`]+")


def training_markdown(
    title: str,
    metrics: pd.DataFrame,
    chosen: str,
    reason: str,
    plots: Mapping[str, bytes],
    objects: Mapping[str, str],
    effects: Sequence[str] = (),
) -> str:
    """Metrics of all recipes, the decision, sentences on what events and prices are worth (`effects`), the
    plots (title -> PNG), what was written (text -> key).
    """
    sections = [metrics_markdown(metrics, chosen), READING, f"**{escaped(chosen)}**: {escaped(reason)}"]
    sections += ["\n".join(f"- {escaped(sentence)}" for sentence in effects)] if effects else []
    return page(title, [*sections, gallery(plots), objects_markdown(objects)])


def ingest_markdown(
    title: str,
    counts: Mapping[str, Mapping[str, int]],
    notes: Sequence[str],
    inspection: str,
    rejected: pd.DataFrame,
    objects: Mapping[str, str],
) -> str:
    """Every line of every file accounted for, what was understood, and the first rows in quarantine.

    counts: file -> kind of line -> number (header, blank, footer, duplicate, rejected, accepted).
    inspection: what is shown as it is. rejected: file, line, column, reason, text.
    """
    lines = pd.DataFrame(
        # What people look for first stands where a narrow window still shows it.
        [
            {"file": file, "lines": sum(kinds.values()), **dict(reversed(list(kinds.items())))}
            for file, kinds in counts.items()
        ]
    )
    sections = [table(lines, dict.fromkeys(lines.columns, ",d"))]
    if len(rejected):
        sections.append(
            f"**{len(rejected):,} rejected**" + (", the first 20:" if len(rejected) > 20 else ":")
        )
        sections.append(
            "\n".join(
                f"- {escaped(f'{file}, line {line}' + (f', column {column}' if column else ''))}: "
                f"{escaped(str(reason))}; as it came: {code(str(text))}"
                for file, line, column, reason, text in rejected.head(20)[_QUARANTINE].itertuples(index=False)
            )
        )
    if notes:
        sections += ["**Notes**", "\n".join(f"- {escaped(note)}" for note in notes)]
    # Indented by four, no text can end the block.
    as_it_is = "\n".join(f"    {line}".rstrip() for line in inspection.splitlines())
    return page(
        title, [*sections, "**What was understood of every file**", as_it_is, objects_markdown(objects)]
    )


def page(title: str, sections: Sequence[str]) -> str:
    """A heading and the sections that are not empty, a blank line between each."""
    return "\n\n".join([f"## {escaped(title)}", *(section for section in sections if section)]) + "\n"


def gallery(plots: Mapping[str, bytes]) -> str:
    """Plots (title -> PNG), each inside the text."""
    return "\n\n".join(picture(title, png) for title, png in plots.items())


def objects_markdown(objects: Mapping[str, str]) -> str:
    """What the run wrote: text -> reference (bucket/key); a reference with a scheme becomes a link."""
    if not objects:
        return ""
    rows = [
        f"- {escaped(text)}: " + (f"<{reference}>" if _ADDRESS.fullmatch(reference) else code(reference))
        for text, reference in objects.items()
    ]
    return "\n".join(["**Written**", "", *rows])
