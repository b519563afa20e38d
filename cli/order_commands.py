"""`abasto orders`: what can be said of a purchase order on the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

# Every command imports what it needs when it runs.

orders_app = typer.Typer(
    help="Follow a purchase order: proposed, issued, confirmed, received or cancelled.", no_args_is_help=True
)

Dataset = Annotated[
    str, typer.Option("--dataset", "-d", help="Its name: the folder under ventas/, or the file's stem.")
]
Order = Annotated[str, typer.Argument(help="Its number, as `abasto orders list` shows it.")]
On = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day it happened, where it is typed in later; today if not."),
]


@orders_app.command("list")
def orders_list(dataset: Dataset = "ventas") -> None:
    """List the purchase orders of a dataset and their states."""
    from cli.orders import list_orders

    list_orders(dataset)


@orders_app.command("show")
def orders_show(order: Order, dataset: Dataset = "ventas") -> None:
    """Print an order: its lines with their reasons, what came, and every step that was taken."""
    from cli.orders import show_order

    show_order(dataset, order)


@orders_app.command("pull")
def orders_pull(
    order: Order,
    dataset: Dataset = "ventas",
    language: Annotated[str, typer.Option(help="en or es.")] = "en",
    to: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("descargas"),
) -> None:
    """Download the order as its supplier gets it, as a workbook and as CSV."""
    from cli.orders import pull_order

    pull_order(dataset, order, language, to)


@orders_app.command()
def issue(order: Order, dataset: Dataset = "ventas", on: On = None) -> None:
    """The order was sent to the supplier: from now on it counts as on order."""
    from cli.orders import move_order

    move_order(dataset, order, "issue", on)


@orders_app.command()
def confirm(order: Order, dataset: Dataset = "ventas", on: On = None) -> None:
    """The supplier accepted the order."""
    from cli.orders import move_order

    move_order(dataset, order, "confirm", on)


@orders_app.command()
def receive(
    order: Order,
    dataset: Dataset = "ventas",
    on: On = None,
    line: Annotated[
        list[str] | None,
        typer.Option(
            help="What came of one line, as unique_id=units; may be repeated. All of it if not said."
        ),
    ] = None,
    close: Annotated[
        bool, typer.Option("--close", help="Nothing more will come: the rest is cancelled.")
    ] = False,
) -> None:
    """The goods are in the store room, all of them or some: what came no longer counts as on order."""
    from cli.orders import receive_order

    receive_order(dataset, order, line, on, close=close)


@orders_app.command()
def cancel(order: Order, dataset: Dataset = "ventas", on: On = None) -> None:
    """The order will not be sent or will not come; the next revision of its week plans without it."""
    from cli.orders import move_order

    move_order(dataset, order, "cancel", on)
