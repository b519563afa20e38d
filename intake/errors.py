"""The errors a person reads: every one says what is wrong, where, and the way out."""

from __future__ import annotations

from typing import Final

_LONGEST_SHOWN: Final = 60


class AbastoError(Exception):
    """Base of all errors raised on purpose; the text is one sentence for a person, ready to print."""


class InputError(AbastoError, ValueError):
    """A file or a parameter says something that cannot be used.

    `file`, `line` (1 = first physical line) and `column` (the header as written there) say where, if known.
    """

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, column: str | None = None
    ) -> None:
        place = ", ".join(
            part
            for part in (
                printable(file) if file is not None else None,
                f"line {line}" if line is not None else None,
                f"column {quoted(column)}" if column is not None else None,
            )
            if part
        )
        super().__init__(f"{place}: {message}" if place else message)
        self.file, self.line, self.column = file, line, column


def quoted(text: str) -> str:
    """A text of a file as a sentence shows it: in quotes, on one line, and not all of it if it is long.

    >>> quoted("Fecha\\nde venta"), quoted("\\x1b[2Jventas")
    ("'Fecha de venta'", "'\ufffd[2Jventas'")
    """
    line = printable(text[: 4 * _LONGEST_SHOWN])
    return f"'{line}'" if len(line) <= _LONGEST_SHOWN else f"'{line[:_LONGEST_SHOWN]}...'"


def printable(text: str) -> str:
    """A text on one line, with a sign for what would move the cursor or turn the writing around."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in line)


class MissingError(AbastoError, LookupError):
    """Something that is needed (a file, a column, a model, a bucket) is not there."""


class ConflictError(AbastoError, RuntimeError):
    """Somebody else changed or claimed the same thing first, or the state does not allow the step."""


class IntegrityError(AbastoError, ValueError):
    """Bytes are not what was signed or what the manifest says."""


class ServiceError(AbastoError, ConnectionError):
    """The object store or the Prefect server cannot be reached, refuses us, or is out of space."""
