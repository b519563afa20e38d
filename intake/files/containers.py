"""ZIP and GZ: what is packed in them, with names that are labels and nothing else."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from intake.errors import InputError
from intake.files.limits import refuse_bomb
from intake.files.zip_parts import PIECE, damaged, unpacked, zip_entries
from intake.findings import Finding
from intake.mapping import toml_text

_LEFT_BY_SYSTEMS: Final = {"thumbs.db", "desktop.ini"}
_EXPLAINS: Final = re.compile(
    r"(?:readme|read me|leeme|léeme|lisezmoi|liesmich|leiame|licen[sc]e|licencia)\b.*", re.I
)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Packed:
    """A file that came in another: what it is called, and its bytes."""

    name: str
    content: bytes


def ungzip(content: bytes, name: str) -> Packed:
    """The file in a GZ, named as the GZ is without its ending; InputError if it is damaged or a bomb."""
    parts = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            while piece := stream.read(PIECE):
                parts.append(piece)
                size += len(piece)
                refuse_bomb(len(content), size, name)
    except (EOFError, OSError, zlib.error) as error:
        raise damaged(name) from error
    return Packed(re.sub(r"\.gz$", "", name, flags=re.IGNORECASE), b"".join(parts))


def unzip(content: bytes, name: str, member: str | None) -> tuple[tuple[Packed, ...], tuple[Finding, ...]]:
    """The data files in a ZIP, or the one that is stated as `member`, and what was left out.

    They are named 'archive.zip/member.csv'. Files of operating systems, mapping files and readmes are left
    out. InputError if the archive is damaged, locked, a bomb, or has no file left or not the stated one.
    """
    entries = zip_entries(content, name)
    labels = {entry.filename: label(entry.filename) for entry in entries}
    chosen = [entry for entry in entries if not _is_no_data(labels[entry.filename])]
    left_out = [labels[entry.filename] for entry in entries if entry not in chosen]
    if member is not None:
        chosen = [entry for entry in entries if member in (entry.filename, labels[entry.filename])]
        if not chosen:
            raise InputError(
                f"'{member}' is stated as the file to read and is not in the archive; there is "
                f"{listed(list(labels.values()))}",
                file=name,
            )
        left_out = [labels[entry.filename] for entry in entries if entry not in chosen]
    if not chosen:
        raise InputError("there is no file with data in the archive; pack the sales in it", file=name)
    findings = []
    if left_out:
        findings.append(
            Finding(
                "file",
                f"of the archive {listed(left_out)} {'is' if len(left_out) == 1 else 'are'} not read",
                overrule=f"member = {toml_text(left_out[0])}",
            )
        )
    packed = tuple(
        Packed(f"{name}/{labels[entry.filename]}", unpacked(content, entry, name)) for entry in chosen
    )
    return packed, tuple(findings)


def label(filename: str) -> str:
    """The name of a packed file without anything that leads out of a folder.

    >>> label("../../etc/ventas.csv"), label("C:\\\\datos\\\\ventas.csv")
    ('etc/ventas.csv', 'datos/ventas.csv')
    """
    parts = _UNPRINTABLE.sub("_", filename).replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".", "..") and not re.fullmatch(r"[A-Za-z]:", part)]
    return "/".join(kept) or "unnamed"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Some names in a sentence.

    >>> listed(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    shown = ", ".join(f"'{each}'" for each in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _is_no_data(label: str) -> bool:
    path = PurePosixPath(label)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return (
        hidden
        or path.name.lower() in _LEFT_BY_SYSTEMS
        or path.name.lower() == "mapeo.toml"
        or path.suffix.lower() == ".md"
        or _EXPLAINS.fullmatch(path.stem) is not None
    )
