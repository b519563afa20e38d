"""The commands that decide from files alone: their options, and what they mean."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from intake.errors import InputError

if TYPE_CHECKING:
    from cli.decision_files import DecisionTables
    from forecasting.series.assumptions import Assumption


def _file(help_text: str, *names: str) -> Any:
    return typer.Option(*names, exists=True, dir_okay=False, readable=True, help=help_text)


Sales = Annotated[
    list[Path], _file("Sales, long or wide; repeatable, a later file replaces what it covers.", "--sales")
]
InStock = Annotated[
    Path | None, _file("In the shape of the sales: yes, no, or the share of the period on the shelf.")
]
Items = Annotated[Path | None, _file("What is sold: categories, costs, shelf life, look-alikes, source.")]
Suppliers = Annotated[Path | None, _file("Who supplies: lead time in days, minimum order value.")]
Terms = Annotated[Path | None, _file("On which terms: packs, minimums, prices, lead time in days.")]
Calendar = Annotated[Path | None, _file("What is known of past and coming days: holidays, promotions.")]
Mapping = Annotated[
    Path | None, _file("What the columns are; the mapeo.toml beside each file where not given.")
]
LeadTime = Annotated[
    int | None,
    typer.Option(
        min=0, help="Whole periods between the decision and the period on whose shelf the order is."
    ),
]
ReviewPeriod = Annotated[
    int | None, typer.Option(min=1, help="Periods between two orders; a week where not given.")
]
HoldingCost = Annotated[float | None, typer.Option(min=0, help="Per unit left at the end of a period.")]
ShortageCost = Annotated[float | None, typer.Option(min=0, help="Per unit of lost sales.")]
ServiceLevel = Annotated[
    float, typer.Option(help="Where no costs are stated: the share of orders that last until the next one.")
]
Assume = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN=VALUE",
        help="What is not known of the coming periods, repeatable: a number, by_weekday, year_ago or last.",
    ),
]
Tuned = Annotated[
    bool,
    typer.Option(
        "--tuned/--stated",
        help="Choose the correction of the critical ratio for each decision from the money of windows "
        "before it, or keep the stated one.",
    ),
]
Recipe = Annotated[str, typer.Option(help="The recipe that forecasts.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="The day up to which the sales are complete; that of the stock count, or the end of the last "
        "period, where not given.",
    ),
]
Paths = Annotated[int, typer.Option(min=1, help="Demand paths to draw.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same orders.")]
Cache = Annotated[
    Path | None,
    typer.Option(
        file_okay=False,
        help="Where past forecasts are kept; .abasto-cache beside the output where not given.",
    ),
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over what is there.")]


def order(
    sales: Sales,
    stock: Annotated[Path, _file("What is on hand and on order, as of the end of the sales.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The orders (CSV), rows as in the stock file.")],
    in_stock: InStock = None,
    items: Items = None,
    suppliers: Suppliers = None,
    terms: Terms = None,
    calendar: Calendar = None,
    mapping: Mapping = None,
    lead_time: LeadTime = None,
    review_period: ReviewPeriod = None,
    holding_cost: HoldingCost = None,
    shortage_cost: ShortageCost = None,
    service_level: ServiceLevel = 0.95,
    assume: Assume = None,
    recipe: Recipe = "combination",
    tuned: Tuned = True,
    as_of: AsOf = None,
    paths: Paths = 500,
    seed: Seed = 0,
    cache: Cache = None,
    replace: Replace = False,
) -> None:
    """Decide this period's orders from files: no services, no upload, nothing kept but a cache.

    Example: `abasto order --sales sales.csv --stock stock.csv --lead-time 2 --holding-cost 0.2
    --shortage-cost 1 --out orders.csv`. Any shape that `abasto inspect` understands will do. What a table
    states of an item or a supplier wins over the options. Every line of the output says why.
    """
    from cli.decision_files import DecisionFiles
    from cli.order import Decision
    from cli.order import order as decide_order
    from planning.stated_terms import StatedTerms

    decide_order(
        DecisionFiles(
            sales=sales,
            stock=stock,
            in_stock=in_stock,
            items=items,
            suppliers=suppliers,
            terms=terms,
            calendar=calendar,
            mapping=mapping,
        ),
        Decision(
            stated=StatedTerms(lead_time, holding_cost, shortage_cost),
            review_period=review_period,
            service_level=service_level,
            recipe=recipe,
            assume=assumptions(assume or []),
            tuned=tuned,
            as_of=_day(as_of),
            paths=paths,
            seed=seed,
        ),
        out,
        cache,
        overwrite=replace,
    )


def replay(
    start: Annotated[
        datetime,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="A day of the period at whose end the first order is decided.",
        ),
    ],
    periods: Annotated[
        int, typer.Option("--weeks", "--periods", min=1, help="Periods of the sales to play after it.")
    ],
    sales: Annotated[
        list[Path] | None, _file("Sales, long or wide; repeatable. Or name a --dataset.", "--sales")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option("--dataset", "-d", help="A dataset of the bucket instead of files, with its tables."),
    ] = None,
    windows: Annotated[
        int,
        typer.Option(
            min=1, help="So many times, each from where the orders before end, with its own opening."
        ),
    ] = 1,
    count_from: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="The first period that counts, 1 being the first played; the first that an order reaches.",
        ),
    ] = None,
    stock: Annotated[
        Path | None, _file("What was there at the end of --from; by the rule of docs/planning.md without it.")
    ] = None,
    ordered: Annotated[
        Path | None,
        _file(
            "What was really ordered at the end of each period, in the shape of the sales; a column "
            "order_quantity of the sales will do, too."
        ),
    ] = None,
    in_stock: InStock = None,
    items: Items = None,
    suppliers: Suppliers = None,
    terms: Terms = None,
    calendar: Calendar = None,
    mapping: Mapping = None,
    lead_time: LeadTime = None,
    review_period: ReviewPeriod = None,
    holding_cost: HoldingCost = None,
    shortage_cost: ShortageCost = None,
    service_level: ServiceLevel = 0.95,
    recipe: Recipe = "combination",
    retrain_every: Annotated[int, typer.Option(min=1, help="Decisions that a fit serves.")] = 1,
    tuned: Tuned = True,
    closed_loop: Annotated[
        bool, typer.Option("--closed-loop", help="Forecast from what the own shelf could sell.")
    ] = False,
    least_observed: Annotated[
        int, typer.Option(min=0, help="A series counts once so many of its periods were known.")
    ] = 13,
    as_of: AsOf = None,
    paths: Paths = 500,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="Orders per period, summary.csv and replay.png.")
    ] = None,
    cache: Cache = None,
    replace: Replace = False,
) -> None:
    """Decide every period of the past again, with only what was known then, and count the money.

    Example: `abasto replay --sales sales.csv --from 2023-01-16 --weeks 8 --lead-time 2 --holding-cost 0.2
    --shortage-cost 1`. Beside it stand a rule of thumb (a seasonal moving average, ordered up to one period
    more than must be covered) and, where it is known, what was really ordered.
    """
    from cli.decision_files import DecisionFiles, read_files, read_ordered
    from cli.order import Decision
    from cli.replay import Span
    from cli.replay import replay as replay_tables
    from planning.replayed_history import ReplayRules
    from planning.stated_terms import StatedTerms

    if (sales is None) == (dataset is None):
        raise InputError("say what to replay: --sales FILE, or --dataset NAME")
    of_files = {
        "--stock": stock,
        "--in-stock": in_stock,
        "--items": items,
        "--suppliers": suppliers,
        "--terms": terms,
        "--calendar": calendar,
        "--mapping": None if ordered else mapping,
        "--as-of": as_of,
    }
    beside = [option for option, given in of_files.items() if given is not None]
    if dataset is not None and beside:
        raise InputError(
            f"a dataset comes with the tables of its bucket, so {', '.join(beside)} would not be read: leave "
            "it out, or replay files with --sales"
        )

    def read() -> DecisionTables:
        if dataset is not None:
            from cli.dataset_tables import read_dataset

            return read_dataset(dataset)
        files = DecisionFiles(
            sales=sales or [],
            stock=stock,
            in_stock=in_stock,
            items=items,
            suppliers=suppliers,
            terms=terms,
            calendar=calendar,
            mapping=mapping,
        )
        return read_files(files, _day(as_of))

    replay_tables(
        read,
        Decision(
            stated=StatedTerms(lead_time, holding_cost, shortage_cost),
            review_period=review_period,
            service_level=service_level,
            recipe=recipe,
            assume={},
            paths=paths,
            seed=seed,
        ),
        ReplayRules(
            retrain_every=retrain_every, tuned=tuned, closed_loop=closed_loop, least_observed=least_observed
        ),
        Span(start=start.date(), periods=periods, windows=windows, count_from=count_from),
        ordered=None if ordered is None else read_ordered(ordered, mapping),
        out=out,
        cache=cache,
        overwrite=replace,
    )


def assumptions(words: Sequence[str]) -> dict[str, Assumption]:
    """What `--assume` states, by column.

    >>> assumptions(["promotion=0", "holiday=by_weekday"])
    {'promotion': 0.0, 'holiday': 'by_weekday'}
    """
    stated: dict[str, Assumption] = {}
    for word in words:
        column, equals, text = word.partition("=")
        if not (column and equals and text):
            raise InputError(f"--assume {word} is not of the form COLUMN=VALUE, such as promotion=0")
        try:
            stated[column] = float(json.loads(text))
        except (ValueError, TypeError):
            stated[column] = text  # type: ignore[assignment]  # `extend` says which words there are
    return stated


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
