"""Clean tables of sales, written in a random combination of the dialects that exports have.

`write` knows what it wrote and how many lines of which kind, so that what is read back can be compared cell
by cell and line by line. It draws from anything like `random.Random`: Hypothesis' in tests, a seeded one in
the fuzzer.

What is exact by construction: every date says its order (a day beyond 12, a month in letters, the year
first) or the order is stated in the mapping; the same holds of the decimal mark, which shows in one or two
decimals, or stands stated. Where neither holds, `exact` is False: then the file may also be refused.
"""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from intake.errors import InputError
from intake.mapping import FileMapping
from intake.reading import read_table
from intake.rejection import LineCount
from intake.tables import Table
from tests.unit.intake import workbooks
from tests.unit.intake.dialects import DATE_STYLES, MONTHS, SHORT_MONTHS, DateStyle, NumberStyle, words

Line = list[Any]

HEADERS = {
    "es": "Fecha Año Mes Día Semana Trimestre Tienda Producto Unidades Precio Promoción Temperatura Ticket",
    "en": "Date Year Month Day Week Quarter Store Product Units Price Promotion Temperature Ticket",
    "fr": "Date Année Mois Jour Semaine Trimestre Magasin Produit Quantité Prix Promotion Température Ticket",
    "de": "Datum Jahr Monat Tag Woche Quartal Filiale Artikel Menge Preis Aktion Temperatur Bon",
    "pt": "Data Ano Mês Dia Semana Trimestre Loja Produto Quantidade Preço Promoção Temperatura Ticket",
}
ROLES = words("ds year month day week quarter location product y price promotion temperature ticket")
YES_NO = {
    "es": ("sí", "no"),
    "en": ("yes", "no"),
    "fr": ("oui", "non"),
    "de": ("ja", "nein"),
    "pt": ("sim", "não"),
}
TITLES = {
    "es": ("Panadería Ñandú, S.L.", "Informe de ventas"),
    "en": ("The Corner Shop", "Sales report"),
    "fr": ("Boulangerie Générale", "Rapport des ventes"),
    "de": ("Bäckerei Müller", "Verkäufe"),
    "pt": ("Padaria São João", "Relatório de vendas"),
}
PRODUCTS = (
    "pan", "00042", "0007", "Jabón", "Café molido", "Käse", "Maçã", "Crème brûlée", "x-1/2", "A&B", "10 %",
    'barra "grande"', "sal; gruesa", "oil, olive", "a|b", "té\nverde", "dos  espacios", "'quoted'",
    "Total drinks",
)  # fmt: skip
PLACES = ("Norte", "Sur", "001", "Málaga")
_PERIODS: dict[str, Callable[[int], datetime.date]] = {
    "D": lambda i: datetime.date(2023, 11, 3) + datetime.timedelta(i),
    "W-MON": lambda i: datetime.date(2023, 10, 2) + datetime.timedelta(7 * i),
    "MS": lambda i: datetime.date(2023 + (i + 7) // 12, (i + 7) % 12 + 1, 1),
    "QS": lambda i: datetime.date(2022 + i // 4, i % 4 * 3 + 1, 1),
}


def _iso(day: datetime.date) -> tuple[int, int]:
    return day.isocalendar()[0], day.isocalendar()[1]


def _labels(language: str) -> dict[str, list[Callable[[datetime.date], str]]]:
    short, long = SHORT_MONTHS[language], MONTHS[language]
    return {
        "W-MON": [
            lambda d: "{}-W{:02d}".format(*_iso(d)),
            lambda d: "{}W{:02d}".format(*_iso(d)),
            lambda d: "{1:02d}/{0}".join(("S", "")).format(*_iso(d)),
            lambda d: "KW {1} {0}".format(*_iso(d)),
            lambda d: "Semana {1} de {0}".format(*_iso(d)),
        ],
        "MS": [
            lambda d: f"{d:%Y-%m}",
            lambda d: f"{d:%m/%Y}",
            lambda d: f"{short[d.month - 1]}-{d:%y}",
            lambda d: f"{long[d.month - 1]} {d.year}",
            lambda d: f"{long[d.month - 1].upper()}/{d.year}",
        ],
        "QS": [
            lambda d: f"{d.year}-Q{d.month // 3 + 1}",
            lambda d: f"T{d.month // 3 + 1} {d.year}",
            lambda d: f"{d.month // 3 + 1}T{d.year}",
        ],
        "D": [],
    }


@dataclass(frozen=True)
class Written:
    """A file, what stands in it, and how it was made."""

    content: bytes
    name: str
    mapping: FileMapping
    frame: pd.DataFrame
    freq: str
    lines: LineCount
    exact: bool
    made: str


@dataclass(frozen=True)
class _Sale:
    """One row of the clean table."""

    location: str
    product: str
    day: datetime.date
    y: Decimal
    price: Decimal
    promotion: bool
    temperature: Decimal


@dataclass
class _Page:
    """Rows as they are written, each with what it counts as."""

    rows: list[tuple[str, Line]]

    def add(self, fate: str, row: Line) -> None:
        self.rows.append((fate, row))


@dataclass(frozen=True)
class _Numbers:
    """How a column of numbers is written: as text in a style, or typed."""

    style: NumberStyle
    places: int
    typed: bool

    def write(self, number: Decimal) -> Any:
        if self.typed:
            return int(number) if number == int(number) else float(number)
        return self.style.write(number.quantize(Decimal(1).scaleb(-self.places)))


def difference(written: Written) -> str:
    """What `read_table` makes of it that is not what was written; '' where nothing is."""
    try:
        reading = read_table(written.content, written.name, Table.SALES, mapping=written.mapping)
    except InputError as error:
        # What has two readings and is not stated is refused with both, and with the lines that state them.
        decided = written.exact or "mapeo.toml" not in str(error)
        return f"{written.made}: {error}" if decided else ""
    read, clean = (
        frame.sort_values(["unique_id", "ds"], ignore_index=True) for frame in (reading.frame, written.frame)
    )
    if not read.equals(clean):
        return f"{written.made}: read\n{read}\nwritten\n{clean}"
    if (reading.lines, reading.freq) != (written.lines, written.freq):
        return f"{written.made}: {reading.lines} of freq {reading.freq}, written {written.lines}"
    if not reading.rejected.empty or reading.quantity_in != reading.quantity_accepted:
        return f"{written.made}: rejected {reading.rejected}"
    return ""


def write(pen: random.Random) -> Written:
    """A clean table in a dialect, all of it drawn from `pen`."""
    kind = pen.choice(["csv", "csv", "csv", "csv", "xlsx", "ods", "xls", "parquet"])
    shape = pen.choice(["long", "long", "wide", "tickets"])
    language = pen.choice(list(HEADERS))
    freq = pen.choice(list(_PERIODS))
    stated: dict[str, Any] = {}
    encoding, delimiter, end = _text_dialect(pen)
    table, has = _clean_table(pen, shape, freq, text=kind == "csv")
    dates, date_columns, exact, said = _dates(pen, kind, shape, freq, language, [sale.day for sale in table])
    if said is not None:
        stated["dates"] = said
    decimal = pen.choice(".,")
    y, price, sure = _numbers(pen, kind, decimal, encoding, table)
    if not sure:
        if pen.random() < 0.7:
            stated["decimal"] = decimal
        else:
            exact = False
    headers = dict(zip(ROLES, HEADERS[language].split(), strict=True))
    lay_out = _wide if shape == "wide" else _long
    page = lay_out(pen, table, has, headers, language, dates, date_columns, y, price)
    if shape == "tickets":
        stated.setdefault("freq", freq)
    if kind != "parquet":
        page = _dressed(pen, page, language, y, kind=kind, shape=shape)
    stem = pen.choice(["ventas", "Sales_2024", "été", "x.y"])
    content, name, blank = _packed(pen, kind, page, stem, encoding, delimiter, end)
    counts = dict.fromkeys(("header", "footer", "accepted"), 0) | {"blank": blank}
    for fate, row in page.rows:
        counts[fate] += 1 + (sum(str(cell).count("\n") for cell in row) if kind == "csv" else 0)
    return Written(
        content=content,
        name=name,
        mapping=FileMapping(**stated),
        frame=_expected(table, has, shape, stem),
        freq=freq,
        lines=LineCount(duplicate=0, rejected=0, **counts),
        exact=exact,
        made=f"{kind} {shape} {language} {freq} {encoding} {delimiter!r} {end!r} {date_columns} {stated}",
    )


def _text_dialect(pen: random.Random) -> tuple[str, str, str]:
    return (
        pen.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]),
        pen.choice(",;\t|"),
        pen.choice(["\n", "\r\n", "\r"]),
    )


def _clean_table(pen: random.Random, shape: str, freq: str, *, text: bool) -> tuple[list[_Sale], set[str]]:
    """Every series in every period, and which of the columns there are."""
    has = {
        each for each in ("product", "location", "price", "promotion", "temperature") if pen.random() < 0.6
    }
    if shape == "wide":
        has = (has & {"location"}) | {"product"}
    elif shape == "tickets":
        has -= {"promotion", "temperature"}
    products = [each for each in PRODUCTS if text or "\n" not in each]
    named = pen.sample(products, pen.randint(2, 4)) if "product" in has else [""]
    places = pen.sample(PLACES, pen.randint(1, 2)) if "location" in has else [""]
    decimals = pen.choice([0, 0, 2]) if shape != "tickets" else 0
    most = pen.choice([9, 300, 99_999, 2_500_000])
    table = []
    for i in range(pen.randint(8, 14)):
        day = _PERIODS[freq](i)
        warm = Decimal(pen.randint(-50, 400)) / 10
        for place in places:
            for product in named:
                least = 1 if shape == "tickets" else -(most // 20)
                units = Decimal(pen.randint(least, most)) + (
                    Decimal(pen.randint(0, 99)) / 100 if decimals else 0
                )
                cost = Decimal(pen.randint(1, 8000)) / 4
                table.append(_Sale(place, product, day, units, cost, pen.random() < 0.3, warm))
    return table, has


def _dates(
    pen: random.Random, kind: str, shape: str, freq: str, language: str, days: Sequence[datetime.date]
) -> tuple[Callable[[datetime.date], Line], str, bool, str | None]:
    """How a date is written, in how many cells and which, whether that is exact, and what is to be stated."""
    if kind != "csv" and pen.random() < 0.5:
        return (lambda d: [datetime.datetime(d.year, d.month, d.day)]), "ds", True, None
    if shape != "wide" and pen.random() < 0.25:
        return *_parts(pen, freq, language), True, None
    labels = _labels(language)[freq]
    if labels and pen.random() < 0.4:
        label = pen.choice(labels)
        return (lambda d: [label(d)]), "ds", True, None
    usable = [
        style
        for style in DATE_STYLES
        if style.name[:2] in (language, *_NEUTRAL) and not (shape == "wide" and "serial" in style.name)
    ]
    style: DateStyle = pen.choice(usable)
    stated = None
    exact = True
    shows = max(day.day for day in days) > 12 and not style.two_digit_year
    if style.order is not None and not shows:
        if pen.random() < 0.7:
            stated = style.order
        else:
            exact = False
    return (lambda d: [style.write(d)]), "ds", exact, stated


_NEUTRAL = ("%Y", "%d", "%m", "%y", "se")


def _parts(pen: random.Random, freq: str, language: str) -> tuple[Callable[[datetime.date], Line], str]:
    """A date in several columns."""
    if freq == "W-MON" and pen.random() < 0.5:
        return (lambda d: list(map(str, _iso(d)))), "year week"
    if freq == "QS":
        return (lambda d: [str(d.year), f"{d.month // 3 + 1}"]), "year quarter"
    month: Callable[[datetime.date], str] = pen.choice(
        [
            lambda d: str(d.month),
            lambda d: f"{d:%m}",
            lambda d: f"{d:%Y%m}",
            lambda d: MONTHS[language][d.month - 1],
            lambda d: SHORT_MONTHS[language][d.month - 1],
        ]
    )
    if freq == "MS":
        return (lambda d: [str(d.year), month(d)]), "year month"
    return (lambda d: [str(d.year), month(d), str(d.day)]), "year month day"


_MONEY = (("", ""), ("$", ""), ("R$ ", ""), ("", " EUR"), ("€ ", ""), ("", " €"))  # Latin-1 has no €


def _numbers(
    pen: random.Random, kind: str, decimal: str, encoding: str, table: Sequence[_Sale]
) -> tuple[_Numbers, _Numbers, bool]:
    """How quantities and prices are written, and whether their decimal mark is beyond doubt."""
    thousands = pen.choice(["", "", " ", "\u00a0", "'", ",."[decimal == ","]])
    minus = pen.choice(["-{}", "-{}", "({})", "{}-"])
    before, after = pen.choice(_MONEY if encoding != "latin-1" else _MONEY[:4])
    typed = kind == "parquet" or (kind != "csv" and pen.random() < 0.6)
    whole = all(sale.y == int(sale.y) for sale in table)
    places = 0 if whole and pen.random() < 0.6 else 2
    y = _Numbers(NumberStyle(decimal, thousands, minus=minus), places, typed)
    price = _Numbers(NumberStyle(decimal, thousands, before, after, minus), 2, typed)
    sure = typed or places > 0 or thousands not in ("", ".", ",") or thousands == ""
    return y, price, sure


def _series_headers(has: set[str]) -> list[str]:
    return [each for each in ("location", "product") if each in has]


def _long(
    pen: random.Random,
    table: Sequence[_Sale],
    has: set[str],
    headers: dict[str, str],
    language: str,
    dates: Callable[[datetime.date], Line],
    date_columns: str,
    y: _Numbers,
    price: _Numbers,
) -> _Page:
    """One row per sale, or several with a ticket's number where the mapping will have them summed."""
    more = sorted(has & {"price", "promotion", "temperature"})
    names = [*date_columns.split(), *_series_headers(has), "y", *more]
    order = list(range(len(names)))
    pen.shuffle(order)
    page = _Page([])
    page.add("header", [headers[names[i]] for i in order])
    yes, no = YES_NO[language]
    warm = replace(y, places=1)
    for sale in table:
        cells = [
            *dates(sale.day),
            *[getattr(sale, each) for each in _series_headers(has)],
            y.write(sale.y),
            *[
                {
                    "price": lambda sale=sale: price.write(sale.price),
                    "promotion": lambda sale=sale: yes if sale.promotion else no,
                    "temperature": lambda sale=sale: warm.write(sale.temperature),
                }[each]()
                for each in more
            ],
        ]
        page.add("accepted", [cells[i] for i in order])
    return page


def _wide(
    pen: random.Random,
    table: Sequence[_Sale],
    has: set[str],
    headers: dict[str, str],
    language: str,
    dates: Callable[[datetime.date], Line],
    date_columns: str,
    y: _Numbers,
    price: _Numbers,
) -> _Page:
    """One row per series and one column per period."""
    days = sorted({sale.day for sale in table})
    series: dict[tuple[str, ...], dict[datetime.date, Decimal]] = {}
    for sale in table:
        key = tuple(getattr(sale, each) for each in _series_headers(has))
        series.setdefault(key, {})[sale.day] = sale.y
    page = _Page([])
    page.add("header", [*[headers[each] for each in _series_headers(has)], *[dates(day)[0] for day in days]])
    for key, cells in series.items():
        page.add("accepted", [*key, *[y.write(cells[day]) for day in days]])
    return page


def _dressed(pen: random.Random, page: _Page, language: str, y: _Numbers, *, kind: str, shape: str) -> _Page:
    """With titles, blank rows and columns, a column of row numbers, and headers repeated."""
    rows = [(fate, list(row)) for fate, row in page.rows]
    width = len(rows[0][1])
    if pen.random() < 0.2:
        rows = [(fate, [i or "", *row]) for i, (fate, row) in enumerate(rows)]
        width += 1
    elif pen.random() < 0.2:
        at = pen.choice([0, width])
        rows = [(fate, [*row[:at], "", *row[at:]]) for fate, row in rows]
        width += 1
    dressed = _Page([])
    if pen.random() < 0.4:
        for title in TITLES[language][: pen.randint(1, 2)]:
            dressed.add("header", [title, *[""] * (width - 1)])
        if pen.random() < 0.5:
            dressed.add("blank", [""] * width)
    repeats = pen.choice([0, 0, 0, 5, 7])
    blanks = pen.choice([0, 0, 0, 4])
    for i, (fate, row) in enumerate(rows):
        if i > 1 and repeats and i % repeats == 0:
            dressed.add("header", rows[0][1])
        if i > 1 and blanks and i % blanks == 0:
            dressed.add("blank", [""] * width)
        dressed.add(fate, row)
    return dressed


def _packed(
    pen: random.Random, kind: str, page: _Page, stem: str, encoding: str, delimiter: str, end: str
) -> tuple[bytes, str, int]:
    """The bytes and their name, and how many blank lines stand above what is on the page."""
    rows = [row for _, row in page.rows]
    blank = 0
    if kind == "csv":
        text = io.StringIO()
        quoting = (
            csv.QUOTE_ALL if any("\n" in str(cell) for row in rows for cell in row) else csv.QUOTE_MINIMAL
        )
        quoting = pen.choice([quoting, csv.QUOTE_ALL])
        csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
        written = text.getvalue()
        if pen.random() < 0.2 and not written.endswith(f"{delimiter}{end}"):
            written = written.removesuffix(end)
        content = written.encode(encoding)
        name = f"{stem}.{pen.choice(['csv', 'txt'])}"
    elif kind == "parquet":
        head, body = rows[0], rows[1:]
        packed = io.BytesIO()
        pq.write_table(pa.table({str(h): [row[i] for row in body] for i, h in enumerate(head)}), packed)
        content, name = packed.getvalue(), f"{stem}.parquet"
    else:
        blank = pen.choice([0, 0, 2])
        make = {"xlsx": workbooks.xlsx, "ods": workbooks.ods, "xls": workbooks.xls}[kind]
        cells = [[None if cell == "" else cell for cell in row] for row in rows]
        content, name = make({"Datos": cells}, top=1 + blank, left=pen.choice([1, 1, 3])), f"{stem}.{kind}"
    wrapped = pen.choice(["", "", "", "zip", "gz"])
    if wrapped == "zip":
        return workbooks.zipped({f"carpeta/{name}": content}), "drop.zip", blank
    if wrapped == "gz":
        return gzip.compress(content, mtime=0), f"{name}.gz", blank
    return content, name, blank


def _expected(table: Sequence[_Sale], has: set[str], shape: str, stem: str) -> pd.DataFrame:
    parts = _series_headers(has)
    columns: dict[str, list[Any]] = {
        "unique_id": ["/".join(getattr(sale, part) for part in parts) or stem.lower() for sale in table],
        "ds": [pd.Timestamp(sale.day) for sale in table],
        "y": [float(sale.y) for sale in table],
    }
    if "price" in has:
        columns["price"] = [float(sale.price) for sale in table]
    if "promotion" in has:
        columns["promotion"] = [float(sale.promotion) for sale in table]
    if "temperature" in has:
        columns["temperature"] = [float(sale.temperature) for sale in table]
    return pd.DataFrame(columns)
