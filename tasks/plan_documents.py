"""What lies in the folder of a plan: its tables and what people read, as bytes by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from artifacts.chain_documents import materials_xlsx, production_xlsx
from artifacts.csv_files import csv_bytes
from artifacts.forecast_plots import fan
from artifacts.item_names import item_names, name_of, places_of
from artifacts.order_documents import purchase_order_of
from artifacts.plan_header import PlanHeader
from artifacts.plan_words import Language, Speech
from artifacts.purchase_orders import purchase_orders_csv, supplier_names
from artifacts.report import Outlook, report_html
from artifacts.workbook import purchase_orders_xlsx
from forecasting.paths.prediction import prediction_table, total_table
from intake.periods import iso_week, period_end
from intake.tables import Table
from planning.open_orders import OpenOrderSource
from storage.datasets import to_parquet
from storage.keys import SUPPLIERS, in_language
from storage.manifests import Published
from storage.plans import PlanClaim
from tasks.chain import chain_files
from tasks.order_files import order_files
from tasks.plan_decision import DecidedPlan
from tasks.plan_inputs import PlanInputs

_SOURCES: Final = {
    OpenOrderSource.STOCK_FILE: "on_order_stock_file",
    OpenOrderSource.OWN_ORDERS: "on_order_own_orders",
}

_REPORTS: Final = {Language.EN: "report.html", Language.ES: "informe.html"}


@dataclass(frozen=True)
class _Material:
    """What every document is made of; `lines` are the plan's, with the names of suppliers and items."""

    header: PlanHeader
    lines: pd.DataFrame
    decided: DecidedPlan
    inputs: PlanInputs

    @property
    def suppliers(self) -> pd.DataFrame:
        return self.inputs.tables[Table.SUPPLIERS]


def plan_documents(
    decided: DecidedPlan, inputs: PlanInputs, claim: PlanClaim, fitted: Published
) -> dict[str, bytes]:
    """Every file of the plan's folder by its name there; `_FAMILIES` makes one family each."""
    lines, names = decided.lines, item_names(inputs.tables[Table.ITEMS])
    lines = lines.assign(
        supplier_name=supplier_names(lines, inputs.tables[Table.SUPPLIERS]),
        item_name=[name_of(unique_id, names) for unique_id in lines["unique_id"]],
        location=places_of(lines["unique_id"], inputs.tables[Table.ITEMS]),
    )
    material = _Material(_header(decided, inputs, claim, fitted), lines, decided, inputs)
    return {name: content for family in _FAMILIES for name, content in family(material).items()}


def plan_notes(decided: DecidedPlan, inputs: PlanInputs) -> tuple[str, ...]:
    """The sentences that hold for the whole plan, as the manifest keeps them."""
    whose_orders = Speech(Language.EN)(_SOURCES[decided.on_order])
    return (*decided.plan.notes, *decided.risk.notes, *inputs.extended.notes, whose_orders)


def _header(decided: DecidedPlan, inputs: PlanInputs, claim: PlanClaim, fitted: Published) -> PlanHeader:
    return PlanHeader(
        dataset=claim.dataset,
        plan_id=claim.plan_id,
        week=iso_week(inputs.paths.ds[0]),
        cutoff=period_end(inputs.cutoff, inputs.panel.freq).date(),
        model_version=fitted.folder.name,
        recipe=str(fitted.manifest.metrics["recipe"]),
        on_order_source=Speech(Language.EN)(_SOURCES[decided.on_order]),
    )


def _tables(material: _Material) -> dict[str, bytes]:
    return {
        "demand.parquet": to_parquet(material.inputs.paths.to_frame()),
        "plan.parquet": to_parquet(material.lines),
        "exceptions.csv": csv_bytes(material.decided.plan.exceptions),
    }


def _purchase_orders(material: _Material) -> dict[str, bytes]:
    return {
        "purchase_orders.csv": purchase_orders_csv(material.lines, material.suppliers),
        "purchase_orders.xlsx": purchase_orders_xlsx(material.header, material.lines, material.suppliers),
    }


def _orders_to_suppliers(material: _Material) -> dict[str, bytes]:
    """The suppliers as this plan knew them, and the documents of every order, proposed."""
    day = material.inputs.paths.ds[0].date()
    ordered = material.lines[material.lines["order_quantity"] > 0]
    documents = {
        f"orders/{name}": content
        for _, lines in ordered.groupby("purchase_order", sort=True)
        for name, content in order_files(purchase_order_of(lines, material.suppliers, day)).items()
    }
    return {SUPPLIERS: to_parquet(material.suppliers)} | documents


def _report(material: _Material) -> dict[str, bytes]:
    plan, inputs = material.decided.plan, material.inputs
    table, total = prediction_table(inputs.paths), total_table(inputs.paths)
    history = inputs.panel.frame.dropna(subset=["y"])
    plot = fan(history, table, total=total, names=item_names(inputs.tables[Table.ITEMS]))
    chain = material.decided.chain
    outlook = Outlook(
        risk=material.decided.risk.table,
        difference=material.decided.difference,
        production=chain.production,
        sentences=chain.sentences,
    )
    said_above = set(chain.sentences)
    notes = (*plan.notes, *material.decided.risk.notes, *inputs.extended.notes)
    return {
        name: report_html(
            _header_in(material, Speech(language)),
            material.lines,
            plan.exceptions,
            [note for note in notes if note not in said_above],
            suppliers=material.suppliers,
            prediction_table=table,
            history=history,
            forecast_plot=plot,
            outlook=outlook,
            language=language,
        ).encode()
        for language, name in _REPORTS.items()
    }


def _header_in(material: _Material, say: Speech) -> PlanHeader:
    return replace(
        material.header,
        on_order_source=say(_SOURCES[material.decided.on_order]),
        links={
            say("orders_csv"): "purchase_orders.csv",
            say("orders_xlsx"): "purchase_orders.xlsx",
            **{say(key): name for key, name in _plant_links(material, say.language)},
            say("other_language"): _REPORTS[Language.ES if say.language is Language.EN else Language.EN],
        },
    )


def _plant_links(material: _Material, language: Language) -> list[tuple[str, str]]:
    chain = material.decided.chain
    there = {"production": len(chain.production) > 0, "materials": chain.material_plan is not None}
    names = {"production": "production_plan.xlsx", "materials": "materials.xlsx"}
    return [(key, in_language(names[key], language)) for key, is_there in there.items() if is_there]


def _risk(material: _Material) -> dict[str, bytes]:
    """What the plan may cost, why it is another than last week's, and the open orders that it counted."""
    decided = material.decided
    files = {
        "risk.csv": csv_bytes(decided.risk.table.round(4)),
        "open_orders.parquet": to_parquet(decided.plan.open_orders),
    }
    if decided.difference is not None:
        files["difference.csv"] = csv_bytes(decided.difference)
    return files


def _chain(material: _Material) -> dict[str, bytes]:
    return chain_files(material.decided.chain)


def _plant(material: _Material) -> dict[str, bytes]:
    """The production plan and the materials as workbooks, where anything is made."""
    chain, names = material.decided.chain, item_names(material.inputs.tables[Table.ITEMS])
    files: dict[str, bytes] = {}
    for language in Language:
        if len(chain.production):
            files[in_language("production_plan.xlsx", language)] = production_xlsx(
                material.header, chain.production, names, chain.sentences, language
            )
        if chain.material_plan is not None:
            files[in_language("materials.xlsx", language)] = materials_xlsx(
                material.header, chain.materials, chain.expedite, names, language
            )
    return files


_FAMILIES: Final[tuple[Callable[[_Material], dict[str, bytes]], ...]] = (
    _tables,
    _purchase_orders,
    _orders_to_suppliers,
    _risk,
    _chain,
    _plant,
    _report,
)


def plan_metrics(decided: DecidedPlan) -> dict[str, Any]:
    """The figures of a plan that its manifest keeps."""
    plan, lines = decided.plan, decided.lines
    ordered = lines[lines["order_quantity"] > 0]
    amounts = ordered.groupby("currency")["amount"].sum()
    return {
        "purchase_orders": int(ordered["purchase_order"].nunique()),
        "lines": len(lines),
        "ordered_lines": len(ordered),
        "exceptions": len(plan.exceptions),
        "amounts": ", ".join(f"{amount:,.2f} {currency}" for currency, amount in amounts.items())
        or "nothing",
        "on_order": str(decided.on_order),
    }
