"""What a language must say for its headers to be understood; to add one, write a module like `spanish`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from intake.tables import Table

Words = Mapping[str, str]  # name of a column -> phrases, separated by commas

Y_OR_REVENUE = "y or revenue"  # 'Ventas', 'Sales': units or money, which the other columns decide


@dataclass(frozen=True, kw_only=True)
class Language:
    """The words of one language; accents, case and plurals do not count, and need not be repeated.

    `small_words` count for nothing ('de', 'of'). A noun of `columns` with one of `code_words` is the code of
    the thing ('Código producto'), with one of `name_words` its name ('Nombre producto'). `codes` and `names`
    mean code and name of a thing without its noun ('SKU', 'Descripción'). `in_table` is what holds in one
    table only and wins there. `second_choice` is taken where the file has nothing better ('Fecha de pedido'
    for the date of a sale). `not_used`: topic -> what is known, and of no use or personal.
    """

    name: str
    small_words: str
    code_words: str
    name_words: str
    columns: Words
    codes: Words = field(default_factory=dict)
    names: Words = field(default_factory=dict)
    in_table: Mapping[Table, Words] = field(default_factory=dict)
    second_choice: Mapping[Table, Words] = field(default_factory=dict)
    not_used: Words = field(default_factory=dict)
