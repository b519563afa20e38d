"""French."""

from __future__ import annotations

from typing import Final

from intake.tables import Table
from intake.words.languages.language import Y_OR_REVENUE, Language

FRENCH: Final = Language(
    name="French",
    small_words="de du des la le les l d un une par en au aux a et",
    code_words="code id no n num numero nr identifiant cle ref reference",
    name_words="nom libelle description designation intitule",
    columns={
        "unique_id": "série, identifiant série",
        "location": (
            "restaurant, magasin, boutique, point de vente, succursale, entrepôt, dépôt, site, "
            "établissement, agence, "
            "usine, lieu"
        ),
        "product": "produit, article, matière, marchandise, plat, pièce",
        "channel": "canal, canal de vente, circuit, canal de distribution",
        "ds": (
            "date, période, date vente, date de la vente, date opération, jour de vente, début semaine, "
            "semaine du, date ticket, date heure, date comptable"
        ),
        "weekday": "jour semaine, jour de la semaine, nom jour",
        "year": "année, an, exercice, année fiscale",
        "quarter": "trimestre, trim",
        "month": "mois, année mois, nom mois, mois année",
        "week": "semaine, numéro semaine, semaine ISO, année semaine, sem",
        "day": "jour, jour du mois",
        "price": (
            "pv, pv ht, prix, prix unitaire, prix vente, prix de vente unitaire, pu, pvp, "
            "prix moyen, pu ht, prix ht, "
            "prix unitaire ht, prix unitaire hors taxe, tarif, pvc"
        ),
        "in_stock": "en stock, disponible, disponibilité",
        "requested": "demandé, quantité demandée, unités demandées",
        "promotion": "promotion, promo, en promotion, offre, offre spéciale",
        "holiday": "férié, jour férié, jours fériés, est férié, vacances, fête",
        "closed": "fermé, fermeture",
        "temperature": "température, température moyenne, temp moyenne",
        "sunshine": "soleil, ensoleillement, heures de soleil",
        "lot": "lot, numéro lot, code lot",
        "expiry": (
            "péremption, date péremption, dlc, ddm, dluo, date limite, date limite de consommation, "
            "expiration, date expiration"
        ),
        "on_order": (
            "en commande fournisseur, commande fournisseur, en commande, en transit, "
            "en cours de livraison, à recevoir, quantité commandée, en cours de "
            "commande"
        ),
        "due_date": "échéance, date livraison, livraison, date prévue, date arrivée, livraison prévue",
        "due_in": "arrive dans",
        "due_unit": "unité de délai",
        "quarantine": "quarantaine, bloqué, stock bloqué",
        "category": "catégorie, famille, groupe, rayon, département, sous famille, famille produit, gamme",
        "unit": "unité, unité de mesure, mesure, um",
        "holding_cost": "coût stockage, coût de stockage, coût de possession, coût de détention",
        "shortage_cost": "coût rupture, coût de rupture, coût de pénurie",
        "service_level": "taux de service, niveau de service",
        "shelf_life": "durée de vie, durée de conservation, dvo, jours de conservation",
        "floor": "stock minimum, stock minimal, stock plancher",
        "source": "origine, source, fourni par, approvisionné par",
        "similar_to": "similaire à, semblable à, produit similaire, produits similaires",
        "launch": "lancement, date de lancement, premier jour de vente, en vente depuis",
        "currency": "devise, monnaie",
        "supplier_id": "fournisseur",
        "email": "courriel, adresse mail, mél, adresse électronique",
        "lead_time": "délai, délai livraison, délai de livraison, délai approvisionnement, délai jours",
        "minimum_order_value": (
            "montant minimum, minimum de commande, franco, montant minimum de commande, valeur minimum de "
            "commande"
        ),
        "order_weekdays": "jours de commande, jours commande",
        "component": "composant, ingrédient, matière première",
        "unit_cost": (
            "coût, coût unitaire, prix achat, prix d'achat, prix de revient, pa, pa ht, prix achat ht"
        ),
        "break_quantity": "à partir de, quantité à partir de, palier, seuil quantité",
        "pack_size": (
            "colisage, conditionnement, unités par colis, unités par carton, taille colis, multiple, "
            "multiple de commande, pcb"
        ),
        "minimum_order_quantity": (
            "quantité minimum, quantité minimale, quantité minimum commande, qté min commande, "
            "quantité minimum de commande, minimum commande quantité, "
            "qmc, quantité minimale de commande"
        ),
        "purchase_unit": "unité achat, unité d'achat, unité de commande",
        "unit_factor": "facteur de conversion, coefficient de conversion",
        "preference": "préférence, priorité, rang",
        "parent": "parent, produit fini, composé, produit parent",
        "quantity_per": "quantité par, quantité par unité, consommation, quantité unitaire",
        "scrap_rate": "rebut, taux de rebut, perte, taux de perte, freinte",
        "yield_rate": "rendement, taux de rendement",
        "resource": (
            "ressource, machine, ligne, poste de travail, atelier, poste de charge, ligne de production"
        ),
        "capacity": "capacité, capacité disponible, capacité maximale",
        "ramp": "rampe, montée en charge, hausse maximale",
        "scheduled": "programmé, engagé, planifié",
        "density": "densité",
    },
    codes={"product": "référence, réf, code, code barre, code barres, gencod, code ean, code article"},
    names={"product": "libellé, désignation, description, nom, intitulé"},
    in_table={
        Table.SALES: {
            "y": (
                "quantité, qté, qte, unités, quantité vendue, qté vendue, unités vendues, quantités "
                "vendues, ventes unités, ventes en unités, ventes quantité, pièces, nombre vendu, nb vendu, "
                "volume, vendus, qté facturée, quantité facturée, ventes volume, demande, uvc, nb unités, "
                "nombre unités, kilos, litres"
            ),
            Y_OR_REVENUE: "ventes, vente, ventes totales, total ventes, ventes jour, vente totale",
            "revenue": (
                "chiffre d'affaires, ca, ca ht, ca net, montant, montant ht, montant net, recette, "
                "recettes, total ht, ventes nettes, valeur, ventes valeur, prix total, total net, montant "
                "vente, total ligne, montant ligne, montant total, chiffre affaires ht, ventes ht, ca hors "
                "taxe"
            ),
            "discount": "remise, rabais, réduction, ristourne, taux remise, montant remise",
            "ticket": (
                "ticket, ticket de caisse, facture, numéro ticket, numéro facture, commande, bon de "
                "livraison, transaction, document, reçu, pièce comptable"
            ),
            "line_number": "ligne, numéro ligne, ligne ticket, position",
            "time": "heure, heure vente, heure de vente, horaire",
            "customers": "clients, nombre de clients, nb clients, fréquentation, affluence",
        },
        Table.STOCK: {
            "on_hand": (
                "stock, quantité, qté, stock disponible, unités, stock physique, stock actuel, quantité en "
                "stock, stock réel, disponible, stock final"
            ),
            "as_of": "date, date stock, date inventaire, date comptage, date de stock",
        },
        Table.ITEMS: {"source": "origine, fournisseur, fourni par, fournisseur principal, source"},
        Table.SUPPLIERS: {
            "supplier_id": "code, fournisseur, code fournisseur",
            "name": "nom, nom fournisseur, raison sociale, société",
        },
        Table.TERMS: {  # what a supplier asks is what we pay
            "unit_cost": (
                "coût, coût unitaire, prix achat, prix d'achat, prix de revient, prix, prix unitaire, "
                "tarif, pu, pa, pa ht, prix achat ht, prix ht, prix net"
            ),
        },
        Table.BILL_OF_MATERIALS: {
            "parent": "produit, article, produit fini, composé, parent, recette",
            "quantity_per": "quantité, qté, quantité par, quantité par unité, consommation, dosage",
        },
        Table.CAPACITY: {"capacity": "capacité, capacité disponible, quantité, unités, capacité maximale"},
        Table.CALENDAR: {"holiday": "férié, jour férié, est férié, fête, vacances"},
    },
    second_choice={
        Table.SALES: {
            "ds": (
                "date facture, date commande, date de facturation, date document, date pièce, date "
                "création, date bl, date de commande"
            ),
            "revenue": "total, ca ttc, montant ttc, total ttc, montant brut, total toutes taxes",
            "price": "prix ttc, pu ttc, prix public, prix unitaire ttc",
        },
    },
    not_used={
        "the customer": (
            "client, acheteur, nom client, raison sociale, type client, carte fidélité, sexe, âge"
        ),
        "the seller": (
            "vendeur, vendeuse, caissier, employé, commercial, opérateur, utilisateur, hôte de caisse"
        ),
        "an address": "adresse, rue, ville, code postal, cp, pays, région, commune, localité",
        "a person": (
            "téléphone, portable, prénom, nom de famille, date de naissance, contact, courriel, siret, "
            "siren, tva intracommunautaire"
        ),
        "the budget": "budget, budgété",
        "the waste": "casse, démarque, gaspillage, pertes",
        "the payment": (
            "paiement, mode de paiement, moyen de paiement, règlement, mode de règlement, carte, banque"
        ),
        "tax": "tva, taux tva, montant tva, taxe, taxes, impôt",
        "cost and margin": "coût, coût unitaire, prix achat, prix de revient, marge, bénéfice, taux de marge",
        "shipping": "date expédition, date livraison, livraison, transporteur, frais de port",
        "stock": "stock, stock final, stock initial",
        "a remark": "remarque, commentaire, observations, statut, motif",
        "the unit": "unité, unité de mesure, mesure",
        "the currency": "devise, monnaie, taux de change",
        "the supplier": "fournisseur, marque, fabricant",
    },
)
