"""A dataset version -> how good every recipe would have been, in errors and in money."""

from __future__ import annotations

from prefect import flow

from storage.keys import Ref
from tasks.backtests import publish_backtest
from tasks.datasets import find_dataset
from tasks.run_page import show_backtest
from tasks.run_requests import BacktestRequest
from tasks.uploads import snapshot_uploads


@flow(flow_run_name="backtest {request.dataset}")
def backtest(request: BacktestRequest) -> Ref:
    """Forecast the past from several cutoffs with every recipe, on the same windows, and judge it.

    Returns the backtest's manifest. What is forecast from one cutoff is kept as soon as it is there: a run
    that was killed goes on where it ended.
    """
    uploads = snapshot_uploads(request.dataset)
    dataset = find_dataset(request.dataset, request.dataset_version)
    made = publish_backtest(dataset, uploads, request)
    show_backtest(made)
    return made
