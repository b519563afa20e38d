"""German."""

from __future__ import annotations

from typing import Final

from intake.tables import Table
from intake.words.languages.language import Y_OR_REVENUE, Language

GERMAN: Final = Language(
    name="German",
    small_words="der die das des dem den von vom im in am an je pro zum zur und fur ab",
    code_words="nr nummer id code schlussel kennung no",
    name_words="name bezeichnung beschreibung text bez benennung",
    columns={
        "unique_id": "Serie, Zeitreihe, Serien ID",
        "location": (
            "Filiale, Laden, Standort, Markt, Niederlassung, Lager, Lagerort, Werk, Verkaufsstelle, "
            "Geschäft, Betriebsstätte, Betrieb, Shop, Verkaufsort"
        ),
        "product": "Produkt, Artikel, Ware, Material, Sorte, Teil, Gericht, Speise",
        "channel": "Kanal, Vertriebskanal, Vertriebsweg, Verkaufskanal, Absatzkanal, Absatzweg",
        "ds": (
            "Datum, Periode, Zeitraum, Verkaufsdatum, Umsatzdatum, Buchungsdatum, Belegtag, Wochenbeginn, "
            "Datum Verkauf, Woche ab, Kassendatum, Geschäftstag, Verkaufstag, Zeitstempel, Datum Uhrzeit, "
            "Bondatum, Kalendertag, Transaktionsdatum"
        ),
        "weekday": "Wochentag, Tag der Woche",
        "year": "Jahr, Geschäftsjahr, Kalenderjahr",
        "quarter": "Quartal, Vierteljahr",
        "month": "Monat, Kalendermonat, Jahr Monat, Jahrmonat, Monatsname",
        "week": "Woche, Kalenderwoche, KW, Jahr Woche, Kalenderwochen, KW Nr",
        "day": "Tag, Tag des Monats",
        "price": (
            "Preis, Stückpreis, Einzelpreis, Verkaufspreis, VK, VK Preis, EP, Nettopreis, Preis pro Stück, "
            "Preis je Einheit, VKP, Einheitspreis, Durchschnittspreis"
        ),
        "in_stock": "verfügbar, Verfügbarkeit, lieferbar, auf Lager",
        "requested": "angefragt, angeforderte Menge, nachgefragte Menge, Anforderungsmenge, gewünschte Menge",
        "promotion": "Aktion, Promotion, Promo, in Aktion, Angebot, Sonderangebot, Werbung, Werbeaktion",
        "holiday": "Feiertag, Feiertage, ist Feiertag, gesetzlicher Feiertag",
        "closed": "geschlossen, Schließung",
        "temperature": (
            "Temperatur, Durchschnittstemperatur, mittlere Temperatur, Temp Mittel, Mitteltemperatur"
        ),
        "sunshine": "Sonne, Sonnenstunden, Sonnenscheindauer",
        "lot": "Charge, Los, Chargennummer, Losnummer, Chargen Nr, Partie",
        "expiry": (
            "MHD, Mindesthaltbarkeit, Mindesthaltbarkeitsdatum, haltbar bis, Verfallsdatum, Ablaufdatum, "
            "Verfalldatum, Verbrauchsdatum"
        ),
        "on_order": (
            "bestellt, offene Bestellungen, Bestellbestand, unterwegs, im Zulauf, Bestellmenge offen, "
            "offene Bestellmenge"
        ),
        "due_date": (
            "Liefertermin, Lieferdatum, fällig, Fälligkeit, Fälligkeitsdatum, Ankunft, Wareneingangstermin"
        ),
        "due_in": "fällig in, Ankunft in",
        "due_unit": "Termineinheit",
        "quarantine": "Quarantäne, gesperrt, Sperrbestand",
        "category": (
            "Kategorie, Warengruppe, Artikelgruppe, Produktgruppe, Gruppe, Abteilung, Sortiment, Familie, "
            "Hauptwarengruppe"
        ),
        "unit": "Einheit, Mengeneinheit, ME, Maßeinheit, Masseinheit, Basiseinheit, VE Einheit",
        "holding_cost": "Lagerkosten, Lagerhaltungskosten, Haltungskosten",
        "shortage_cost": "Fehlmengenkosten, Fehlbestandskosten",
        "service_level": "Servicegrad, Servicelevel, Lieferbereitschaftsgrad",
        "shelf_life": (
            "Haltbarkeit, Haltbarkeit Tage, Resthaltbarkeit, Haltbarkeitsdauer, Haltbarkeit in Tagen"
        ),
        "floor": "Mindestbestand, Regalmindestbestand",
        "source": "Quelle, Herkunft, Bezugsquelle, geliefert von",
        "similar_to": "ähnlich wie, ähnliche Artikel, Vergleichsartikel",
        "launch": "Markteinführung, Einführung, Einführungsdatum, erster Verkaufstag, im Verkauf ab",
        "currency": "Währung, Währungscode",
        "supplier_id": "Lieferant, Kreditor, Lieferer",
        "email": "E-Mail, Mailadresse, E-Mail-Adresse, Bestellmail",
        "lead_time": (
            "Lieferzeit, Lieferfrist, Wiederbeschaffungszeit, Lieferzeit Tage, Vorlaufzeit, WBZ, Lieferdauer"
        ),
        "minimum_order_value": "Mindestbestellwert, Mindestauftragswert, MBW",
        "order_weekdays": "Bestelltage, Bestelltag",
        "component": "Komponente, Zutat, Rohstoff, Bestandteil, Einsatzmaterial, Rohware",
        "unit_cost": "Kosten, Stückkosten, Einkaufspreis, EK, EK Preis, Einstandspreis, EKP",
        "break_quantity": "Staffelmenge, ab Menge, Menge ab, Staffel",
        "pack_size": (
            "Packungsgröße, Gebindegröße, VPE, VE, Verpackungseinheit, Gebinde, Stück pro Karton, "
            "Kartongröße, Bestellvielfaches, Packgröße, Vielfaches"
        ),
        "minimum_order_quantity": (
            "Mindestbestellmenge, Mindestmenge, MBM, Mindestabnahme, Mindestabnahmemenge"
        ),
        "purchase_unit": "Bestelleinheit, Einkaufseinheit, BME",
        "unit_factor": "Umrechnungsfaktor, Faktor",
        "preference": "Präferenz, Priorität, Rang",
        "parent": "Fertigprodukt, Endprodukt, Elternteil, Baugruppe, Oberteil, Fertigerzeugnis, Enderzeugnis",
        "quantity_per": (
            "Menge je, Menge pro Einheit, Verbrauch, Einsatzmenge, Menge pro Stück, Menge je Einheit"
        ),
        "scrap_rate": "Ausschuss, Ausschussquote, Schwund, Verschnitt, Verlust",
        "yield_rate": "Ausbeute, Gutanteil",
        "resource": "Ressource, Maschine, Linie, Anlage, Arbeitsplatz, Produktionslinie, Arbeitsplatzgruppe",
        "capacity": "Kapazität, verfügbare Kapazität, maximale Kapazität",
        "ramp": "Hochlauf, Rampe, maximale Steigerung",
        "scheduled": "eingeplant, verplant, verplante Kapazität",
        "density": "Dichte",
    },
    codes={
        "product": (
            "Artikelcode, PLU, EAN Code, Barcode, Strichcode, Bestellnummer Artikel, Art Nr, ArtNr, "
            "Materialnummer, Artikelnr, Produktnummer, Warennummer, Artikelnummer, Produktnr, Materialnr, "
            "Sachnummer"
        ),
    },
    names={
        "product": (
            "Bezeichnung, Beschreibung, Artikelbezeichnung, Produktname, Artikelname, Produktbezeichnung, "
            "Artikeltext, Kurztext, Materialkurztext, Warenbezeichnung"
        ),
    },
    in_table={
        Table.SALES: {
            "y": (
                "Menge, Anzahl, Stück, Stückzahl, Verkaufsmenge, Absatz, Absatzmenge, verkaufte Menge, "
                "verkaufte Stück, verkaufte Einheiten, Verkaufsstückzahl, Verkauf Stück, Verkäufe Stück, "
                "Stk, Einheiten, Fakturamenge, abgesetzte Menge, Nachfrage, Umsatzmenge, Absatz Stück, "
                "Umsatz Stück, Liefermenge, verkauft, Absatzzahlen, Auftragsmenge"
            ),
            Y_OR_REVENUE: "Verkäufe, Verkauf, Gesamtverkäufe, Abverkauf, Abverkäufe",
            "revenue": (
                "Preis gesamt, Gesamtpreis netto, Umsatz, Erlös, Erlöse, Nettoumsatz, "
                "Umsatz netto, Betrag, Nettobetrag, Gesamtpreis, "
                "Warenwert, Verkaufswert, Wert, Zeilensumme, Positionswert, Gesamtbetrag, Umsatzerlöse, "
                "Nettowert, Netto, Zeilenbetrag, Netto Umsatz, Nettoerlös"
            ),
            "discount": "Rabatt, Nachlass, Preisnachlass, Skonto, Rabattbetrag, Rabatt Prozent",
            "ticket": (
                "Bon, Beleg, Belegnummer, Bonnummer, Rechnung, Rechnungsnummer, Kassenbon, Beleg Nr, Bon "
                "Nr, Auftrag, Auftragsnummer, Belegnr, Bonnr, Rechnungsnr, Lieferschein, Transaktion, "
                "Kassenbonnummer, Quittung, Dokument"
            ),
            "line_number": (
                "Position, Positionsnummer, Zeile, Pos, Pos Nr, Zeilennummer, Bonzeile, Belegposition, "
                "Positionsnr"
            ),
            "time": "Uhrzeit, Zeit, Stunde, Verkaufszeit, Bonzeit",
            "customers": "Kunden, Anzahl Kunden, Kundenzahl, Kundenfrequenz, Besucher, Kundenanzahl",
        },
        Table.STOCK: {
            "on_hand": (
                "Bestand, Lagerbestand, Menge, Stück, verfügbarer Bestand, Ist Bestand, aktueller Bestand, "
                "Lagermenge, Bestandsmenge, frei verwendbar, Inventurbestand, Endbestand, Anzahl"
            ),
            "as_of": "Datum, Stichtag, Bestandsdatum, Inventurdatum, Stand, Zähldatum",
        },
        Table.ITEMS: {"source": "Quelle, Bezugsquelle, Lieferant, Hauptlieferant, geliefert von"},
        Table.SUPPLIERS: {
            "supplier_id": "Lieferant, Lieferantennummer, Lieferantennr, Kreditor, Kreditorennummer, Nummer",
            "name": "Name, Lieferantenname, Firma, Firmenname",
        },
        Table.TERMS: {
            "unit_cost": (
                "Kosten, Stückkosten, Einkaufspreis, EK, EK Preis, Einstandspreis, EKP, Preis, Stückpreis, "
                "Einzelpreis"
            ),
            "supplier_id": "Lieferant, Lieferantennummer, Lieferantennr, Kreditor, Lieferer",
        },
        Table.BILL_OF_MATERIALS: {
            "parent": (
                "Produkt, Artikel, Material, Fertigprodukt, Endprodukt, Baugruppe, Rezept, "
                "Erzeugnis, Fertigerzeugnis"
            ),
            "quantity_per": "Menge, Menge je, Menge pro Einheit, Verbrauch, Einsatzmenge, Menge pro Stück",
        },
        Table.CAPACITY: {"capacity": "Kapazität, verfügbare Kapazität, Menge, Stück"},
        Table.CALENDAR: {"holiday": "Feiertag, Feiertage, ist Feiertag, Feiertagsname"},
    },
    second_choice={
        Table.SALES: {
            "ds": (
                "Belegdatum, Rechnungsdatum, Auftragsdatum, Bestelldatum, Erstellungsdatum, Fakturadatum, "
                "Lieferscheindatum"
            ),
            "revenue": (
                "Summe, Gesamt, Bruttoumsatz, Umsatz brutto, Bruttobetrag, Gesamtsumme, Brutto, Bruttowert"
            ),
            "price": "Bruttopreis, Listenpreis, VK brutto, UVP",
        },
    },
    not_used={
        "the customer": (
            "Kunde, Käufer, Kundennummer, Kundenname, Kundennr, Kundentyp, Debitor, Geschlecht, Alter, "
            "Kundenkarte"
        ),
        "the seller": (
            "Verkäufer, Verkäuferin, Kassierer, Kassiererin, Mitarbeiter, Bediener, Benutzer, Vertreter, "
            "Sachbearbeiter, Kasse, Kassennummer"
        ),
        "an address": (
            "Adresse, Straße, Strasse, Ort, Stadt, PLZ, Postleitzahl, Land, Region, Bundesland, Anschrift"
        ),
        "a person": "Telefon, Handy, Vorname, Nachname, Geburtsdatum, Ansprechpartner, Telefonnummer, Fax",
        "the budget": "Budget, budgetiert",
        "the waste": "Abschrift, Abschriften, Bruch, Verderb, Schwund",
        "the payment": "Zahlung, Zahlungsart, Zahlart, Zahlungsmittel, Karte, Zahlungsweise, Bank",
        "tax": (
            "MwSt, USt, Steuer, Steuersatz, MwSt Satz, Mehrwertsteuer, Umsatzsteuer, MwSt Betrag, "
            "Steuerbetrag"
        ),
        "cost and margin": (
            "Kosten, Einkaufspreis, EK, EK Preis, Einstandspreis, Marge, Gewinn, Rohertrag, "
            "Deckungsbeitrag, Wareneinsatz, Spanne"
        ),
        "shipping": "Versanddatum, Lieferdatum, Liefertermin, Versand, Spediteur, Versandkosten, Versandart",
        "stock": "Bestand, Lagerbestand, Endbestand",
        "a remark": "Bemerkung, Kommentar, Notiz, Hinweis, Grund",
        "the unit": "Einheit, Mengeneinheit, ME, Maßeinheit",
        "the currency": "Währung, Wechselkurs",
        "the supplier": "Lieferant, Marke, Hersteller",
    },
)
