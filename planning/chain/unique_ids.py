"""What a unique_id says: location/product[/channel]."""

from __future__ import annotations


def product_of(unique_id: str) -> str:
    """location/product[/channel]; an id without a slash is the product.

    >>> product_of("boston/soap"), product_of("soap")
    ('soap', 'soap')
    """
    return unique_id.split("/")[1] if "/" in unique_id else unique_id


def location_of(unique_id: str) -> str:
    """What stands before the first slash, '' where there is none."""
    return unique_id.partition("/")[0] if "/" in unique_id else ""
