"""The words of a plan's documents in English and Spanish, side by side: the only place that has them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pandas as pd


class Language(StrEnum):
    """A language that documents are written in."""

    EN = "en"
    ES = "es"


WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "purchase_order": ("Purchase order", "Orden de compra"),
    "proposal": ("Proposed: not an order before it is issued", "Propuesta: no es una orden hasta emitirse"),
    "date": ("Date", "Fecha"),
    "on_issue": ("when it is issued", "al emitirse"),
    "delivery": ("Delivery due", "Entrega"),
    "supplier": ("Supplier", "Proveedor"),
    "email": ("E-mail", "Correo"),
    "ship_to": ("Ship to", "Lugar de entrega"),
    "terms": ("Terms", "Condiciones"),
    "currency": ("Currency", "Moneda"),
    "within_days": ("delivery within {days} days", "entrega en {days} días"),
    "minimum_value": ("minimum order {money}", "pedido mínimo {money}"),
    "taken_on": ("orders taken on {days}", "recibe pedidos {days}"),
    "as_agreed": ("as agreed", "las acordadas"),
    "item": ("Our item", "Nuestro artículo"),
    "product": ("Product", "Producto"),
    "quantity": ("Quantity", "Cantidad"),
    "purchase_unit": ("Purchase unit", "Unidad de compra"),
    "units": ("Units", "Unidades"),
    "unit": ("Unit", "Unidad"),
    "unit_cost": ("Cost per unit", "Costo por unidad"),
    "amount": ("Amount", "Importe"),
    "due": ("Due", "Entrega"),
    "total": ("Total", "Total"),
    "each": ("each", "unidad"),
    "pack_of": ("pack of {units}", "paquete de {units}"),
    "named_of": ("{name} of {units}", "{name} de {units}"),
    "notes": ("Notes", "Notas"),
    "quote_number": (
        "Quote {number} on the confirmation, the delivery note and the invoice.",
        "Indique {number} en la confirmación, el albarán y la factura.",
    ),
    "please_confirm": (
        "Confirm quantities, prices and the delivery date; say at once what cannot be kept.",
        "Confirme cantidades, precios y fecha de entrega; avise enseguida de lo que no pueda cumplirse.",
    ),
    "unpriced": (
        "Lines without a cost are not in the total; their price is to be agreed.",
        "Las líneas sin costo no están en el total; su precio queda por acordar.",
    ),
    "ordered_by": ("Ordered by: name, signature, date", "Pedido por: nombre, firma, fecha"),
    "confirmed_by": (
        "Confirmed by the supplier: name, signature, date",
        "Confirmado por el proveedor: nombre, firma, fecha",
    ),
    "page": ("Page &P of &N", "Página &P de &N"),
    "mon": ("Mon", "lun"),
    "tue": ("Tue", "mar"),
    "wed": ("Wed", "mié"),
    "thu": ("Thu", "jue"),
    "fri": ("Fri", "vie"),
    "sat": ("Sat", "sáb"),
    "sun": ("Sun", "dom"),
}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = {
    Language.EN: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    Language.ES: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
}
_SPANISH_MARKS: Final = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Speech:
    """How one language says words, numbers, money and days."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key of `WORDS`, with its places filled.

        >>> Speech(Language.ES)("pack_of", units=24)
        'paquete de 24'
        """
        english, spanish = WORDS[key]
        return (english if self.language is Language.EN else spanish).format(**values)

    def number(self, value: float) -> str:
        """As short as it is exact.

        >>> Speech(Language.EN).number(1200.0), Speech(Language.ES).number(1200.5)
        ('1,200', '1.200,5')
        """
        return self._marked(f"{value:,.10g}")

    def money(self, value: float) -> str:
        """With two decimals.

        >>> Speech(Language.EN).money(1234.5), Speech(Language.ES).money(1234.5)
        ('1,234.50', '1.234,50')
        """
        return self._marked(f"{value:,.2f}")

    def day(self, value: datetime.date) -> str:
        """A day of this year; '' for none.

        >>> [Speech(language).day(datetime.date(2026, 2, 9)) for language in Language]
        ['Mon 9 Feb', 'lun 9 feb']
        """
        months = _MONTHS[self.language]
        return (
            ""
            if pd.isna(value)
            else f"{self(_WEEKDAYS[value.weekday()])} {value.day} {months[value.month - 1]}"
        )

    def date(self, value: datetime.date) -> str:
        """A day of any year; '' for none.

        >>> Speech(Language.ES).date(datetime.date(2026, 2, 9))
        'lun 9 feb 2026'
        """
        return "" if pd.isna(value) else f"{self.day(value)} {value.year}"

    def _marked(self, number: str) -> str:
        return number if self.language is Language.EN else number.translate(_SPANISH_MARKS)
