"""Spanish, of Spain and of America."""

from __future__ import annotations

from typing import Final

from intake.tables import Table
from intake.words.languages.language import Y_OR_REVENUE, Language

SPANISH: Final = Language(
    name="Spanish",
    small_words="de del la el los las lo por en al a un una su con",
    code_words="codigo cod id clave numero num nro no n ref referencia",
    name_words="nombre descripcion desc denominacion titulo",
    columns={
        "unique_id": "serie, id serie, clave serie",
        "location": (
            "restaurante, tienda, sucursal, local, almacén, planta, ubicación, centro, punto de venta, pdv, "
            "establecimiento, delegación, bodega, comercio"
        ),
        "product": "producto, artículo, material, ítem, mercancía, menú, plato, pieza",
        "channel": "canal, canal de venta, canal de distribución, vía de venta",
        "ds": (
            "fecha, periodo, fecha venta, fecha de la venta, inicio semana, semana inicio, fecha inicio, "
            "fecha operación, fecha movimiento, fecha y hora, fecha hora, semana del, fecha contable, fecha "
            "ticket"
        ),
        "weekday": "día semana, día de la semana, nombre día, día semanal",
        "year": "año, anio, ejercicio, año fiscal",
        "quarter": "trimestre, trimestre fiscal, trim",
        "month": "mes, año mes, mes año, nombre mes, número mes, periodo mensual",
        "week": "semana, semana ISO, número semana, año semana, sem, semana año",
        "day": "día, día mes, día del mes",
        "price": (
            "precio, precio unitario, precio venta, pvp, precio unidad, precio medio, precio neto, tarifa, "
            "p unitario, precio por unidad, pvp unitario, valor unitario"
        ),
        "in_stock": "en stock, disponible, disponibilidad, hay stock, con stock",
        "requested": (
            "solicitado, solicitadas, unidades solicitadas, unidades pedidas, cantidad solicitada, demanda "
            "solicitada"
        ),
        "promotion": "promoción, promociones, promo, en promoción, oferta, ofertas, en oferta, campaña",
        "holiday": "festivo, festivos, feriado, feriados, es festivo, día festivo, es feriado, festividad",
        "closed": "cerrado, cerrada, cierre, cierres",
        "temperature": "temperatura, temperatura media, temp media, temperatura promedio",
        "sunshine": "sol, horas de sol, insolación",
        "lot": "lote, número de lote, código lote, partida",
        "expiry": (
            "caduca, caducidad, fecha caducidad, vencimiento, fecha vencimiento, consumo preferente, fecha "
            "de vencimiento, vence"
        ),
        "on_order": (
            "en pedido, en camino, en tránsito, pendiente de recibir, por recibir, pedido pendiente, "
            "cantidad en pedido, pte recibir"
        ),
        "due_date": (
            "entrega, fecha entrega, fecha prevista, fecha llegada, fecha recepción, llegada prevista"
        ),
        "due_in": "llega en, periodos hasta entrega, plazo pendiente",
        "due_unit": "unidad de plazo",
        "quarantine": "cuarentena, bloqueado, retenido, stock bloqueado",
        "category": (
            "categoría, familia, grupo, departamento, sección, rubro, línea de producto, subfamilia, "
            "familia producto, grupo producto"
        ),
        "unit": "unidad, unidad de medida, medida, um, udm, unidad base",
        "holding_cost": (
            "coste almacenamiento, costo almacenamiento, coste de mantenimiento, costo de mantenimiento, "
            "coste de almacén, costo de mantener"
        ),
        "shortage_cost": (
            "coste rotura, costo rotura, coste faltante, costo faltante, coste de rotura de stock"
        ),
        "service_level": "nivel de servicio, nivel servicio objetivo",
        "shelf_life": "vida útil, días de vida, vida útil días, días de caducidad",
        "floor": (
            "existencia mínima, mínimo a mantener, stock mínimo, mínimo en tienda, existencias mínimas, "
            "mínimo de lineal"
        ),
        "source": "origen, fuente, suministrado por, abastecido por",
        "similar_to": (
            "similar a, parecido a, producto similar, productos similares, "
            "artículos similares, se parece a, se vende como"
        ),
        "launch": (
            "lanzamiento, fecha de lanzamiento, primer día de venta, a la venta desde, "
            "en venta desde, inicio de venta"
        ),
        "currency": "moneda, divisa",
        "supplier_id": "proveedor, suministrador",
        "email": "correo, correo electrónico, correo pedidos, email pedidos",
        "lead_time": (
            "plazo, plazo entrega, días de entrega, tiempo de entrega, días entrega, plazo días, plazo en "
            "días, plazo de aprovisionamiento"
        ),
        "minimum_order_value": (
            "pedido mínimo valor, importe mínimo, valor mínimo, pedido mínimo importe, importe mínimo "
            "pedido, compra mínima"
        ),
        "order_weekdays": "días de pedido, días pedido",
        "component": "componente, ingrediente, materia prima, insumo",
        "unit_cost": (
            "coste, costo, coste unitario, costo unitario, precio compra, precio de coste, precio de costo, "
            "coste por unidad"
        ),
        "break_quantity": "desde cantidad, tramo, cantidad desde, escala, a partir de, escalado",
        "pack_size": (
            "tamaño pack, unidades por caja, unidades por pack, múltiplo, tamaño caja, unidades caja, uds "
            "caja, unidades por bulto, múltiplo de pedido"
        ),
        "minimum_order_quantity": (
            "pedido mínimo, cantidad mínima, cantidad mínima pedido, mínimo de compra, pedido mínimo "
            "unidades, mínimo de pedido"
        ),
        "purchase_unit": "unidad de compra, unidad pedido",
        "unit_factor": "factor de conversión, unidades por unidad de compra",
        "preference": "preferencia, prioridad",
        "parent": "padre, producto terminado, producto padre, producto acabado, elaborado",
        "quantity_per": "cantidad por, cantidad por unidad, consumo, consumo unitario, cantidad necesaria",
        "scrap_rate": "merma, desperdicio, tasa de merma, porcentaje de merma",
        "yield_rate": "rendimiento, tasa de rendimiento",
        "resource": "recurso, máquina, línea, centro de trabajo, línea de producción",
        "capacity": "capacidad, capacidad disponible, capacidad máxima",
        "ramp": "rampa, aumento máximo",
        "scheduled": (
            "programado, capacidad programada, capacidad reservada, comprometido, capacidad comprometida"
        ),
        "density": "densidad",
    },
    codes={
        "product": "referencia, ref, código, código de barras, cód barras, código EAN, clave, ref artículo"
    },
    names={"product": "descripción, denominación, nombre, detalle, concepto"},
    in_table={
        Table.SALES: {
            "y": (
                "cantidad, cant, unidades, uds, ud, unid, und, unidades vendidas, uds vendidas, cantidad "
                "vendida, ventas unidades, ventas en unidades, venta unidades, demanda, piezas, pzas, "
                "cantidad facturada, unidades facturadas, cantidad servida, volumen, kilos, litros, "
                "vendidas, vendido, cajas vendidas, unidades de venta"
            ),
            Y_OR_REVENUE: (
                "ventas, venta, ventas totales, venta total, ventas diarias, venta diaria, ventas semanales"
            ),
            "revenue": (
                "euros, importe euros, precio total, importe, ingresos, ingreso, importe neto, "
                "importe bruto, facturación, facturado, ventas "
                "netas, venta neta, importe venta, importe ventas, total neto, monto, importe total, total "
                "línea, importe línea, ventas importe, base imponible, valor venta, ventas brutas, "
                "subtotal, valor, importe facturado, monto total, neto"
            ),
            "discount": (
                "descuento, dto, dcto, descuentos, bonificación, rebaja, importe descuento, porcentaje "
                "descuento"
            ),
            "ticket": (
                "ticket, tique, tiquet, factura, albarán, documento, pedido, boleta, número de factura, "
                "número ticket, comprobante, operación, folio"
            ),
            "line_number": "línea, línea ticket, número línea, posición, renglón",
            "time": "hora, hora venta, hora de la venta",
            "customers": "clientes, número de clientes, afluencia, visitas",
        },
        Table.STOCK: {
            "on_hand": (
                "libre utilización, existencias, existencia, inventario, cantidad, unidades, "
                "stock actual, stock disponible, "
                "uds, stock físico, cantidad disponible, saldo, stock real, stock final, inventario final, "
                "existencias finales, disponible"
            ),
            "as_of": "fecha, fecha inventario, fecha stock, fecha recuento, fecha existencias",
        },
        Table.ITEMS: {
            "source": "origen, fuente, suministrado por, proveedor, proveedor habitual, proveedor principal"
        },
        Table.SUPPLIERS: {
            "minimum_order_value": (
                "pedido mínimo, mínimo de pedido, importe mínimo, pedido mínimo valor, "
                "importe mínimo pedido, valor mínimo, pedido mínimo importe, compra mínima"
            ),
            "supplier_id": "código, proveedor, clave, código proveedor",
            "name": "nombre, nombre proveedor, razón social, empresa",
        },
        Table.TERMS: {  # what a supplier asks is what we pay
            "unit_cost": (
                "coste, costo, coste unitario, costo unitario, precio compra, precio de coste, precio de "
                "costo, coste por unidad, precio, precio unitario, tarifa, precio neto"
            ),
        },
        Table.BILL_OF_MATERIALS: {
            "parent": "padre, producto, material, producto terminado, artículo, elaborado, receta, plato",
            "quantity_per": "cantidad, cantidad por, cantidad por unidad, consumo, cantidad necesaria",
        },
        Table.CAPACITY: {"capacity": "capacidad, capacidad disponible, unidades, cantidad, capacidad máxima"},
        Table.CALENDAR: {"holiday": "festivo, festivos, feriado, es festivo, día festivo, nombre festivo"},
    },
    second_choice={
        Table.SALES: {
            "ds": (
                "fecha factura, fecha pedido, fecha albarán, fecha documento, fecha emisión, fecha de "
                "facturación, fecha registro, fecha creación"
            ),
            "revenue": (
                "total, importe con IVA, total con IVA, importe IVA incluido, total factura, total bruto"
            ),
            "price": "precio con IVA, precio IVA incluido, precio tarifa, precio recomendado",
        },
    },
    not_used={
        "the customer": (
            "cliente, comprador, nombre cliente, razón social, tipo cliente, socio, tarjeta cliente, sexo, "
            "edad"
        ),
        "the seller": (
            "vendedor, comercial, cajero, empleado, dependiente, usuario, agente, operador, representante"
        ),
        "an address": (
            "dirección, calle, ciudad, población, provincia, código postal, cp, país, región, municipio, "
            "comuna, zona, domicilio, estado"
        ),
        "a person": (
            "teléfono, móvil, apellidos, apellido, dni, nif, cif, rut, rfc, fecha nacimiento, contacto, "
            "nombre contacto, correo, correo electrónico"
        ),
        "the budget": "presupuesto, presupuestado, ventas presupuestadas, unidades presupuestadas",
        "the waste": "merma, mermas, desperdicio, roturas, caducados, unidades caducadas, tirado",
        "the payment": (
            "pago, forma de pago, método de pago, medio de pago, tarjeta, banco, cobro, forma cobro"
        ),
        "tax": "iva, tipo iva, impuesto, impuestos, cuota iva, importe iva, porcentaje iva, igv, recargo",
        "cost and margin": (
            "coste, costo, coste unitario, costo unitario, precio coste, precio costo, margen, beneficio, "
            "utilidad, ganancia"
        ),
        "shipping": "fecha envío, fecha entrega, envío, transporte, transportista, portes, fecha vencimiento",
        "stock": "existencias, stock, stock final, stock inicial, inventario",
        "a remark": (
            "fecha modificación, última modificación, última actualización, fecha actualización, "
            "observaciones, comentarios, nota, notas, motivo, indice, fila, número fila"
        ),
        "the unit": "unidad, unidad de medida, medida, um, udm",
        "the currency": "moneda, divisa, tipo de cambio",
        "the supplier": "proveedor, marca, fabricante",
    },
)
