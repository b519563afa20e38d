"""A purchase order -> its documents by name, in every language and form."""

from __future__ import annotations

from typing import Final

from artifacts.order_documents import PurchaseOrder, order_csv, order_xlsx
from artifacts.plan_words import Language
from storage.keys import order_file

_WRITERS: Final = {"xlsx": order_xlsx, "csv": order_csv}
SUFFIXES: Final = tuple(_WRITERS)


def order_files(order: PurchaseOrder) -> dict[str, bytes]:
    """The documents of one order by the names that `storage.keys.order_file` gives them."""
    return {
        order_file(order.number, language, suffix): write(order, language)
        for language in Language
        for suffix, write in _WRITERS.items()
    }
