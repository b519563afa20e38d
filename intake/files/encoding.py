"""Bytes to UTF-8: by the byte order mark, else UTF-8, UTF-16 or the code page they speak for."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from intake.errors import InputError
from intake.files.limits import LONGEST_LINE, refuse_long_line
from intake.findings import Finding
from intake.text_columns import quoted

_BLOCK: Final = 1 << 22
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The code pages of western Europe, the usual one first: Windows (Latin-1 is in it), DOS, old Macs.
_CODE_PAGES: Final = ("cp1252", "cp850", "mac_roman")
_LETTERS: Final = set("áéíóúüñçãõàèêâôöäßÁÉÍÓÚÜÑÇÃÕÀÈÊÂÔÖÄ")
_RARE_LETTERS: Final = set("ìòîûëïùœæåøÿÌÒÎÛËÏÙŒÆÅØ")
_SIGNS: Final = set("€£§°ºª«»¿¡·“”‘’–—…©®™¢½¼¾²³×±µ\u00a0")
_JUDGED: Final = 100_000  # that many bytes beyond ASCII tell as much as all
_CLEAR: Final = 0.5  # merit of another code page, and by how much it must exceed the usual one's
_FEW: Final = 3  # as many letters of an unusual code page are not doubted
_WORD: Final = 30
_WAY_OUT: Final = "save the file as 'CSV UTF-8', or state its encoding"


@dataclass(frozen=True, eq=False)
class Utf8Text:
    """A text file as UTF-8 without a byte order mark, the name of the encoding it came in, and why."""

    content: memoryview
    encoding: str
    finding: Finding


def decode(content: bytes, name: str, stated: str | None = None, longest: int = LONGEST_LINE) -> Utf8Text:
    """Read a text file as UTF-8; the `stated` encoding wins.

    Text in another encoding is practically never valid UTF-8, so that UTF-8 goes before the code pages; of
    these, the one is taken that gives words with letters of Spanish, English, French, German or Portuguese.
    InputError if the file is empty, binary, or has a byte that is nothing in its encoding.
    """
    if not content or content.isspace():
        raise InputError("the file is empty; export it again and check that it has rows", file=name)
    refuse_long_line(content, name, longest)
    if stated is not None:
        return _as_stated(content, name, stated)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _text(content, name, encoding, "it begins with a byte order mark")
    if b"\0" in content:
        return _utf_16(content, name)
    if content.isascii():
        return _text(content, name, "utf-8", "all of it is ASCII")
    position = _undecodable(content, "utf-8")
    if position is None:
        return _text(content, name, "utf-8", _first_word(content, "utf-8"))
    _refuse_damaged_utf_8(content, name, position)
    return _code_page(content, name)


def _as_stated(content: bytes, name: str, stated: str) -> Utf8Text:
    try:
        encoding = codecs.lookup(stated).name
        b"a".decode(encoding, errors="ignore")  # some codecs are not of text
    except LookupError as unknown:
        raise InputError(
            f"there is no encoding {quoted(stated)}; state one such as 'utf-8', 'cp1252' or 'cp1250'",
            file=name,
        ) from unknown
    return _text(content, name, encoding, "stated in the mapping", overrule="")


def _text(
    content: bytes,
    name: str,
    encoding: str,
    evidence: str,
    *,
    suspicious: bool = False,
    overrule: str | None = None,
) -> Utf8Text:
    position = _undecodable(content, encoding)
    if position is not None:
        raise InputError(
            f"the byte {content[position]:#04x} is nothing in {encoding}; {_WAY_OUT}",
            file=name,
            line=_line_of(content, position),
        )
    view = memoryview(content)
    # Bytes of UTF-16 may all be ASCII, and so may those of other stated encodings that mean other letters.
    if encoding.startswith("utf-8") or (encoding in _CODE_PAGES and content.isascii()):
        text = view[len(codecs.BOM_UTF8) :] if content.startswith(codecs.BOM_UTF8) else view
    else:
        text = memoryview(b"".join(part.encode() for part in _decoded(content, encoding)))
        if bytes(text[:3]) == codecs.BOM_UTF8:
            text = text[3:]
    _refuse_nul(text, name)
    if overrule is None:
        overrule = f"encoding = '{encoding}'"
    finding = Finding("file", f"the file is {encoding} text", evidence, overrule, suspicious)
    return Utf8Text(text, encoding, finding)


def _refuse_nul(text: memoryview, name: str) -> None:
    if isinstance(text.obj, bytes) and b"\0" not in text.obj:
        return
    octets = np.frombuffer(text, dtype=np.uint8)
    for start in range(0, len(octets), _BLOCK):
        block = octets[start : start + _BLOCK]
        if not block.all():
            position = start + int(np.argmin(block))
            raise InputError(
                f"this is not a plain text file (it has NUL bytes); {_WAY_OUT}",
                file=name,
                line=_line_of(bytes(text[:position]), position),
            )


def _utf_16(content: bytes, name: str) -> Utf8Text:
    """UTF-16 without a byte order mark shows in the NUL beside nearly every byte of a western text."""
    sample = np.frombuffer(content[: _BLOCK - _BLOCK % 2], dtype=np.uint8)
    nul = sample[: len(sample) // 2 * 2].reshape(-1, 2) == 0
    shares = nul.mean(axis=0) if len(nul) else np.zeros(2)
    for encoding, high, low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if len(content) % 2 == 0 and shares[high] > 0.5 and shares[low] == 0:
            return _text(content, name, encoding, "nearly every other byte is NUL")
    position = content.index(b"\0")
    raise InputError(
        f"this is not a plain text file (it has NUL bytes); {_WAY_OUT}",
        file=name,
        line=_line_of(content, position),
    )


def _refuse_damaged_utf_8(content: bytes, name: str, position: int) -> None:
    """InputError if the bytes around an undecodable one are UTF-8, so that no code page is meant."""
    around = content[max(0, position - _BLOCK // 2) : position + _BLOCK // 2]
    text = around.decode("utf-8", errors="surrogateescape")
    beyond = [character for character in text if character > "\x7f"]
    lost = sum("\ud800" <= character <= "\udfff" for character in beyond)
    if len(beyond) - lost > lost:
        raise InputError(
            f"the file is UTF-8 text, but not the byte {content[position]:#04x} in it; {_WAY_OUT}",
            file=name,
            line=_line_of(content, position),
        )


def _code_page(content: bytes, name: str) -> Utf8Text:
    positions = _beyond_ascii(content)
    possible = [page for page in _CODE_PAGES if _undecodable(content, page) is None]
    merits = {page: _merit(content, positions, page) for page in possible}
    usual = merits.get(_CODE_PAGES[0], -1.0)
    best = max(possible, key=lambda page: merits[page], default=None)
    if best is None or merits[best] < _CLEAR or merits[best] < usual + _CLEAR:
        best = _CODE_PAGES[0] if _CODE_PAGES[0] in possible else None
    if best is None:
        undecodable = _undecodable(content, "cp1252") or int(positions[0])
        raise InputError(
            f"the encoding is neither UTF-8 nor Windows-1252 (byte {content[undecodable]:#04x}); {_WAY_OUT}",
            file=name,
            line=_line_of(content, undecodable),
        )
    rivals = [page for page in possible if page != best and merits[page] > 0.8 * max(merits[best], 0)]
    evidence = _first_word(content, best)
    if rivals:
        evidence += f"; in {rivals[0]} it would be {_first_word(content, rivals[0]).rpartition(' as ')[2]}"
    weak = merits[best] <= 0 or (best != _CODE_PAGES[0] and len(positions) < _FEW)
    return _text(content, name, best, evidence, suspicious=weak or bool(rivals))


def _merit(content: bytes, positions: npt.NDArray[np.intp], page: str) -> float:
    """How much the bytes beyond ASCII look like words of our languages: from -1 to 1."""
    octets = np.frombuffer(content, dtype=np.uint8)
    space, last = ord(" "), len(octets) - 1
    before = np.where(positions > 0, octets[positions - 1], space).astype(np.uint32)
    after = np.where(positions < last, octets[np.minimum(positions + 1, last)], space)
    triples, counts = np.unique(
        (before << 16) | (octets[positions].astype(np.uint32) << 8) | after, return_counts=True
    )
    merits = [_merit_of(int(triple).to_bytes(3).decode(page, errors="replace")) for triple in triples]
    return float(np.average(merits, weights=counts))


def _merit_of(triple: str) -> float:
    """The merit of the middle one of three characters."""
    before, character, after = triple[0], triple[1], triple[2]
    if character in _LETTERS or character in _RARE_LETTERS:
        if character.isupper() and before.islower():
            return -1.0
        if character.islower() and character != "ß" and before.isupper() and after.isupper():
            return -1.0
        if not (before.isalpha() or after.isalpha()):
            return 0.0
        return 1.0 if character in _LETTERS else 0.5
    if character in "’·" or (character in _SIGNS and not (before.isalpha() and after.isalpha())):
        return 0.3
    return -1.0


def _beyond_ascii(content: bytes) -> npt.NDArray[np.intp]:
    """Where the first bytes beyond ASCII are."""
    octets = np.frombuffer(content, dtype=np.uint8)
    found: list[npt.NDArray[np.intp]] = []
    for start in range(0, len(octets), _BLOCK):
        found.append(np.flatnonzero(octets[start : start + _BLOCK] > 0x7F) + start)
        if sum(map(len, found)) >= _JUDGED:
            break
    return np.concatenate(found)[:_JUDGED]


def _first_word(content: bytes, encoding: str) -> str:
    """The first byte beyond ASCII, its line, and the word around it, as a sentence's end."""
    position = int(_beyond_ascii(content)[0])
    start = position
    while start > 0 and position - start < _WORD and chr(content[start - 1]).isalnum():
        start -= 1
    text = content[start : position + _WORD].decode(encoding, errors="ignore")
    word = re.split(r"[\s,;|\"]", text)[0] or text
    return (
        f"the byte {content[position]:#04x} in line {_line_of(content, position)} is read as {quoted(word)}"
    )


def _decoded(content: bytes, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(content), _BLOCK):
        yield decoder.decode(content[start : start + _BLOCK], start + _BLOCK >= len(content))


def _undecodable(content: bytes, encoding: str) -> int | None:
    """Where the first byte is that means nothing in this encoding; None if all of them mean something."""
    if encoding in ("utf-8", *_CODE_PAGES) and content.isascii():
        return None
    if encoding in _CODE_PAGES:
        nothing = [
            byte for byte in map(bytes, zip(range(256))) if byte.decode(encoding, "replace") == "\ufffd"
        ]
        return min((at for at in map(content.find, nothing) if at >= 0), default=None)
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(content), _BLOCK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(content[start : start + _BLOCK], start + _BLOCK >= len(content)).encode()
        except UnicodeDecodeError as error:
            return min(start - pending + error.start, len(content) - 1)
        # Half a pair of UTF-16, as some codecs let pass; or UTF-16 as stated and without a byte order mark.
        except UnicodeError:
            return start
    return None


def _line_of(content: bytes, position: int) -> int:
    crs, lfs = content.count(b"\r", 0, position), content.count(b"\n", 0, position)
    return crs + lfs - content.count(b"\r\n", 0, position) + 1
