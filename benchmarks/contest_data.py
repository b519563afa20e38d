"""The data sets of the forecast contest, read through the door, and the windows that judge on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from benchmarks.vn2_protocol import WINDOWS
from forecasting.series.panel import Panel
from intake.periods import period_number, shift, unit_of

HORIZON: Final = {"D": 14, "W": 8}
INTERVAL: Final = {"D": 7, "W": 3}
"""The protection interval: seven days (an order a week, there the next day); three weeks (lead time 2)."""

FIRST_REPORTED: Final = 0.7  # share of the periods before the first reported window
LEAST_WINDOWS: Final = 10
MOST_WINDOWS: Final = 30
ENOUGH_FORECASTS: Final = 120  # series x windows
EARLIER: Final = (6, 12)  # least and most windows whose errors make the first paths
SAMPLES: Final = Path(__file__).resolve().parent.parent / "samples"


@dataclass(frozen=True)
class Race:
    """A panel and its windows.

    Every method forecasts `horizon` periods from each of `reported`, the windows that judge, and those whose
    distribution is made of earlier errors also from each of `earlier`. The sum over the first `interval`
    periods is what an order has to cover.
    """

    name: str
    panel: Panel
    horizon: int
    interval: int
    earlier: tuple[pd.Timestamp, ...]
    reported: tuple[pd.Timestamp, ...]


@dataclass(frozen=True)
class Files:
    """The files of a data set by table, below the folder of the data (of the samples if `sample`)."""

    sales: tuple[str, ...]
    items: str | None = None
    calendar: str | None = None
    as_of: str | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    sample: bool = False


DATA_SETS: Final[Mapping[str, Files]] = {
    "ventas": Files(("ventas/Ventas.csv",), as_of="2022-12-31"),
    "bakery": Files(
        ("bakery/data_bakery_prep.csv",),
        "bakery/menu_codes.csv",
        "bakery/TempTot.csv",
        as_of="2022-09-30",
        rules={"missing_periods": "zero"},
    ),
    "vn2": Files(("vn2/sales.csv", "vn2/in_stock.csv"), "vn2/master.csv", as_of="2024-04-14"),
    "samples": Files(("sales.csv",), "items.csv", "calendar.csv", sample=True),
}


def is_there(name: str, data: Path) -> bool:
    """Whether the sales of a data set are in the folder."""
    files = DATA_SETS[name]
    return all(((SAMPLES if files.sample else data) / file).is_file() for file in files.sales)


def read_race(name: str, data: Path) -> Race:
    """Read a data set as the flows do, and set its windows."""
    # The processes that are measured need no reader.
    from forecasting.series.dataset_panel import panel_of
    from intake.assembly import assemble_sales, assemble_table
    from intake.dataset_rules import rules_of
    from intake.reading import Reading, read_table
    from intake.tables import Table

    files = DATA_SETS[name]
    folder = SAMPLES if files.sample else data

    def read(file: str, table: Table) -> Reading:
        return read_table((folder / file).read_bytes(), Path(file).name, table)

    def described(file: str | None, table: Table) -> pd.DataFrame | None:
        return None if file is None else assemble_table(table, [read(file, table)])

    rules = rules_of(files.rules, "the benchmark")
    as_of = None if files.as_of is None else pd.Timestamp(files.as_of)
    sales = assemble_sales([read(file, Table.SALES) for file in files.sales], as_of, rules)
    panel = panel_of(
        sales.frame,
        sales.freq,
        rules,
        described(files.items, Table.ITEMS),
        described(files.calendar, Table.CALENDAR),
    )
    return race_of(name, panel, sales.cutoff)


def race_of(name: str, panel: Panel, end: pd.Timestamp) -> Race:
    """The windows of a panel whose last complete period is `end`.

    Reported: evenly spaced from 70 % of the periods to the last one that fits, ten of them, up to 30 where
    series are few; on vn2 the ten of its published protocol. Earlier: half a horizon apart, the last of them
    over by the first reported cutoff.
    """
    freq = unit_of(panel.freq)
    horizon, interval = HORIZON[freq], INTERVAL[freq]
    first = panel.frame["ds"].min()
    few = -(-ENOUGH_FORECASTS // panel.frame["unique_id"].nunique())
    if name == "vn2":
        positions = list(WINDOWS)
    else:
        last = int((period_number(end, panel.freq) - period_number(first, panel.freq))[0]) - horizon
        count = min(max(LEAST_WINDOWS, few), MOST_WINDOWS)
        start = round(FIRST_REPORTED * (last + horizon))
        positions = [start + (last - start) * number // (count - 1) for number in range(count)]
    step = horizon // 2
    earlier = min(max(EARLIER[0], few), EARLIER[1])
    ends = [positions[0] - horizon - step * back for back in reversed(range(earlier))]
    return Race(
        name,
        panel,
        horizon,
        interval,
        tuple(shift(first, position, panel.freq) for position in ends),
        tuple(shift(first, position, panel.freq) for position in positions),
    )
