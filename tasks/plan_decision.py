"""The decision of the week: pure functions of planning/ over what was read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from intake.coherence import check_coherence
from intake.tables import Table
from planning.budget_limit import places, with_materials
from planning.chain.chain_plan import ChainPlan
from planning.open_orders import OpenOrderSource, resolve_open_orders
from planning.order_states import OrderState
from planning.plan import Plan, PlanSettings, with_exceptions
from planning.replenishment import replenish
from planning.risk import Risk
from storage import ids
from tasks.chain import lines_of_all, revised, with_chain
from tasks.explanations import with_reasons
from tasks.plan_inputs import PlanInputs, RevisionsBefore
from tasks.risk import LastPlan, against, risk_of


@dataclass(frozen=True)
class DecidedPlan:
    """A plan with all that is known of it before it is written.

    on_order: whose open orders count. chain: what stands behind its lines. difference: against the plan of an
    earlier week, None without one.
    """

    plan: Plan
    on_order: OpenOrderSource
    chain: ChainPlan
    risk: Risk
    difference: pd.DataFrame | None

    @property
    def lines(self) -> pd.DataFrame:
        """Everything that is ordered: the plan's lines and what is bought for the chain behind them."""
        return lines_of_all(self.plan, self.chain)


def decide_plan(
    inputs: PlanInputs,
    settings: PlanSettings,
    plan_id: str,
    orders: pd.DataFrame,
    before: RevisionsBefore,
    last: LastPlan | None,
) -> DecidedPlan:
    """The plan, with what it changes where the week had one before, and who said what is on order. Pure."""
    stock, freq = inputs.tables[Table.STOCK], inputs.panel.freq
    open_orders = resolve_open_orders(
        stock, orders, cutoff=inputs.cutoff, freq=freq, same_stock=before.same_stock
    )
    plan = replenish(
        inputs.paths,
        stock=stock,
        items=inputs.tables[Table.ITEMS],
        suppliers=inputs.tables[Table.SUPPLIERS],
        terms=inputs.tables[Table.TERMS],
        open_orders=open_orders.frame,
        cutoff=inputs.cutoff,
        freq=freq,
        settings=settings,
        plan_id=plan_id,
    )
    plan = with_exceptions(plan, list(open_orders.exceptions))
    plan, chain = with_chain(
        plan,
        inputs.further,
        inputs.tables,
        cutoff=inputs.cutoff,
        freq=freq,
        settings=settings,
        chain=inputs.chain,
        plan_id=plan_id,
    )
    items = inputs.tables[Table.ITEMS].get("unique_id", pd.Series(dtype=object)).dropna()
    own_places = places([*inputs.paths.unique_id, *items.astype(str)])
    paid = plan.lines[~plan.lines["supplier_id"].isin(own_places)]
    plan = with_exceptions(plan, with_materials(paid, chain.lines, settings))
    incoherent = check_coherence(inputs.tables, inputs.paths.unique_id)
    plan = replace(plan, notes=(*plan.notes, *(finding.sentence for finding in incoherent)))
    if before.lines is not None:
        week, _ = ids.plan_week_and_revision(plan_id)
        this_week = orders["purchase_order"].str.startswith(f"{week}-r")
        issued = orders[this_week & (orders["state"] != OrderState.CANCELLED)]
        plan, chain = revised(plan, chain, before.lines, issued, open_orders.held)
    plan = with_reasons(plan, inputs.model, inputs.extended, inputs.cutoff, inputs.paths)
    changes = None if last is None else against(last, plan, inputs, orders, open_orders.source)
    return DecidedPlan(plan, open_orders.source, chain, risk_of(plan, inputs), changes)
