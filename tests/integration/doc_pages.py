"""The documentation cut into what can be checked: blocks of code, commands, keys, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "README.es.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

NOT_RUN = "not run: "
BACKGROUND = "runs in the background"
AFTER_CTRL_C = "after Ctrl-C"

_FENCE = re.compile(
    r"(?:^<!-- (?P<note>.*?) -->\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block; `note` is the HTML comment right above it."""

    page: str
    line: int
    language: str
    code: str
    note: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    text = text_of(page)
    return [
        Block(
            page=str(page.relative_to(ROOT)),
            line=text.count("\n", 0, found.start("code")),
            language=found["language"],
            code=found["code"],
            note=found["note"] or "",
        )
        for found in _FENCE.finditer(text)
    ]


def prose(page: Path) -> str:
    """The page without its blocks."""
    return _FENCE.sub("", text_of(page))


def spans(page: Path) -> list[str]:
    """What stands between single backticks outside of blocks."""
    return _SPAN.findall(prose(page))


def links(page: Path) -> list[str]:
    """Targets of all links and pictures that lead to the project itself."""
    return [target for target in _LINK.findall(prose(page)) if not target.startswith(("http://", "https://"))]


def commands(page: Path) -> Iterator[str]:
    """Every `abasto ...` that a reader is told to type, in blocks and between backticks."""
    for block in blocks(page):
        if block.language in {"bash", "sh"}:
            for line in block.code.splitlines():
                yield from re.findall(
                    r"(?:^|\s)(?:\.venv/bin/)?(abasto(?: .*)?)$", line.partition(" #")[0].rstrip()
                )
    yield from (span for span in spans(page) if span.split()[0] == "abasto")


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)}
