"""What-ifs of a plan on the real servers: compared beside it, found again, and never the plan itself."""

from __future__ import annotations

from pathlib import Path

import builders
import pytest
from shop import Shop, World

from cli.transfer import pull_version
from flows.whatif import whatif
from intake.errors import ConflictError, MissingError
from storage.manifests import read_published
from tasks.connection import folder_of
from tasks.run_requests import WhatifRequest

pytestmark = pytest.mark.usefixtures("without_plots")


def test_a_what_if_lies_beside_its_plan_and_changes_nothing(world: World, tmp_path: Path) -> None:
    shop = Shop(world)
    shop.upload("ventas", builders.weekly_sales(20))
    shop.upload_planning_files()
    shop.ingest()
    shop.train()
    plan = shop.replenish()
    before = {name: entry for name, entry in shop.listing().items() if "/whatif/" not in name}

    late = WhatifRequest(dataset=shop.dataset, name="late", lead_time_days={"norsa": 7}, demand_factor=1.2)
    made = read_published(world.store, folder_of(whatif(late)), verify_files=True)
    assert made.folder == world.keys.plan(shop.dataset, plan.folder.name).folder("whatif").folder("late")
    assert {name: entry for name, entry in shop.listing().items() if "/whatif/" not in name} == before
    assert whatif(late) == made.folder / "manifest.json", "found again"
    with pytest.raises(ConflictError, match="choose another name"):
        whatif(late.model_copy(update={"demand_factor": 1.3}))

    lines = shop.table(made, "lines.csv").set_index("unique_id")
    assert (lines["order_quantity"] > lines["base_quantity"]).all()
    totals = shop.table(made, "comparison.csv")
    assert totals["plan"].tolist() == ["base plan", "late", "base orders kept"] * 2
    assert totals.loc[0, "order_quantity"] == shop.lines(plan)["order_quantity"].sum() or "differ" in str(
        made.manifest.notes
    )
    page = shop.read(made, "what_if.md").decode()
    assert "Demand is 20 % more." in page
    assert "Orders from norsa come 7 days later." in page

    pull_version("whatif", shop.dataset, None, tmp_path)
    assert (tmp_path / "whatif" / shop.dataset / "late" / "what_if.md").read_text() == page
    with pytest.raises(MissingError, match="there are: late"):
        pull_version("whatif", shop.dataset, "early", tmp_path)
