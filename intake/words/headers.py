"""The words that files use for our columns, in English and Spanish; only letters and digits count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

from intake.errors import InputError
from intake.tables import SCHEMAS, Table
from intake.text_columns import quoted

# Each column's own name is always understood; these are its other names, written as snake_case().
_WORDS: Final[dict[str, str]] = {
    "unique_id": "serie series id_serie series_id",
    "location": (
        "store shop site branch warehouse plant store_id store_name tienda sucursal local almacen planta "
        "ubicacion centro punto_de_venta id_tienda"
    ),
    "product": (
        "item sku article product_id product_code product_name item_id item_code producto articulo "
        "referencia codigo codigo_producto codigo_articulo codigo_de_producto id_producto"
    ),
    "channel": "sales_channel canal canal_de_venta",
    "ds": (
        "date period sale_date sales_date week_start fecha periodo fecha_venta fecha_de_venta inicio_semana"
    ),
    "year": "ano anio ejercicio annee jahr",
    "quarter": "trimestre trimestre_fiscal quartal",
    "month": "mes mois monat",
    "week": "semana semaine woche kalenderwoche kw",
    "day": "dia jour tag",
    "ticket": "ticket_number invoice invoice_no receipt bon factura num_ticket numero_de_factura belegnummer",
    "line_number": "line_no ticket_line linea_de_ticket numero_de_linea",
    "time": "hour hora heure uhrzeit sale_time hora_de_venta",
    "revenue": "net_sales turnover amount line_total importe importe_neto ingresos umsatz chiffre_d_affaires",
    "discount": "descuento remise rabatt desconto",
    "weekday": "day_of_week week_day dow dia_semana dia_de_la_semana dia_de_semana nombre_dia",
    "price": "unit_price selling_price sales_price precio precio_unitario precio_venta precio_de_venta pvp",
    "in_stock": "available availability en_stock disponible disponibilidad",
    "requested": (
        "requested_units units_requested solicitado solicitadas unidades_solicitadas unidades_pedidas"
    ),
    "promotion": "promotions promo promos on_promotion promocion promociones en_promocion oferta ofertas",
    "holiday": "holidays is_holiday festivo festivos feriado feriados es_festivo dia_festivo",
    "closed": "is_closed shut closure cerrado cierre cierres cerrada ferme fermeture geschlossen fechado",
    "lot": "batch lot_number batch_number lote numero_de_lote codigo_lote",
    "expiry": (
        "caduca expiry_date expiration expiration_date best_before use_by caducidad fecha_caducidad "
        "fecha_de_caducidad vencimiento fecha_vencimiento fecha_de_vencimiento"
    ),
    "due_in": "due_in_periods periods_ahead arrives_in periodos_hasta_entrega llega_en",
    "due_unit": "due_in_unit unidad_de_plazo",
    "on_order": (
        "in_transit on_the_way incoming inbound open_orders en_pedido en_camino en_transito "
        "pendiente_de_recibir por_recibir"
    ),
    "due_date": (
        "due delivery_date arrival_date eta entrega fecha_entrega fecha_de_entrega fecha_prevista "
        "fecha_llegada"
    ),
    "quarantine": "blocked on_hold cuarentena bloqueado retenido",
    "category": "family product_group group department categoria familia grupo departamento",
    "unit": "unit_of_measure uom measure unidad unidad_de_medida medida",
    "holding_cost": (
        "carrying_cost coste_almacenamiento costo_almacenamiento coste_de_almacenamiento "
        "costo_de_almacenamiento coste_de_mantenimiento costo_de_mantenimiento"
    ),
    "shortage_cost": (
        "lost_sale_cost coste_de_rotura costo_de_rotura coste_rotura coste_faltante costo_faltante "
        "coste_de_faltante costo_de_faltante"
    ),
    "service_level": "nivel_de_servicio nivel_servicio",
    "shelf_life": "shelf_life_days vida_util dias_de_vida vida_util_dias",
    "floor": "minimum_stock min_stock stock_floor stock_minimo existencia_minima minimo_a_mantener",
    "source": "supplied_by origen fuente suministrado_por",
    "currency": "moneda divisa",
    "supplier_id": "supplier vendor vendor_id proveedor id_proveedor codigo_proveedor",
    "name": "supplier_name vendor_name nombre nombre_proveedor razon_social",
    "email": "mail e_mail correo correo_electronico",
    "lead_time": (
        "lead_time_days delivery_days delivery_time plazo plazo_de_entrega plazo_entrega dias_de_entrega "
        "tiempo_de_entrega"
    ),
    "minimum_order_value": (
        "minimum_value pedido_minimo_valor importe_minimo valor_minimo pedido_minimo_importe"
    ),
    "order_weekdays": "order_days ordering_days dias_de_pedido dias_pedido",
    "component": "ingredient raw_material componente ingrediente materia_prima",
    "unit_cost": (
        "cost purchase_price coste costo coste_unitario costo_unitario precio_compra precio_de_compra"
    ),
    "break_quantity": (
        "price_break quantity_break break_from from_quantity cantidad_desde desde_cantidad escala tramo "
        "a_partir_de"
    ),
    "pack_size": (
        "pack case_size units_per_pack units_per_case tamano_pack unidades_por_caja unidades_por_pack "
        "multiplo"
    ),
    "minimum_order_quantity": (
        "moq minimum_order minimum_quantity pedido_minimo cantidad_minima cantidad_minima_pedido"
    ),
    "purchase_unit": "unidad_de_compra unidad_compra",
    "unit_factor": "conversion_factor factor factor_de_conversion factor_conversion",
    "preference": "priority rank preferencia prioridad",
    "parent": "assembly finished_product padre producto producto_terminado product",
    "quantity_per": "quantity_per_unit quantity qty cantidad cantidad_por cantidad_por_unidad consumo",
    "scrap_rate": "scrap merma desperdicio tasa_de_merma",
    "yield_rate": "yield rendimiento tasa_de_rendimiento",
    "resource": "machine line work_center recurso maquina linea centro_de_trabajo",
    "capacity": "available_capacity capacidad capacidad_disponible",
    "density": "densidad",
    "ramp": "ramp_up maximum_increase rampa aumento_maximo",
    "scheduled": "scheduled_capacity reserved_capacity programado capacidad_programada capacidad_reservada",
    "temperature": "temp avg_temp average_temperature temperatura temperatura_media",
    "sunshine": "sun sunshine_hours hours_of_sun sol horas_de_sol",
}
_WORDS_IN_TABLE: Final[dict[Table, dict[str, str]]] = {
    Table.SALES: {
        "y": (
            "sales quantity qty units units_sold quantity_sold sales_quantity sales_units demand ventas "
            "cantidad unidades unidades_vendidas cantidad_vendida ventas_unidades demanda"
        ),
    },
    Table.ITEMS: {
        "source": "supplier supplier_id vendor proveedor supplied_by origen fuente suministrado_por"
    },
    Table.TERMS: {
        "unit_cost": (
            "cost purchase_price coste costo coste_unitario costo_unitario precio_compra precio_de_compra "
            "price unit_price precio precio_unitario prix preis preco tarifa"  # what a supplier asks, we pay
        ),
    },
    Table.STOCK: {
        "on_hand": (
            "stock inventory quantity qty units quantity_on_hand stock_on_hand existencias existencia "
            "inventario cantidad unidades stock_actual disponible end_inventory ending_inventory "
            "closing_stock closing_inventory stock_final inventario_final existencias_finales"
        ),
        "as_of": (
            "date stock_date count_date fecha fecha_inventario fecha_de_inventario fecha_stock fecha_recuento"
        ),
    },
}


def translate(headers: Sequence[str], table: Table, name: str, line: int) -> list[str | None]:
    """The column of `table` that each header means, None where it means none.

    InputError if two headers are the same or mean the same column; `line` is where the headers stand.
    """
    translated = [vocabulary(table).get(_squeeze(header)) for header in headers]
    taken: dict[str, str] = {}
    for header, column in zip(headers, translated, strict=True):
        meaning = column or snake_case(header)
        if meaning in taken:
            raise InputError(
                f"the columns {quoted(taken[meaning])} and {quoted(header)} both mean {meaning}; "
                "rename or delete one",
                file=name,
                line=line,
                column=header,
            )
        if meaning:
            taken[meaning] = header
    return translated


@cache
def vocabulary(table: Table) -> dict[str, str]:
    """Every understood header of `table`, squeezed to letters and digits, with the column that it means."""
    words = _WORDS | _WORDS_IN_TABLE.get(table, {})
    return {
        _squeeze(word): column.name
        for column in SCHEMAS[table].columns
        for word in (column.name, *words.get(column.name, "").split())
    }


def recognised(headers: Sequence[str], table: Table) -> int:
    """How many of these cells are headers of `table`: the higher, the likelier is the line its header."""
    return sum(_squeeze(header) in vocabulary(table) for header in headers)


def snake_case(header: str) -> str:
    """An ASCII name for a column that we do not know.

    >>> snake_case("Temperatura Máx. (°C)"), snake_case("DíaDeLaSemana")
    ('temperatura_max_c', 'dia_de_la_semana')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", _ascii(header))
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _squeeze(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", _ascii(header).lower())


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
