"""The files in a ZIP archive, unpacked piece by piece and never further than is safe.

Python's own reader believes the size that an archive states; others unpack what is really there. Here both
have to agree, before anything else opens the archive.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from intake.errors import InputError
from intake.files.limits import MOST_MEMBERS, refuse_bomb

PIECE: Final = 1 << 20  # bytes that are unpacked at a time
_ENTRY: Final = b"PK\1\2"
_LOCAL_HEADER: Final = struct.Struct("<26xHH")
_ENCRYPTED: Final = 1


def zip_entries(content: bytes, name: str) -> list[zipfile.ZipInfo]:
    """The files in an archive, folders left out, in its order.

    InputError if it is damaged, has more of them than is reasonable, two of one name, one with a password or
    packed in a way that is not usual, or grows further than is safe; nothing is unpacked for that.
    """
    if content.count(_ENTRY) > MOST_MEMBERS:
        raise InputError(f"the archive has more than {MOST_MEMBERS:,} files; pack only the sales", file=name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, struct.error) as error:
        raise damaged(name) from error
    if len({entry.filename for entry in entries}) < len(entries):
        raise InputError("two files in the archive have the same name; pack it again", file=name)
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise InputError("the archive has a password; pack it again without one", file=name)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(
                "the archive is packed in a way that is not usual; pack it again as a plain ZIP", file=name
            )
    refuse_bomb(len(content), sum(entry.file_size for entry in entries), name)
    return entries


def pieces(content: bytes, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """One file of an archive, unpacked piece by piece; InputError if it is not what the archive says."""
    start = entry.header_offset
    try:
        name_length, extra_length = _LOCAL_HEADER.unpack_from(content, start)
    except struct.error as error:
        raise damaged(name) from error
    start += _LOCAL_HEADER.size + name_length + extra_length
    packed = memoryview(content)[start : start + entry.compress_size]
    size = checksum = 0
    for piece in _packed_pieces(packed, entry, name):
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > entry.file_size:
            break
        yield piece
    if size != entry.file_size or checksum != entry.CRC:
        raise damaged(name)


def _packed_pieces(packed: memoryview, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + PIECE]) for at in range(0, len(packed), PIECE))
    else:
        yield from _inflated(packed, name)


def _inflated(packed: memoryview, name: str) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), PIECE):
            rest = bytes(packed[at : at + PIECE])
            while rest and not stream.eof:
                yield stream.decompress(rest, PIECE)
                rest = stream.unconsumed_tail
        while not stream.eof and (piece := stream.decompress(b"", PIECE)):
            yield piece
    except zlib.error as error:
        raise damaged(name) from error
    if not stream.eof:
        raise damaged(name)


def unpacked(content: bytes, entry: zipfile.ZipInfo, name: str) -> bytes:
    """One whole file of an archive, which `zip_entries` found to be of a size that is safe."""
    return b"".join(pieces(content, entry, name))


def damaged(name: str) -> InputError:
    """What is said of a packed file that does not unpack to what it says."""
    return InputError("the file is damaged or was not copied to its end; send it again", file=name)
