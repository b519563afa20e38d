"""100,000 rows of weekly sales into the database: first load, nothing new, a newer version, views.

  python -m benchmarks.database_load [--url mysql://user:password@host/database]

The database is used as it is and holds the dataset `benchmark` afterwards: give it an empty one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import text

from storage.settings import Settings
from storage.sql.database import Database, open_database
from storage.sql.loading import Part, load_dataset
from storage.sql.views import VIEWS

SERIES, WEEKS = 599, 167


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.database_load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", help="of a server; a new SQLite file where not given")
    with tempfile.TemporaryDirectory() as home:
        run(open_database(Settings.load(home=Path(home), database_url=parser.parse_args().url)))
    return 0


def run(database: Database) -> None:
    """Load made-up sales three times and read every view."""
    sales = made_up_sales()
    print(f"{len(sales):,} rows of {SERIES} series into {database.shown}")
    for title, version in (
        ("first load", "1" * 16),
        ("the same again", "1" * 16),
        ("a newer version", "2" * 16),
    ):
        with timed(title):
            load(database, sales, version)
    with timed("rows of all views"), database.read() as connection:
        for view in VIEWS:
            connection.execute(text(f"SELECT count(*) FROM {view}")).scalar()  # noqa: S608 - our own names


def load(database: Database, sales: pd.DataFrame, version: str) -> None:
    """Load one version."""
    day = pd.Timestamp("2025-03-10")
    facts = {"dataset": "benchmark", "dataset_version": version, "freq": "W-MON", "cutoff": day}
    with database.write() as connection:
        part = Part("sales", version, version, lambda: {"sales": sales})
        load_dataset(connection, facts | {"published_at": day}, [part])


def made_up_sales() -> pd.DataFrame:
    """Weekly sales with price and in_stock."""
    rows = SERIES * WEEKS
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"shop {n % 60}/product {n}" for n in range(SERIES)], WEEKS),
            "ds": np.tile(pd.date_range("2022-01-03", periods=WEEKS, freq="7D"), SERIES),
            "y": np.random.default_rng(0).integers(0, 50, rows).astype(np.float64),
            "price": 2.5,
            "in_stock": 1.0,
        }
    )


@contextmanager
def timed(title: str) -> Iterator[None]:
    """Print how long the block took."""
    began = time.perf_counter()
    yield
    print(f"{title:20} {time.perf_counter() - began:6.2f} s")


if __name__ == "__main__":
    raise SystemExit(main())
