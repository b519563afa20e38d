"""The `abasto` command: sales files in, purchase orders out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import errors
from cli.decision_commands import order as order_from_files
from cli.decision_commands import replay as replay_from_files
from cli.order_commands import Dataset, orders_app
from intake.errors import AbastoError
from intake.tables import Table

# Prefect and scikit-learn take seconds to import: every command imports what it needs when it runs.

app = typer.Typer(
    name="abasto",
    help="Turns sales files into purchase orders.\n\n"
    "Start with `abasto demo`. With your own data: `abasto up` in a terminal, `abasto upload Ventas.csv` in "
    "another; then `abasto run ingest`, `train`, `forecast`, `replenish`. `abasto status` tells the state.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(orders_app, name="orders")
db_app = typer.Typer(
    help="Sales, stock, plans and orders as SQL, for BI tools: a SQLite file, or a MySQL or MariaDB server.",
    no_args_is_help=True,
)
app.add_typer(db_app, name="db")


@app.command()
def demo() -> None:
    """Run everything once on the samples: upload, ingest, train, forecast, replenish.

    Starts an object store and a Prefect server of its own on loopback and stops them at the end. What was
    published stays under .abasto/; running it again finds it and changes nothing.
    """
    from cli.demo import run_demo

    run_demo()


@app.command()
def up() -> None:
    """Start store, Prefect server with UI and a worker for all deployments, until Ctrl-C.

    While it runs, a file that lands in the bucket is ingested and, when it brings a new complete period, a
    model is trained. Orders are decided every Monday at 06:00 (ABASTO_TIMEZONE).
    """
    from cli.up import stay_up

    stay_up()


@app.command()
def setup() -> None:
    """Prepare a store and a Prefect server of your own: buckets, work pool, deployments. Safe to repeat."""
    from cli.setup import prepare

    prepare()


@app.command()
def upload(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to send.")
    ],
    folder: Annotated[
        str,
        typer.Option(
            "--as",
            help="What it is: ventas, inventario, productos, proveedores, condiciones, recetas, capacidad "
            "or calendario.",
        ),
    ] = "ventas",
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", "-d", help="Put it into this dataset's folder; sales may do without."),
    ] = None,
) -> None:
    """Upload a file to the bucket, as it is.

    Example: `abasto upload Ventas.csv`, then `abasto run ingest --dataset ventas`.
    """
    from cli.transfer import upload_file

    upload_file(file, folder, dataset)


@app.command()
def remove(
    key: Annotated[str, typer.Argument(help="Where it lies, such as ventas/Ventas.csv.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove an upload, such as one in the wrong folder; its bytes stay kept as a snapshot.

    Example: `abasto remove ventas/Stock.csv`.
    """
    from cli.removal import remove_upload

    remove_upload(key, sure=yes)


@app.command()
def convert(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The model to read.")
    ],
    to: Annotated[Path, typer.Option("--to", help="The folder to write the tables into.")] = Path("tablas"),
) -> None:
    """Write the tables of a frePPLe model (JSON) or of a quarterly workbook as CSV files for `upload`."""
    from cli.convert import convert_file

    convert_file(file, to)


@app.command()
def inspect(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to look at.")
    ],
    table: Annotated[
        Table | None,
        typer.Option("--as", help="What it is; found out by its columns where not given."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A mapping file; mapeo.toml beside the file where not given."
        ),
    ] = None,
    rejected_share: Annotated[
        float, typer.Option(min=0, max=1, help="The share of bad lines above which a file is refused.")
    ] = 0.05,
) -> None:
    """Say what Abasto understands of a file, why, and how to overrule it. Uploads nothing, needs no service.

    Example: `abasto inspect Ventas.csv`. What it says in the last lines goes into `mapeo.toml`.
    """
    from cli.inspection import inspect as inspect_file

    inspect_file(file, table, mapping, rejected_share=rejected_share)


@app.command()
def datasets(
    dataset: Annotated[str | None, typer.Argument(help="List the versions of this one.")] = None,
) -> None:
    """List the datasets that were ingested, or the versions of one: files, series, rows, quantities."""
    from cli.datasets import show_datasets

    show_datasets(dataset)


@app.command()
def diff(
    before: Annotated[
        str | None, typer.Argument(help="A dataset version, or how it begins; the one before AFTER if not.")
    ] = None,
    after: Annotated[str | None, typer.Argument(help="Another one; the latest if not given.")] = None,
    dataset: Dataset = "ventas",
) -> None:
    """Show what a new drop changed: files, rows added, removed and corrected, series, quantities.

    Example: `abasto diff -d ventas` compares the latest version with the one before it.
    """
    from cli.datasets import show_difference

    show_difference(dataset, before, after)


@app.command()
def page() -> None:
    """Serve the upload page alone, until Ctrl-C; `abasto up` serves it beside everything else."""
    from cli.page import serve_alone

    serve_alone()


@app.command()
def run(
    kind: Annotated[
        str, typer.Argument(help="ingest, train, backtest, forecast, replenish, whatif or plan.")
    ],
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            "-d",
            help="The dataset; else ventas, and for replenish all that have a model and a stock file.",
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            "-o",
            metavar="NAME=VALUE",
            help="A parameter of the flow, repeatable: `-o horizon=8`, `-o assume.promotion=0`. "
            "`abasto run train --options` lists them.",
        ),
    ] = None,
    options: Annotated[
        bool, typer.Option("--options", help="List the parameters of this flow and stop.")
    ] = False,
    workbook: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="For plan: the quarterly workbook (.xlsx) to plan."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="For plan: the new workbook; else FILE-plan.xlsx beside it.")
    ] = None,
) -> None:
    """Run one flow and wait for it; `abasto up` does the work if it is running. `plan` needs no services.

    Example: `abasto run train --dataset ventas --option windows=6`.
    """
    from cli.run import list_options, parse_options, run_from_words

    if kind == "plan":
        from cli.workbook_plan import list_rules, plan_workbook

        list_rules() if options else plan_workbook(workbook, out, parse_options(option or []))
    elif options:
        list_options(kind)
    else:
        run_from_words(kind, dataset, option or [])


app.command("order")(order_from_files)
app.command("replay")(replay_from_files)


@app.command()
def models(dataset: Dataset = "ventas") -> None:
    """List the model versions of a dataset: recipe, errors on the test periods, promoted or why not."""
    from cli.tables import show_models

    show_models(dataset)


@app.command()
def predictions(dataset: Dataset = "ventas") -> None:
    """List the predictions of a dataset, the newest last."""
    from cli.tables import show_predictions

    show_predictions(dataset)


@app.command()
def plans(dataset: Dataset = "ventas") -> None:
    """List the replenishment plans of a dataset, one a week and its revisions, with their amounts.

    `abasto orders list` shows the states of their orders. After the demo: `abasto plans -d cosmetics`.
    """
    from cli.tables import show_plans

    show_plans(dataset)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="A model version, such as v0001.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    dataset: Dataset = "ventas",
) -> None:
    """Show two model versions side by side: what went in, what came out, what was decided."""
    from cli.tables import show_comparison

    show_comparison(dataset, first, second)


@app.command()
def pull(
    kind: Annotated[str, typer.Argument(help="model, prediction, plan, whatif or backtest.")],
    dataset: Dataset = "ventas",
    version: Annotated[
        str | None, typer.Option("--version", "-v", help="The latest (promoted) one where not given.")
    ] = None,
    to: Annotated[Path, typer.Option("--to", help="The folder to write into.")] = Path("descargas"),
) -> None:
    """Download a model, prediction, plan, what-if or backtest with all beside it, checked on the way."""
    from cli.transfer import pull_version

    pull_version(kind, dataset, version, to)


@app.command()
def status() -> None:
    """Say what runs where, which versions are the latest, and how the last runs ended."""
    from cli.status import show_status

    show_status()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the archive (.tar.gz).")],
) -> None:
    """Pack the local state (store, runs, keys) into one private file; stop `abasto up` first."""
    from cli.backups import write_backup

    write_backup(file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An archive of `abasto backup`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Set what is there aside (nothing is deleted) and restore.")
    ] = False,
) -> None:
    """Bring back the local state from an archive of `abasto backup`."""
    from cli.backups import read_backup

    read_backup(file, replace=replace)


@db_app.command("status")
def db_status() -> None:
    """Say where the database is, what it holds, and whether that is the latest of every dataset.

    It is `.abasto/abasto.db`, a SQLite file, until ABASTO_DATABASE_URL says mysql://user:password@host/database.
    """
    from cli.database import show_database

    show_database()


@db_app.command("rebuild")
def db_rebuild() -> None:
    """Load everything again from the buckets, which are the truth; safe at any time.

    Every run loads what it published by itself. This is for a database that is new, was away, or was made by
    another release. Whoever reads meanwhile sees the rows from before until all new ones are there.
    """
    from cli.database import rebuild_database

    rebuild_database()


def main() -> None:
    """Run the command; a problem that Abasto knows is one sentence and exit status 1, never a traceback."""
    try:
        app()
    except AbastoError as error:
        errors.print(f"[bold red]Error:[/bold red] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("Stopped.")
        sys.exit(130)
