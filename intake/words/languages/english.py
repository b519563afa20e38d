"""English, and what every language writes alike."""

from __future__ import annotations

from typing import Final

from intake.tables import Table
from intake.words.languages.language import Y_OR_REVENUE, Language

ENGLISH: Final = Language(
    name="English",
    small_words="of the a an in at on for per to by lineitem variant",
    code_words="code id no nr nbr num number key ref",
    name_words="name description desc title label",
    columns={
        "unique_id": "series, series id, time series",
        "location": (
            "restaurant, venue, store, shop, site, branch, warehouse, plant, outlet, location, "
            "sales point, point of sale, depot"
        ),
        "product": "product, item, article, material, menu, stock item, part, goods",
        "channel": "channel, sales channel, distribution channel",
        "ds": (
            "date, period, sale date, sales date, transaction date, date of sale, week start, week "
            "starting, week beginning, week commencing, week of, month start, timestamp, datetime, date "
            "time, day date, calendar date, posting date, business date"
        ),
        "weekday": "weekday, day of week, week day, dow, day name",
        "year": "year, yr, fiscal year, calendar year",
        "quarter": "quarter, qtr, fiscal quarter",
        "month": "month, year month, month number, fiscal month, yyyymm, month name",
        "week": "week, calendar week, iso week, week number, year week, fiscal week",
        "day": "day, day of month, day number",
        "price": (
            "price, unit price, selling price, sales price, sale price, retail price, price each, net "
            "price, list price, gross price, price per unit, base price, rate, msrp"
        ),
        "in_stock": "in stock, available, availability, on shelf",
        "requested": (
            "requested, requested units, units requested, requested quantity, quantity requested, demand "
            "requested"
        ),
        "promotion": (
            "promotion, promotions, promo, promos, on promotion, is promo, on promo, promo flag, special "
            "offer, deal"
        ),
        "holiday": "holiday, holidays, is holiday, public holiday, bank holiday, state holiday, holiday flag",
        "closed": "closed, is closed, shut, closure",
        "temperature": "temperature, temp, avg temp, average temperature, mean temperature, air temperature",
        "sunshine": "sunshine, sun, sunshine hours, hours of sun, hours of sunshine",
        "lot": "lot, batch, lot number, batch number, batch code, batch id",
        "expiry": (
            "expiry, expiry date, expiration, expiration date, best before, best before date, use by, use "
            "by date, sell by date, bbd"
        ),
        "on_order": (
            "on order, in transit, on the way, inbound, open orders, on order quantity, quantity on order, "
            "incoming, open purchase orders"
        ),
        "due_date": (
            "due date, due, delivery date, arrival date, eta, expected date, expected arrival, expected "
            "delivery"
        ),
        "due_in": "due in, due in periods, periods ahead, arrives in",
        "due_unit": "due unit, due in unit",
        "quarantine": "quarantine, blocked, on hold, blocked quantity, quarantined",
        "category": (
            "dept, category, family, product group, group, department, product family, product category, "
            "item category, family name, class, product line, division"
        ),
        "unit": "unit, unit of measure, uom, measure, base unit, unit of measurement",
        "holding_cost": "holding cost, carrying cost, storage cost, cost of holding",
        "shortage_cost": "shortage cost, lost sale cost, lost sales cost, cost of shortage, penalty cost",
        "service_level": "service level, target service level",
        "shelf_life": "shelf life, shelf life days, days of shelf life",
        "floor": "floor, stock floor, minimum on hand, minimum stock, min stock, display stock",
        "source": "source, supplied by, supply source",
        "similar_to": (
            "similar to, look alike, look alikes, similar products, similar items, sells like, like item"
        ),
        "launch": "launch, launch date, first day on sale, on sale from, on sale since, start of sales",
        "currency": "currency, currency code",
        "supplier_id": "supplier, vendor, provider, supplier id, vendor id",
        "email": "email, mail, e mail, email address, mail address, order email",
        "lead_time": "lead time, lead time days, delivery days, delivery time, days to deliver",
        "minimum_order_value": (
            "minimum order value, minimum value, min order value, minimum order amount, mov"
        ),
        "order_weekdays": "order weekdays, order days, ordering days, days of order",
        "component": "component, ingredient, raw material, bom component, child, child item, sub item",
        "unit_cost": "unit cost, cost, purchase price, cost price, cost per unit, buying price",
        "break_quantity": (
            "break quantity, price break, quantity break, break from, from quantity, scale quantity, "
            "quantity from"
        ),
        "pack_size": (
            "case qty, case quantity, quantity per case, pack quantity, carton quantity, "
            "pack size, pack, case size, units per pack, units per case, units per box, multiple, "
            "order "
            "multiple, size multiple"
        ),
        "minimum_order_quantity": (
            "minimum order quantity, moq, minimum order, minimum quantity, min order quantity, min order "
            "qty, size minimum"
        ),
        "purchase_unit": "purchase unit, order unit, buying unit",
        "unit_factor": "unit factor, conversion factor, factor, units per purchase unit",
        "preference": "preference, priority, rank",
        "parent": "parent, assembly, finished product, finished good, parent item, parent product",
        "quantity_per": "quantity per, quantity per unit, qty per, usage, bom quantity, component quantity",
        "scrap_rate": "scrap rate, scrap, waste, waste rate, scrap factor",
        "yield_rate": "yield rate, yield",
        "resource": "resource, machine, line, work center, work centre, production line",
        "capacity": "capacity, available capacity, maximum capacity",
        "ramp": "ramp, ramp up, maximum increase",
        "scheduled": "scheduled, scheduled capacity, reserved capacity, committed, scheduled quantity",
        "density": "density",
    },
    codes={
        "product": (
            "sku, ean, ean code, gtin, upc, plu, asin, barcode, bar code, code, item nbr, stock code, part "
            "number, menu code, catalog number, mpn"
        ),
    },
    names={"product": "description, name, title, item text"},
    in_table={
        Table.SALES: {
            "y": (
                "y, quantity, qty, qty sold, quantity sold, sold quantity, units, units sold, sold units, "
                "unit sales, sales units, sales quantity, sales qty, sales volume, volume, pieces, pcs, "
                "number sold, items sold, order quantity, quantity ordered, invoiced quantity, quantity "
                "invoiced, shipped quantity, demand, kg, kilos, litres, liters, count sold, sold, qty "
                "ordered"
            ),
            Y_OR_REVENUE: (
                "sales, sale, weekly sales, daily sales, monthly sales, actual sales, total sales, sales "
                "actual"
            ),
            "revenue": (
                "revenue, net sales, gross sales, turnover, amount, net amount, gross amount, line total, "
                "line amount, sales amount, sales value, sales revenue, total revenue, net revenue, total "
                "price, extended price, value, total amount, net total, gross total, subtotal, sub total, "
                "total value, total net"
            ),
            "discount": "discount, discount amount, discount percent, discount rate, rebate, markdown",
            "ticket": (
                "ticket, receipt, invoice, transaction, order, sales order, document, bill, order number, "
                "invoice number, basket, check number"
            ),
            "line_number": (
                "line number, line, line no, ticket line, position, item line, order line, order line "
                "number, row"
            ),
            "time": "time, hour, sale time, time of sale, transaction time, time of day",
            "customers": "customers, customer count, number of customers, footfall, traffic, visitors",
        },
        Table.STOCK: {
            "on_hand": (
                "unrestricted, on hand, stock, inventory, quantity, qty, units, quantity on hand, "
                "qty on hand, stock on "
                "hand, stock level, stock quantity, current stock, end inventory, ending inventory, closing "
                "stock, closing inventory, inventory level, free stock, balance, onhand"
            ),
            "as_of": "as of, date, stock date, count date, inventory date, snapshot date, counted on",
        },
        Table.ITEMS: {"source": "source, supplied by, supplier, vendor, supplier id"},
        Table.SUPPLIERS: {
            "minimum_order_value": (
                "minimum order, minimum order value, minimum value, min order value, "
                "minimum order amount, mov, min order"
            ),
            "supplier_id": "code, id, supplier, vendor, supplier code",
            "name": "name, supplier name, vendor name, company, company name",
        },
        Table.TERMS: {  # what a supplier asks is what we pay
            "unit_cost": (
                "unit cost, cost, purchase price, cost price, cost per unit, buying price, price, unit "
                "price, list price, net price"
            ),
        },
        Table.BILL_OF_MATERIALS: {
            "parent": (
                "product, item, material, parent, assembly, finished product, parent item, finished good"
            ),
            "quantity_per": (
                "quantity, qty, quantity per unit, quantity per, usage, bom quantity, component quantity, "
                "qty per"
            ),
        },
        Table.CAPACITY: {"capacity": "capacity, available capacity, units, quantity, maximum"},
        Table.CALENDAR: {
            "holiday": "holiday, holidays, is holiday, holiday name, public holiday, bank holiday"
        },
    },
    second_choice={
        Table.SALES: {
            "ds": (
                "purchase date, invoice date, order date, date of invoice, document date, "
                "booking date, ordered on, "
                "receipt date, created at, delivery note date"
            ),
            "revenue": (
                "total, gross sales amount, total with tax, total including tax, total incl vat, amount "
                "including tax"
            ),
            "price": (
                "price with tax, price including tax, price incl vat, recommended price, competitor price"
            ),
            "product": "id",
        },
    },
    not_used={
        "the customer": (
            "customer, client, buyer, customer name, client name, bill to, ship to, customer type, gender, "
            "age, member, loyalty card"
        ),
        "the seller": (
            "seller, salesperson, sales rep, cashier, employee, operator, user, sales representative, "
            "staff, clerk"
        ),
        "an address": (
            "address, street, city, zip, zip code, postal code, postcode, country, state, region, province, "
            "county, territory, latitude, longitude"
        ),
        "a person": (
            "phone, telephone, mobile, fax, first name, last name, surname, birth date, date of birth, "
            "passport, email, mail, contact, contact person, tax id, ssn"
        ),
        "the budget": "budget, budgeted, budget units, budgeted sales",
        "the waste": "waste, wastage, spoilage, shrinkage, write off, write offs",
        "the payment": (
            "payment, payment method, payment type, card, card number, iban, bank, payment terms, due amount"
        ),
        "tax": "tax, vat, vat rate, tax rate, tax amount, vat amount, sales tax, vat percent",
        "cost and margin": (
            "cost, cost price, unit cost, margin, profit, gross margin, cogs, cost of goods sold"
        ),
        "shipping": (
            "ship date, shipping date, ship mode, delivery date, shipping cost, shipped date, dispatch "
            "date, due date, freight"
        ),
        "stock": "stock, closing stock, opening stock, on hand, inventory",
        "a remark": (
            "last updated, last modified, update date, modified date, modification date, last updated date, "
            "updated date, remark, note, comment, status, row id, row number, index, last update, "
            "updated at, reason"
        ),
        "the unit": "unit, uom, unit of measure, measure",
        "the currency": "currency, exchange rate, currency code",
        "the supplier": "supplier, vendor, brand, manufacturer",
    },
)
