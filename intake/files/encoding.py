"""Bytes to text: UTF-8 with or without a byte order mark, else Windows-1252, else refused."""

from __future__ import annotations

from dataclasses import dataclass

from intake.errors import InputError


@dataclass(frozen=True)
class DecodedText:
    """The text of a file and the name of the encoding that it was in."""

    text: str
    encoding: str


def decode(content: bytes, name: str) -> DecodedText:
    """Decode a text file, or raise InputError if it is empty, binary or in an encoding we cannot tell.

    UTF-8 comes first because text in another encoding is practically never valid UTF-8. Windows-1252 contains
    the printable characters of Latin-1.
    """
    if not content.strip():
        raise InputError("the file is empty; export it again and check that it has rows", file=name)
    if b"\0" in content:
        raise InputError("this is not a plain text file; save it as 'CSV UTF-8' and upload that", file=name)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return DecodedText(content.decode(encoding), encoding.removesuffix("-sig"))
        except UnicodeDecodeError as error:
            undecodable = error
    raise InputError(
        f"the encoding is neither UTF-8 nor Windows-1252 (byte {content[undecodable.start]:#04x}); "
        "save the file as 'CSV UTF-8' and upload that",
        file=name,
        line=content.count(b"\n", 0, undecodable.start) + 1,
    )
