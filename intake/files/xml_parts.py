"""XML in workbooks, read without building anything of it, and never with entities of its own."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from xml.parsers import expat

from intake.errors import InputError
from intake.files.zip_parts import pieces

Start = Callable[[str, dict[str, str]], None]


def refuse_entities(piece: bytes, name: str) -> None:
    """InputError if XML declares entities or a document type, which workbooks never do and bombs always."""
    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
        raise InputError(
            "its XML declares entities, which no spreadsheet program writes; it is not opened", file=name
        )


def parse(
    content: bytes,
    entry: zipfile.ZipInfo,
    name: str,
    *,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Go through one part of a workbook; names of elements and attributes are as written, with prefix.

    InputError if it is no XML, declares entities, or has a row or a number where none can be.
    """

    def refuse(*_: object) -> None:
        refuse_entities(b"<!DOCTYPE", name)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = refuse
    try:
        for piece in pieces(content, entry, name):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except InputError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding that is none
        raise InputError("the XML in the workbook is damaged; save it again", file=name) from error
