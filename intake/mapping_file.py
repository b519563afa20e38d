"""`mapeo.toml`: what a person states about the files beside it, parsed and checked on its own.

encoding = "cp1252"              # at the top: holds for every file beside it
columns."Fec. Alb." = "ds"

[files."tpv_*.csv"]              # holds for the files whose name fits, and wins over the top
delimiter = ";"
columns."Ventas" = "revenue"

[dataset]                        # holds for the dataset as a whole: intake.dataset_rules
holidays = "ES-MD"
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Final, get_args

from intake.dataset_rules import NO_RULES, SECTION, DatasetRules, rules_of
from intake.errors import InputError
from intake.mapping import IGNORE, NOTHING_STATED, FileMapping, Order, Shape
from intake.periods import FREQUENCIES
from intake.tables import Table
from intake.text_columns import quoted
from intake.words.headers import snake_case
from intake.words.vocabulary import columns_of

MAPPING_FILE: Final = "mapeo.toml"

_STATEMENTS: Final = tuple(each.name for each in fields(FileMapping))
_TOP: Final = (*_STATEMENTS, "files", SECTION)


@dataclass(frozen=True)
class MappingFile:
    """The statements of one `mapeo.toml`.

    `shared` holds for every file beside it; `narrowed` are pattern of file names -> what wins there, in the
    order of the file, later ones over earlier ones. `rules` are those of the dataset.
    """

    name: str
    shared: Mapping[str, Any] = field(default_factory=dict)
    narrowed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rules: DatasetRules = NO_RULES

    def of(self, file_name: str) -> FileMapping:
        """What is stated about one file, by the last part of its name; case does not count."""
        last = file_name.rpartition("/")[2].lower()
        stated = dict(self.shared)
        for pattern, narrower in self.narrowed.items():
            if fnmatchcase(last, pattern.lower()):
                columns = {**stated.get("columns", {}), **narrower.get("columns", {})}
                stated |= {**narrower, "columns": columns}
        return FileMapping(**stated) if stated else NOTHING_STATED


NO_MAPPING: Final = MappingFile(MAPPING_FILE)


def parse_mapping(content: bytes, name: str = MAPPING_FILE) -> MappingFile:
    """The mapping file `name` of which `content` are the bytes.

    InputError, with its line where that can be told, if it is no TOML, says something that cannot be stated
    (the nearest that can is shown), or says it in a way that cannot be used.
    """
    try:
        text = content.decode("utf-8-sig")
        stated = tomllib.loads(text.replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise InputError("a mapping file is UTF-8 text; save it as such", file=name) from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        what = re.sub(r" \(at .*\)$", "", str(error)).rstrip(".")
        raise InputError(
            f'this is no TOML: {what}; a line looks like decimal = "," or columns."Fecha" = "ds"',
            file=name,
            line=int(line[1]) if line else len(text.splitlines()),
        ) from error
    _only(_TOP, stated, "a mapping file", text, name)
    files = _table(stated.pop("files", {}), "files", text, name)
    dataset = _table(stated.pop(SECTION, {}), SECTION, text, name)
    return MappingFile(
        name,
        _statements(stated, "", text, name),
        {
            pattern: _statements(_table(said, pattern, text, name), f'[files."{pattern}"] ', text, name)
            for pattern, said in files.items()
        },
        rules_of(dataset, name) if dataset else NO_RULES,
    )


def _statements(stated: Mapping[str, Any], where: str, text: str, name: str) -> dict[str, Any]:
    _only(_STATEMENTS, stated, f"{where}a file" if where else "a mapping file", text, name)
    for key, value in stated.items():
        wanted, fits = _CHECKS[key]
        if not fits(value):
            raise InputError(
                f"{where}{key} = {value!r} cannot be used; write {wanted}", file=name, line=_line(text, key)
            )
    for header, column in stated.get("columns", {}).items():
        _check_column(header, column, text, name)
    return dict(stated)


def _check_column(header: str, column: str, text: str, name: str) -> None:
    """A column is one of some table, IGNORE, or a plain name under which it is kept."""
    known = sorted({each for table in Table for each in columns_of(table) if " " not in each})
    near = get_close_matches(column, known, n=1, cutoff=0.8)
    if column == IGNORE or column in known or (column and snake_case(column) == column and not near):
        return
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise InputError(
        f"the column {quoted(header)} cannot be {quoted(column)}; {hint}there are {', '.join(known)}, and "
        f"'{IGNORE}'; another name is kept as it is if it has small letters, digits and _ alone",
        file=name,
        line=_line(text, header),
    )


def _only(known: tuple[str, ...], stated: Mapping[str, Any], what: str, text: str, name: str) -> None:
    for key in stated:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise InputError(
                f"{what} cannot state '{key}'; {hint}it may state {', '.join(known)}",
                file=name,
                line=_line(text, key),
            )


def _table(value: object, key: str, text: str, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(
            f"{key} is a section: write [{key}] on a line of its own", file=name, line=_line(text, key)
        )
    return dict(value)


def _line(text: str, key: str) -> int | None:
    """The first line that states `key`, as well as that can be told without a parser that counts lines."""
    written = re.compile(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith("#") and written.search(line):
            return number
    return None


def _is_encoding(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(codecs.lookup(value))
    except LookupError:
        return False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _one_of(*choices: str) -> tuple[str, Callable[[object], bool]]:
    return " or ".join(f'"{choice}"' for choice in choices), lambda value: value in choices


_CHECKS: Final[Mapping[str, tuple[str, Callable[[object], bool]]]] = {
    "encoding": ('the name of an encoding, such as "utf-8", "cp1252" or "utf-16"', _is_encoding),
    "delimiter": (
        'one sign, such as ";" or "\\t"',
        lambda value: isinstance(value, str) and len(value) == 1 and value not in "\"'\r\n",
    ),
    "member": ('the name of a file in the archive, such as "ventas.csv"', _is_text),
    "sheet": ('the name of a sheet, such as "Hoja1"', _is_text),
    "header_line": (
        "a line number, 1 for the first",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    ),
    "decimal": _one_of(",", "."),
    "dates": _one_of(*get_args(Order)),
    "shape": _one_of(*get_args(Shape)),
    "freq": _one_of(*FREQUENCIES),
    "duplicates": _one_of("drop", "keep"),
    "columns": (
        'headers and what they are, such as columns."Fecha" = "ds"',
        lambda value: isinstance(value, dict) and all(isinstance(column, str) for column in value.values()),
    ),
}
