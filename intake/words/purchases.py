"""A list of what was bought, sent as sales: its quantities are what came in, not what was asked for."""

from __future__ import annotations

from collections.abc import Collection

from intake.findings import Finding

_BOUGHT = {"the supplier", "cost and margin"}
_SOLD_TO = {"the customer"}
_SOLD = {"price", "revenue", "ticket", "channel", "discount", "requested", "promotion"}


def about_purchases(topics: Collection[str], columns: Collection[str]) -> list[Finding]:
    """A suspicious finding where suppliers and costs are named, and neither a price nor a customer.

    `topics` of the columns that sales do not use; canonical `columns` that were found.
    """
    if not set(topics) >= _BOUGHT or _SOLD_TO & set(topics) or _SOLD & set(columns):
        return []
    return [
        Finding(
            "file",
            "the file names suppliers and costs, and neither prices nor customers: it may be a list of what "
            "was bought, and no sales",
            suspicious=True,
        )
    ]
