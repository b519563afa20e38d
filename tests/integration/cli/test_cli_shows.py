"""What lies in the buckets, as a person at a terminal sees it."""

from __future__ import annotations

from pathlib import Path

import builders
import pytest
from command import abasto
from shop import BASELINES, Shop, World

from cli import orders, tables
from cli.main import main
from cli.status import show_status
from cli.transfer import pull_version, upload_file
from intake.errors import InputError, MissingError
from storage import ids
from storage.keys import MANIFEST, RUN_LOG
from storage.manifests import Manifest


@pytest.fixture(scope="module")
def stocked(world: World) -> Shop:
    """A dataset that went all the way, with two models."""
    shop = Shop(world)
    shop.upload("ventas", builders.weekly_sales(30))
    shop.upload_planning_files()
    shop.ingest()
    shop.train()
    shop.train(recipes=BASELINES)
    shop.forecast()
    shop.replenish()
    return shop


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wide terminal, and the environment of this process as it was."""
    monkeypatch.setenv("COLUMNS", "250")
    for name in ("PREFECT_API_URL", "PREFECT_HOME"):  # what a command tells its process
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_models_are_listed_with_their_errors_and_the_reason(
    stocked: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.show_models(stocked.dataset)
    shown = capsys.readouterr().out
    first, second = [line for line in shown.splitlines() if line.startswith("v000")]
    assert "seasonal_naive" in first
    assert "first model" in first
    assert second.split()[1] in {"latest", "refused"}
    assert f"`abasto pull model --dataset {stocked.dataset}`" in shown


def test_predictions_and_plans_are_listed(stocked: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    tables.show_predictions(stocked.dataset)
    tables.show_plans(stocked.dataset)
    shown = capsys.readouterr().out
    assert "2024-W30-r1" in shown
    assert "EUR" in shown
    assert "2024-07-22" in shown, "the first day that is forecast"


def test_two_models_are_compared_side_by_side(stocked: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    tables.show_comparison(stocked.dataset, "v0001", "v0002")
    shown = capsys.readouterr().out
    for fact in ("recipe", "test mae", "promoted", "reason", "seed"):
        assert fact in shown
    with pytest.raises(MissingError, match="no finished model v0009"):
        tables.show_comparison(stocked.dataset, "v0001", "v0009")


@pytest.mark.parametrize("kind", ["model", "prediction", "plan"])
def test_what_is_pulled_is_whole_and_what_the_manifest_says(stocked: Shop, tmp_path: Path, kind: str) -> None:
    pull_version(kind, stocked.dataset, None, tmp_path)
    (manifest_file,) = tmp_path.rglob(MANIFEST)
    manifest = Manifest.model_validate_json(manifest_file.read_bytes())
    pulled = {
        path.relative_to(manifest_file.parent).as_posix(): ids.sha256(path.read_bytes())
        for path in manifest_file.parent.rglob("*")
        if path.is_file() and path != manifest_file
    }
    assert pulled.pop(RUN_LOG), "the log comes along, outside of what the manifest commits"
    assert pulled == {name: entry.sha256 for name, entry in manifest.files.items()}


def test_a_version_that_is_not_there_cannot_be_pulled(stocked: Shop, tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="see `abasto models`"):
        pull_version("model", stocked.dataset, "v0042", tmp_path)
    with pytest.raises(MissingError, match="has no plan 2031-W01-r1: see `abasto plans`"):
        pull_version("plan", stocked.dataset, "2031-W01-r1", tmp_path)
    with pytest.raises(InputError, match="cannot be pulled; use model, prediction, plan, whatif or backtest"):
        pull_version("cake", stocked.dataset, None, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_order_is_followed_from_proposed_to_received(
    stocked: Shop, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    number = "2024-W30-r1-norsa"
    orders.list_orders(stocked.dataset)
    assert "proposed" in capsys.readouterr().out
    for action, state in (("issue", "issued"), ("confirm", "confirmed"), ("receive", "received")):
        if action == "receive":
            orders.receive_order(stocked.dataset, number, None)
        else:
            orders.move_order(stocked.dataset, number, action)
        assert f"{number} is {state}." in capsys.readouterr().out
    orders.list_orders(stocked.dataset)
    assert "received" in capsys.readouterr().out
    orders.show_order(stocked.dataset, number)
    shown = capsys.readouterr().out
    assert "UTC issued by" in shown
    assert "UTC received, booked " in shown
    orders.pull_order(stocked.dataset, number, "es", tmp_path)
    names = {file.name for file in (tmp_path / "order" / stocked.dataset).iterdir()}
    assert names == {f"{number}.es.xlsx", f"{number}.es.csv"}
    with pytest.raises(InputError, match="use en or es"):
        orders.pull_order(stocked.dataset, number, "fr", tmp_path)


def test_a_dataset_without_anything_says_what_to_run(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    tables.show_models(shop.dataset)
    assert f"`abasto run train --dataset {shop.dataset}`" in capsys.readouterr().out
    with pytest.raises(MissingError, match="has no plan yet: run `abasto run replenish"):
        orders.list_orders(shop.dataset)


def test_status_shows_servers_versions_and_runs(stocked: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    show_status()
    shown = capsys.readouterr().out
    # However long the path of the home is: the headline with it may break anywhere.
    lines = [line.split() for line in shown.splitlines() if line.split()]
    states = {line[0]: line[1] for line in lines if line[0] in {"store", "prefect", "worker"}}
    assert states == {"store": "running", "prefect": "running", "worker": "stopped"}
    (versions,) = [line for line in shown.splitlines() if line.startswith(stocked.dataset)]
    assert "2024-W30-r1" in versions
    assert "Completed" in shown


def test_an_upload_arrives_as_it_is_and_the_next_step_fits(
    world: World, shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Ventas de mayo.csv"
    file.write_bytes(b"\xef\xbb\xbfFecha;Ventas\r\n01/05/2024;5\r\n")
    upload_file(file, "ventas", shop.dataset)
    assert f"`abasto run ingest --dataset {shop.dataset}`" in capsys.readouterr().out
    arrived = world.keys.uploads("ventas") / f"{shop.dataset}/Ventas de mayo.csv"
    assert world.store.get(arrived) == file.read_bytes()


def test_every_command_explains_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = "demo up setup upload run models predictions plans compare pull status backup restore orders"
    for words in ([], *([command] for command in commands.split()), ["orders", "issue"]):
        monkeypatch.setattr("sys.argv", ["abasto", *words, "--help"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        assert len(capsys.readouterr().out) > 200, words


def test_a_flow_runs_in_the_process_of_the_command_where_no_worker_is(stocked: Shop, tmp_path: Path) -> None:
    ended = abasto("run", "ingest", "--dataset", stocked.dataset, cwd=tmp_path)
    assert (ended.status, "Traceback" in ended.err) == (0, False)
    assert "was there already, nothing changed" in ended.out
    assert f"Next: `abasto run train --dataset {stocked.dataset}`" in ended.out
