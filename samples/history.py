"""The sample company's past: weather, calendar, weekly sales, and one shop's daily sales.

Demand for a product in a shop is a negative binomial around size x trend x season x sunshine x promotion x
holiday x the shop's common ups and downs; stockouts cut it, and some of what was bought comes back.
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt
import pandas as pd
from catalogue import LOCATIONS, PRODUCTS, Location, Product

SEED = 2026
WEEKS = pd.date_range("2023-08-07", "2026-02-02", freq="W-MON")
CUTOFF = WEEKS[-1]
AS_OF = CUTOFF + pd.Timedelta(days=6)
FUTURE = pd.date_range(CUTOFF, periods=27, freq="W-MON")[1:]

OFFER_PRICE = 0.85  # a shop's promotion week takes 15 % off everything
PRICE_RISE = 1.03  # every January
HOLIDAY_LIFT = 1.12
DISPERSION = 30.0  # of the negative binomial: variance = mean + mean^2 / DISPERSION
STOCKOUTS_PER_WEEK = 0.008


def generator(*names: str) -> np.random.Generator:
    """A stream of its own for each thing, so that a new product changes no other product's numbers."""
    return np.random.default_rng([SEED, zlib.crc32("/".join(names).encode())])


def usual_sunshine(ds: pd.DatetimeIndex, location: Location) -> npt.NDArray[np.float64]:
    """Hours of sun a week that the climate gives: a sine with its top at midsummer."""
    return location.sunshine * (1 + 0.42 * np.cos(2 * np.pi * (ds.dayofyear.to_numpy() - 178) / 365.25))


def is_holiday_week(ds: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
    """Weeks that hold one of seven days on which the United States shop or stay at home."""
    fixed = {(1, 1), (2, 14), (7, 4), (12, 25)}

    def holds_one(monday: pd.Timestamp) -> bool:
        days = pd.date_range(monday, periods=7)
        moving = (
            (
                days[0].month == 5 and (days[0] + pd.Timedelta(days=7)).month == 6
            )  # Memorial Day: last Monday of May
            or (days[0].month == 9 and days[0].day <= 7)  # Labor Day: first Monday of September
            or (days[3].month == 11 and 22 <= days[3].day <= 28)  # Thanksgiving: fourth Thursday of November
        )
        return moving or any((day.month, day.day) in fixed for day in days)

    return np.array([holds_one(monday) for monday in ds])


def calendar() -> pd.DataFrame:
    """What is known in advance, per week and shop: holidays, planned promotions, and sunshine.

    Sunshine is measured up to the cutoff and the climate's average after it. Every shop has about
    ten promotion weeks a year, each shop on its own dates.
    """
    ds = pd.DatetimeIndex(WEEKS.append(FUTURE))
    region = generator("weather").normal(0.0, 0.14, len(ds))
    holiday = is_holiday_week(ds).astype(int)
    tables = []
    for location in LOCATIONS.values():
        rng = generator("calendar", location.name)
        weather = np.where(ds <= CUTOFF, region + rng.normal(0.0, 0.07, len(ds)), 0.0)
        gaps = rng.integers(3, 8, len(ds))
        promotion = np.isin(np.arange(len(ds)), np.cumsum(gaps)).astype(int)
        sunshine = np.round(usual_sunshine(ds, location) * np.clip(1 + weather, 0.3, 1.8), 1)
        columns = {"ds": ds, "location": location.name, "holiday": holiday, "promotion": promotion}
        tables.append(pd.DataFrame(columns | {"sunshine": sunshine}))
    return pd.concat(tables).sort_values(["ds", "location"], ignore_index=True)


def price_in(product: Product, ds: pd.Timestamp) -> float:
    """The list price: up each January, on a five-cent grid."""
    return round(product.price * PRICE_RISE ** (ds.year - CUTOFF.year) * 20) / 20


def expected_demand(
    product: Product, location: Location, known: pd.DataFrame, common: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Mean units per week of `known` (one shop's calendar), before chance, stockouts and returns."""
    ds = pd.DatetimeIndex(known["ds"])
    week = ds.dayofyear.to_numpy() / 7
    years = (ds - CUTOFF).days.to_numpy() / 365.25
    season = np.exp(product.swing * np.cos(2 * np.pi * (week - product.peak) / 52.18))
    gift = 1 + product.gift * np.exp(-0.5 * ((week - 50.5) / 1.8) ** 2)
    spare_sun = (known["sunshine"].to_numpy() - usual_sunshine(ds, location)) / 10
    life = np.ones(len(ds))
    if product.launched is not None:
        age = (ds - pd.Timestamp(product.launched)).days.to_numpy() / 7
        life = np.where(age < 0, 0.0, 1.25 - 0.85 * np.exp(-np.maximum(age, 0) / 5))
    if product.fading is not None:
        life = np.exp(-np.maximum((ds - pd.Timestamp(product.fading)).days.to_numpy() / 7, 0) / 26)
    trend = np.exp((product.growth + location.growth) * years)
    promoted = 1 + product.promoted * known["promotion"].to_numpy(np.float64)
    holiday = np.where(known["holiday"] == 1, HOLIDAY_LIFT, 1.0)
    weather = np.exp(product.sunshine * spare_sun)
    size = product.weekly * location.size
    return np.asarray(size * trend * season * gift * weather * life * promoted * holiday * common, np.float64)


def shelf_shares(expected: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """`in_stock` per week: 1, or when a stockout strikes (sooner in strong weeks) the sold-out week's share,
    up to two weeks of 0, and the share of the week in which the goods come back.
    """
    shares = np.ones(len(expected))
    risk = STOCKOUTS_PER_WEEK * np.clip(expected / expected.mean(), 0.2, 3.0)
    for week in np.flatnonzero(rng.random(len(expected)) < risk):
        empty = int(rng.integers(0, 3))
        episode = [rng.uniform(0.2, 0.9), *[0.0] * empty, *([rng.uniform(0.4, 0.9)] if empty else [])]
        room = shares[week : week + len(episode)]
        shares[week : week + len(episode)] = np.minimum(room, np.round(episode, 2)[: len(room)])
    return shares


def weekly_sales(known_in_advance: pd.DataFrame) -> pd.DataFrame:
    """Units sold per week, shop and product, from a product's launch to the cutoff."""
    past = known_in_advance[known_in_advance["ds"] <= CUTOFF]
    tables = []
    for code, location in LOCATIONS.items():
        known = past[past["location"] == location.name].reset_index(drop=True)
        common = np.exp(generator("common", location.name).normal(0.0, 0.05, len(known)))
        for product in PRODUCTS:
            if code not in product.shops:
                continue
            rng = generator("sales", location.name, product.name)
            expected = expected_demand(product, location, known, common)
            demand = rng.poisson(rng.gamma(DISPERSION, expected / DISPERSION))
            in_stock = shelf_shares(expected, rng)
            sold = rng.binomial(demand, in_stock)
            bought = np.concatenate([[0], sold[:-1]])
            returned = np.where(in_stock > 0, rng.binomial(bought, location.returned), 0)
            offer = np.where(known["promotion"] == 1, OFFER_PRICE, 1.0)
            prices = np.array([price_in(product, ds) for ds in known["ds"]])
            series = pd.DataFrame(
                {"ds": known["ds"], "location": location.name, "product": product.name, "y": sold - returned}
                | {
                    "price": np.round(prices * offer, 2),
                    "in_stock": in_stock,
                    "promotion": known["promotion"],
                }
            )
            tables.append(series[series["ds"] >= pd.Timestamp(product.launched or WEEKS[0])])
    return pd.concat(tables, ignore_index=True)


def daily_sales() -> pd.DataFrame:
    """One shop's year in a Spanish export: a strong weekday pattern, promotion days, Sundays as Festivo."""
    ds = pd.date_range("2025-01-01", "2025-12-31")
    rng = generator("ventas")
    weekday = ds.dayofweek.to_numpy()
    usual = np.array([1180, 1420, 1610, 1890, 2460, 3150, 2780])[weekday]
    promotion = (rng.random(len(ds)) < 0.18).astype(int)
    sales = usual + 220 * promotion + rng.normal(0.0, 85.0, len(ds))
    return pd.DataFrame(
        {
            "Fecha": ds,
            "DíaDeLaSemana": weekday + 1,
            "Promociones": promotion,
            "Festivo": (weekday == 6).astype(int),
        }
        | {"Ventas": np.round(sales).astype(int)}
    )
