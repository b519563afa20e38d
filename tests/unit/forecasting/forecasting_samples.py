"""Small sales histories whose law is known, for the tests of forecasting."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.paths.demand_paths import DemandPaths

WEEKDAY_SALES = np.array([1500.0, 2100.0, 2500.0, 3000.0, 3500.0, 4000.0, 4200.0])


def daily_shop(days: int = 150, seed: int = 1, noise: float = 60.0) -> pd.DataFrame:
    """One shop: a weekday profile, +150 on promotion days, Gaussian noise."""
    generator = np.random.default_rng(seed)
    ds = pd.date_range("2023-01-02", periods=days)
    promotion = (generator.random(days) < 0.25).astype(float)
    y = WEEKDAY_SALES[ds.weekday] + 150 * promotion + noise * generator.normal(size=days)
    return pd.DataFrame({"unique_id": "shop", "ds": ds, "y": y.round(), "promotion": promotion})


def weekly_series(series: int = 12, weeks: int = 90, seed: int = 2) -> pd.DataFrame:
    """Poisson sales of different sizes with one season of the year that all share."""
    generator = np.random.default_rng(seed)
    ds = pd.date_range("2023-01-02", periods=weeks, freq="W-MON")
    season = 1.0 + 0.5 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    frames = [
        pd.DataFrame(
            {"unique_id": f"s{number:02d}", "ds": ds, "y": generator.poisson(size * season).astype(float)}
        )
        for number, size in enumerate(np.geomspace(2.0, 40.0, series))
    ]
    return pd.concat(frames, ignore_index=True)


def awkward_series(weeks: int = 60) -> pd.DataFrame:
    """What real files hold: new, dying, ended, all-zero, intermittent, returned, never on the shelf, gaps."""
    generator = np.random.default_rng(3)
    ds = pd.date_range("2024-01-01", periods=weeks, freq="W-MON")
    usual = generator.poisson(8.0, weeks).astype(float)
    kinds = {
        "dying": np.where(np.arange(weeks) < weeks - 15, usual, 0.0),
        "intermittent": np.where(np.arange(weeks) % 9 == 0, 3.0, 0.0),
        "returned": np.where(np.arange(weeks) % 10 == 0, -4.0, usual),
        "usual": usual,
        "zero": np.zeros(weeks),
    }
    frames = [
        pd.DataFrame({"unique_id": name, "ds": ds, "y": y, "in_stock": 1.0}) for name, y in kinds.items()
    ]
    whole = frames[3]
    frames += [
        whole.assign(unique_id="ended").iloc[: weeks - 20],
        whole.assign(unique_id="gaps").drop(index=range(20, 30)),
        whole.assign(unique_id="never", in_stock=0.0),
        whole.assign(unique_id="new").iloc[weeks - 3 :],
        whole.assign(unique_id="newest").iloc[weeks - 1 :],
    ]
    return pd.concat(frames, ignore_index=True)


def flat(paths: DemandPaths) -> np.ndarray:
    """All values of the paths in one row, series by series."""
    return paths.to_frame()["y"].to_numpy()
