"""The words of a plan's documents in English and Spanish, side by side: the only place that has them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pandas as pd


class Language(StrEnum):
    """A language that documents are written in."""

    EN = "en"
    ES = "es"


WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "purchase_order": ("Purchase order", "Orden de compra"),
    "proposal": ("Proposed: not an order before it is issued", "Propuesta: no es una orden hasta emitirse"),
    "date": ("Date", "Fecha"),
    "on_issue": ("when it is issued", "al emitirse"),
    "delivery": ("Delivery due", "Entrega"),
    "supplier": ("Supplier", "Proveedor"),
    "email": ("E-mail", "Correo"),
    "ship_to": ("Ship to", "Lugar de entrega"),
    "terms": ("Terms", "Condiciones"),
    "currency": ("Currency", "Moneda"),
    "within_days": ("delivery within {days} days", "entrega en {days} días"),
    "minimum_value": ("minimum order {money}", "pedido mínimo {money}"),
    "taken_on": ("orders taken on {days}", "recibe pedidos {days}"),
    "as_agreed": ("as agreed", "las acordadas"),
    "the_item": ("Item", "Artículo"),
    "item": ("Our item", "Nuestro artículo"),
    "product": ("Product", "Producto"),
    "quantity": ("Quantity", "Cantidad"),
    "purchase_unit": ("Purchase unit", "Unidad de compra"),
    "units": ("Units", "Unidades"),
    "unit": ("Unit", "Unidad"),
    "unit_cost": ("Cost per unit", "Costo por unidad"),
    "amount": ("Amount", "Importe"),
    "due": ("Due", "Entrega"),
    "total": ("Total", "Total"),
    "each": ("each", "unidad"),
    "pack_of": ("pack of {units}", "paquete de {units}"),
    "named_of": ("{name} of {units}", "{name} de {units}"),
    "notes": ("Notes", "Notas"),
    "quote_number": (
        "Quote {number} on the confirmation, the delivery note and the invoice.",
        "Indique {number} en la confirmación, el albarán y la factura.",
    ),
    "please_confirm": (
        "Confirm quantities, prices and the delivery date; say at once what cannot be kept.",
        "Confirme cantidades, precios y fecha de entrega; avise enseguida de lo que no pueda cumplirse.",
    ),
    "unpriced": (
        "Lines without a cost are not in the total; their price is to be agreed.",
        "Las líneas sin costo no están en el total; su precio queda por acordar.",
    ),
    "ordered_by": ("Ordered by: name, signature, date", "Pedido por: nombre, firma, fecha"),
    "confirmed_by": (
        "Confirmed by the supplier: name, signature, date",
        "Confirmado por el proveedor: nombre, firma, fecha",
    ),
    "page": ("Page &P of &N", "Página &P de &N"),
    "production_title": ("Production plan for {week}", "Plan de producción para {week}"),
    "materials_title": ("Materials for {week}", "Materiales para {week}"),
    "load": ("Load", "Carga"),
    "load_explained": (
        "Use of every resource against its capacity; a marked period holds the plan back.",
        "Uso de cada recurso frente a su capacidad; un periodo marcado limita el plan.",
    ),
    "made": ("What is made", "Qué se produce"),
    "made_explained": (
        "Good units by period, yield and scrap taken off.",
        "Unidades buenas por periodo, ya sin merma.",
    ),
    "begins": ("Period from", "Periodo desde"),
    "resource": ("Resource", "Recurso"),
    "use": ("Use", "Uso"),
    "capacity": ("Capacity", "Capacidad"),
    "binds": ("Holds back", "Limita"),
    "binds_mark": ("yes", "sí"),
    "worth": ("One more is worth", "Una más vale"),
    "good_units": ("Good units", "Unidades buenas"),
    "expedite": ("Expedite", "Urgente"),
    "expedite_explained": (
        "Needed sooner than the lead time allows: ask for it first, the latest above.",
        "Se necesita antes de lo que permite el plazo: pídalo primero, lo más atrasado arriba.",
    ),
    "nothing_late": ("Nothing has to be expedited.", "No hay nada urgente."),
    "needed": ("Needed", "Se necesita"),
    "late_by": ("Periods late", "Periodos de atraso"),
    "requirements": ("Requirements", "Necesidades"),
    "requirements_explained": (
        "By item and period: what is required, comes, is missing, must arrive, is to be ordered, is left.",
        "Por artículo y periodo: lo necesario, lo que llega, lo que falta, lo que se pide, lo que queda.",
    ),
    "gross_requirements": ("Required", "Necesario"),
    "receipts": ("On order", "En tránsito"),
    "net_requirements": ("Missing", "Falta"),
    "planned_receipts": ("To arrive", "Ha de llegar"),
    "planned_releases": ("To order", "Por pedir"),
    "on_hand": ("Left at the end", "Queda al final"),
    "expired": ("Expires", "Caduca"),
    "lang": ("en", "es"),
    "report_title": ("Purchase orders for {week}", "Órdenes de compra para {week}"),
    "to_order": ("{ordered} of {lines} lines to order, in", "{ordered} de {lines} líneas por pedir, en"),
    "n_orders": ("{n} order|{n} orders", "{n} orden|{n} órdenes"),
    "n_lines": ("{n} line|{n} lines", "{n} línea|{n} líneas"),
    "and": ("and", "y"),
    "proposed": (
        "Proposed: nothing is ordered before somebody issues it.",
        "Propuesta: nada está pedido hasta que alguien lo emita.",
    ),
    "reasons_in_english": (
        "Reasons and notes are in English.",
        "Los motivos de cada línea y las notas están en inglés.",
    ),
    "plan": ("Plan", "Plan"),
    "dataset": ("Dataset", "Conjunto de datos"),
    "sales_known_to": ("Sales known to", "Ventas conocidas hasta"),
    "model": ("Model", "Modelo"),
    "on_order": ("On order", "En tránsito"),
    "on_order_stock_file": (
        "Open orders are those of the stock file, and ours issued since.",
        "Las órdenes abiertas son las del archivo de existencias y las nuestras emitidas desde entonces.",
    ),
    "on_order_own_orders": (
        "Open orders are our own, issued and not yet received.",
        "Las órdenes abiertas son las nuestras, emitidas y aún no recibidas.",
    ),
    "orders_csv": ("Purchase orders (CSV)", "Órdenes de compra (CSV)"),
    "orders_xlsx": ("Purchase orders (Excel)", "Órdenes de compra (Excel)"),
    "other_language": ("En español", "In English"),
    "look_first": ("Look at this first", "Mire esto primero"),
    "and_more": ("and {n} more in exceptions.csv", "y {n} más en exceptions.csv"),
    "at_stake": ("{money} at stake", "{money} en juego"),
    "totals": ("Totals", "Totales"),
    "lines": ("Lines", "Líneas"),
    "first_due": ("First due", "Primera entrega"),
    "expected_cost": ("Expected cost", "Costo esperado"),
    "range": ("P10 to P90", "P10 a P90"),
    "runs_out": ("Runs out", "Se agota"),
    "lost_units": ("Units lost", "Ventas perdidas"),
    "totals_explained": (
        "Expected cost: holding, lost sales and waste until the next order can arrive, over the demand "
        "paths; what the goods cost is the amount. An order saves what the cost would be higher without it.",
        "Costo esperado: mantener, ventas perdidas y merma hasta que pueda llegar la próxima orden, sobre "
        "los escenarios de demanda; lo que cuestan los artículos es el importe. Una orden ahorra lo que ese "
        "costo subiría sin ella.",
    ),
    "nothing_to_order": ("Nothing has to be ordered this week.", "Esta semana no hay nada que pedir."),
    "files": ("Files", "Archivos"),
    "approved_by": ("Approved by", "Aprobado por"),
    "signature": ("Signature", "Firma"),
    "risk": ("What it may cost", "Lo que puede costar"),
    "risk_explained": (
        "Until the next order can arrive, over joint paths of demand, of all lines together",
        "Hasta que pueda llegar la próxima orden, sobre escenarios conjuntos de demanda, en conjunto",
    ),
    "holding": ("Holding", "Mantener"),
    "shortage": ("Lost sales", "Ventas perdidas"),
    "waste": ("Waste", "Merma"),
    "worst_tenth": ("Worst tenth", "Peor décima parte"),
    "lines_out": ("Lines that run out", "Líneas que se agotan"),
    "riskiest": (
        "The lines that may cost most until the next order arrives",
        "Las líneas que más pueden costar hasta que llegue la próxima orden",
    ),
    "expires": ("Expires", "Caduca"),
    "changed": ("What changed against the plan before", "Qué cambió frente al plan anterior"),
    "changed_explained": (
        "The largest changes in money; difference.csv has all, each adding up to the unit.",
        "Los mayores cambios en dinero; difference.csv los tiene todos, cada uno cuadrado a la unidad.",
    ),
    "before": ("Before", "Antes"),
    "now": ("Now", "Ahora"),
    "change": ("Change", "Cambio"),
    "production": ("Production", "Producción"),
    "materials": ("Materials", "Materiales"),
    "item_and_why": ("Item and why", "Artículo y motivo"),
    "to_buy": ("Order", "Pedir"),
    "packs": ("Packs", "Paquetes"),
    "cost": ("Unit cost", "Costo unitario"),
    "pinned": ("pinned", "fijado"),
    "saves": ("Saves", "Ahorra"),
    "will_sell": ("What is expected to sell", "Lo que se espera vender"),
    "units_over": (
        "Units over the next {horizon} {periods}, and as many before",
        "Unidades en {horizon} {periods}, y en otros tantos antes",
    ),
    "where": ("Where", "Dónde"),
    "expected": ("Expected", "Esperado"),
    "sold_before": ("Sold before", "Vendido antes"),
    "all": ("All", "Todo"),
    "plot_alt": (
        "Sales so far and their forecast with the range from P10 to P90",
        "Ventas hasta ahora y su previsión con la franja de P10 a P90",
    ),
    "enough": ("Enough for now", "Suficiente por ahora"),
    "n_idle": (
        "{n} line with nothing to order|{n} lines with nothing to order",
        "{n} línea sin nada que pedir|{n} líneas sin nada que pedir",
    ),
    "in_stock_now": ("On hand", "Existencias"),
    "forecast": ("Forecast", "Previsión"),
    "safety_stock": ("Safety stock", "Stock de seguridad"),
    "assumptions": ("Assumptions", "Supuestos"),
    "n_day": ("day|days", "día|días"),
    "n_week": ("week|weeks", "semana|semanas"),
    "n_month": ("month|months", "mes|meses"),
    "n_quarter": ("quarter|quarters", "trimestre|trimestres"),
    "n_period": ("period|periods", "periodo|periodos"),
    "under": ("under", "menos del"),
    "unchanged": ("unchanged", "sin cambio"),
    "nothing_before": ("nothing before", "antes nada"),
    "mon": ("Mon", "lun"),
    "tue": ("Tue", "mar"),
    "wed": ("Wed", "mié"),
    "thu": ("Thu", "jue"),
    "fri": ("Fri", "vie"),
    "sat": ("Sat", "sáb"),
    "sun": ("Sun", "dom"),
}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = {
    Language.EN: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    Language.ES: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
}
_SPANISH_MARKS: Final = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Speech:
    """How one language says words, numbers, money and days."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key of `WORDS`, with its places filled.

        >>> Speech(Language.ES)("pack_of", units=24)
        'paquete de 24'
        """
        english, spanish = WORDS[key]
        return (english if self.language is Language.EN else spanish).format(**values)

    def count(self, key: str, n: int) -> str:
        """The words of a key that tells one from many.

        >>> Speech(Language.ES).count("n_orders", 1), Speech(Language.ES).count("n_orders", 1200)
        ('1 orden', '1.200 órdenes')
        """
        one, _, many = self(key, n=self.number(n)).partition("|")
        return one if n == 1 else many

    def share(self, value: float) -> str:
        """A probability; '' for none.

        >>> Speech(Language.ES).share(0.256), Speech(Language.EN).share(0.004), Speech(Language.EN).share(0.0)
        ('26 %', 'under 1 %', '0 %')
        """
        if not math.isfinite(value):
            return ""
        return f"{self('under')} 1 %" if 0 < value < 0.005 else f"{round(100 * value)} %"

    def change(self, now: float, before: float) -> str:
        """By how much something rose or fell, in percent.

        >>> [Speech(Language.EN).change(*pair) for pair in ((110, 100), (100.2, 100), (1, 0))]
        ['+10%', 'unchanged', 'nothing before']
        """
        if before <= 0:
            return self("nothing_before")
        return f"{now / before - 1:+.0%}" if abs(now / before - 1) >= 0.005 else self("unchanged")

    def number(self, value: float) -> str:
        """As short as it is exact.

        >>> Speech(Language.EN).number(1200.0), Speech(Language.ES).number(1200.5)
        ('1,200', '1.200,5')
        """
        return self._marked(f"{value:,.10g}")

    def money(self, value: float) -> str:
        """With two decimals; '' for none.

        >>> Speech(Language.EN).money(1234.5), Speech(Language.ES).money(1234.5)
        ('1,234.50', '1.234,50')
        """
        return self._marked(f"{value:,.2f}") if math.isfinite(value) else ""

    def day(self, value: datetime.date) -> str:
        """A day of this year; '' for none.

        >>> [Speech(language).day(datetime.date(2026, 2, 9)) for language in Language]
        ['Mon 9 Feb', 'lun 9 feb']
        """
        months = _MONTHS[self.language]
        return (
            ""
            if pd.isna(value)
            else f"{self(_WEEKDAYS[value.weekday()])} {value.day} {months[value.month - 1]}"
        )

    def date(self, value: datetime.date) -> str:
        """A day of any year; '' for none.

        >>> Speech(Language.ES).date(datetime.date(2026, 2, 9))
        'lun 9 feb 2026'
        """
        return "" if pd.isna(value) else f"{self.day(value)} {value.year}"

    def _marked(self, number: str) -> str:
        return number if self.language is Language.EN else number.translate(_SPANISH_MARKS)
