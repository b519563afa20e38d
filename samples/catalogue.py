"""What the sample company is: its shops, products, suppliers, raw materials and recipes. No randomness here.

A maker of natural cosmetics with a plant of its own sells its line and bought goods in three shops and on
the web.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

CURRENCY = "USD"
PLANT = "plant"


@dataclass(frozen=True)
class Location:
    """A shop: its size, its yearly growth, and the share of what was bought that comes back."""

    name: str
    size: float
    growth: float
    returned: float
    sunshine: float  # mean hours a week


LOCATIONS = {
    "N": Location("new-york", 2.0, 0.02, 0.012, 49.0),
    "P": Location("philadelphia", 0.9, 0.00, 0.012, 48.0),
    "B": Location("boston", 0.4, 0.04, 0.012, 47.0),
    "W": Location("web", 0.8, 0.16, 0.080, 48.0),
}


@dataclass(frozen=True)
class Product:
    """A product and what drives its sales.

    `weekly` is units a week in a shop of size 1, `shops` are keys of LOCATIONS. `peak` is the week of the
    season's top and `swing` its log amplitude; `gift` is the lift of the weeks before Christmas; `sunshine`
    is the log effect of ten more hours of sun than usual; `promoted` is the lift of a promotion week. A new
    product is sold from the week `launched`, a dying one loses its buyers from the week `fading`.
    `shelf_life` is in weeks, `lead_time` in days.
    """

    name: str
    weekly: float
    price: float
    unit_cost: float
    pack_size: int
    shops: str
    supplier_id: str
    category: str
    peak: int = 20
    swing: float = 0.0
    gift: float = 0.15
    growth: float = 0.0
    sunshine: float = 0.0
    promoted: float = 0.3
    shelf_life: int | None = None
    launched: str | None = None
    fading: str | None = None
    lead_time: int | None = None


_own = partial(Product, supplier_id=PLANT, growth=0.05, promoted=0.4)
_soap = partial(_own, category="soap")
_cream = partial(_own, category="cream")
_balm = partial(_own, category="balm")
_bath = partial(_own, category="bath")
_accessory = partial(Product, supplier_id="hudson-home", category="accessories", promoted=0.2)
_grocery = partial(Product, supplier_id="fine-grocer", category="grocery", promoted=0.25)
_garden = partial(
    Product, supplier_id="green-valley", category="garden", swing=1.2, gift=0.0, sunshine=0.16, promoted=0.15
)

PRODUCTS = (
    _soap("lavender-soap", 64, 6.90, 2.30, 24, "NPBW", peak=20, swing=0.10, gift=0.5),
    _soap("oatmeal-soap", 46, 6.50, 2.10, 24, "NPBW", peak=4, swing=0.15, gift=0.3),
    _soap("olive-soap", 38, 6.20, 2.00, 24, "NPW"),
    _soap("shampoo-bar", 30, 9.50, 3.20, 12, "NPBW", growth=0.18),
    _cream("hand-cream", 52, 11.90, 3.90, 12, "NPBW", peak=3, swing=0.35, gift=0.6, shelf_life=40),
    _cream("face-cream", 26, 24.00, 7.80, 6, "NPBW", peak=3, swing=0.10, gift=0.4, shelf_life=30),
    _cream("body-lotion", 33, 14.50, 4.70, 12, "NPW", peak=5, swing=0.15, shelf_life=40),
    _cream("sun-cream", 24, 16.90, 5.60, 12, "NPBW", peak=27, swing=1.1, gift=0, sunshine=0.1, shelf_life=52),
    _cream("aloe-gel", 20, 9.90, 3.00, 12, "NPW", peak=28, swing=0.7, gift=0, sunshine=0.06, shelf_life=12),
    _cream("vitamin-serum", 18, 32.00, 9.50, 6, "NPW", gift=0.4, shelf_life=20, launched="2025-06-02"),
    _cream("honey-mask", 14, 13.50, 4.40, 6, "NP", shelf_life=10, fading="2024-09-02"),
    _balm("lip-balm", 70, 4.50, 1.20, 48, "NPBW", peak=3, swing=0.30, gift=0.4),
    _balm("calendula-salve", 17, 8.90, 2.60, 12, "NPW", peak=4, swing=0.10),
    _balm("beard-oil", 9, 18.00, 5.20, 6, "NPW", gift=0.9),
    _bath("rose-water", 15, 10.90, 3.10, 12, "NPW", peak=19, swing=0.15, shelf_life=26),
    _bath("bath-salts", 24, 12.50, 3.30, 12, "NPBW", peak=2, swing=0.45, gift=0.8),
    _accessory("bath-brush", 8, 12.90, 5.80, 6, "NPW", gift=0.5),
    _accessory("natural-sponge", 18, 7.50, 3.10, 12, "NPBW"),
    _accessory("linen-towel", 6, 22.00, 10.50, 6, "NW", gift=0.7),
    _accessory("soap-dish", 14, 8.90, 3.90, 12, "NPB", gift=0.3),
    _accessory("wooden-comb", 9, 9.90, 4.20, 12, "NPW"),
    _accessory("gift-box", 14, 5.90, 2.10, 20, "NPBW", gift=3.0),
    _accessory("bamboo-toothbrush", 26, 3.90, 1.40, 24, "NPB", growth=0.1),
    _accessory("travel-bottle-set", 4, 11.50, 5.00, 6, "N", peak=25, swing=0.3, fading="2025-03-03"),
    _accessory("soy-candle", 16, 17.50, 7.40, 6, "NPW", gift=0.9, launched="2025-10-06"),
    _grocery("herbal-tea", 34, 6.50, 3.00, 12, "NPB", peak=3, swing=0.40, shelf_life=52),
    _grocery("honey-jar", 28, 9.90, 5.20, 12, "NPB", peak=3, swing=0.15),
    _grocery("olive-oil", 16, 15.90, 9.00, 6, "NP", shelf_life=52),
    _grocery("lemon-biscuits", 30, 4.90, 2.30, 12, "NPB", shelf_life=8),
    _grocery("kombucha", 40, 4.20, 2.00, 12, "NP", peak=28, swing=0.35, gift=0, shelf_life=5, lead_time=3),
    _grocery("dark-chocolate", 36, 3.90, 1.80, 20, "NPB", peak=3, swing=0.30, gift=0.7, shelf_life=30),
    _garden("lavender-pot", 16, 8.90, 4.10, 8, "NPB", peak=21, sunshine=0.22, shelf_life=4, lead_time=5),
    _garden("herb-seeds", 20, 2.90, 1.00, 50, "NPBW", peak=15),
    _garden("terracotta-pot", 9, 9.50, 4.40, 6, "NP", peak=20),
    _garden("potting-soil", 11, 12.00, 6.20, 10, "NP", peak=18),
    _garden("watering-can", 2.2, 24.90, 12.00, 2, "NP", peak=22, swing=0.6),
    _garden("bee-hotel", 0.8, 19.90, 9.00, 2, "NW", peak=18, swing=0.8, gift=0.5),
    _garden("garden-gloves", 5, 8.90, 3.60, 12, "NP", peak=19),
)


@dataclass(frozen=True)
class Supplier:
    """Who delivers, in how many days, from which order value in USD, and when orders are taken."""

    supplier_id: str
    name: str
    lead_time: int
    minimum_order_value: float
    order_weekdays: str


SUPPLIERS = (
    Supplier(PLANT, "Own plant, Newark", 7, 0, "mon"),
    Supplier("hudson-home", "Hudson Home Goods Inc.", 14, 400, "mon thu"),
    Supplier("fine-grocer", "The Fine Grocer LLC", 5, 250, "mon wed fri"),
    Supplier("green-valley", "Green Valley Nursery", 10, 300, "mon"),
    Supplier("botanica-oils", "Botanica Oils & Butters Co.", 21, 800, "mon"),
    Supplier("fresh-botanicals", "Fresh Botanicals Farm", 7, 300, "mon tue wed thu fri"),
    Supplier("clear-pack", "ClearPack Packaging", 14, 350, "mon"),
)


@dataclass(frozen=True)
class Component:
    """A raw or packaging material bought for the plant; `pack_size` is what one `purchase_unit` holds."""

    name: str
    supplier_id: str
    unit: str
    unit_cost: float
    pack_size: float
    purchase_unit: str
    shelf_life: int | None = None


COMPONENTS = (
    Component("pomace-oil", "botanica-oils", "kg", 4.80, 25, "drum"),
    Component("coconut-oil", "botanica-oils", "kg", 3.90, 25, "drum"),
    Component("sunflower-oil", "botanica-oils", "kg", 3.10, 10, "can"),
    Component("shea-butter", "botanica-oils", "kg", 9.50, 10, "box"),
    Component("beeswax", "botanica-oils", "kg", 14.00, 5, "box"),
    Component("lye", "botanica-oils", "kg", 2.20, 25, "bag"),
    Component("zinc-oxide", "botanica-oils", "kg", 11.00, 5, "bag"),
    Component("sea-salt", "botanica-oils", "kg", 0.90, 25, "bag"),
    Component("lavender-oil", "fresh-botanicals", "kg", 92.00, 1, "can", 52),
    Component("oat-flour", "fresh-botanicals", "kg", 1.80, 10, "bag", 26),
    Component("aloe-juice", "fresh-botanicals", "kg", 4.20, 10, "can", 4),
    Component("rose-extract", "fresh-botanicals", "kg", 140.00, 0.5, "bottle", 12),
    Component("vitamin-c", "fresh-botanicals", "kg", 38.00, 1, "bag", 10),
    Component("raw-honey", "fresh-botanicals", "kg", 7.50, 5, "bucket", 40),
    Component("calendula-oil", "fresh-botanicals", "kg", 18.00, 2, "can", 20),
    Component("soap-wrap", "clear-pack", "piece", 0.06, 1000, "roll"),
    Component("tube", "clear-pack", "piece", 0.32, 250, "box"),
    Component("jar", "clear-pack", "piece", 0.55, 144, "box"),
    Component("bottle", "clear-pack", "piece", 0.42, 200, "box"),
    Component("dropper-bottle", "clear-pack", "piece", 0.70, 100, "box"),
    Component("balm-stick", "clear-pack", "piece", 0.15, 500, "box"),
)

# Made in the plant from raw materials and used by its products; shelf life in weeks.
INTERMEDIATES = {"soap-base": None, "cream-base": 6}

# parent: component -> quantity per unit of the parent (kg for the bases, pieces for what is sold)
RECIPES: dict[str, dict[str, float]] = {
    "soap-base": {"pomace-oil": 0.60, "coconut-oil": 0.26, "lye": 0.13},
    "cream-base": {"shea-butter": 0.18, "sunflower-oil": 0.24, "beeswax": 0.06, "aloe-juice": 0.50},
    "lavender-soap": {"soap-base": 0.105, "lavender-oil": 0.003, "soap-wrap": 1},
    "oatmeal-soap": {"soap-base": 0.100, "oat-flour": 0.012, "soap-wrap": 1},
    "olive-soap": {"soap-base": 0.115, "soap-wrap": 1},
    "shampoo-bar": {"soap-base": 0.070, "shea-butter": 0.010, "lavender-oil": 0.001, "soap-wrap": 1},
    "hand-cream": {"cream-base": 0.075, "lavender-oil": 0.001, "tube": 1},
    "face-cream": {"cream-base": 0.050, "rose-extract": 0.002, "jar": 1},
    "body-lotion": {"cream-base": 0.200, "bottle": 1},
    "sun-cream": {"cream-base": 0.120, "zinc-oxide": 0.024, "tube": 1},
    "aloe-gel": {"aloe-juice": 0.140, "bottle": 1},
    "vitamin-serum": {"sunflower-oil": 0.020, "vitamin-c": 0.004, "dropper-bottle": 1},
    "honey-mask": {"cream-base": 0.060, "raw-honey": 0.030, "jar": 1},
    "lip-balm": {"beeswax": 0.0015, "shea-butter": 0.002, "balm-stick": 1},
    "calendula-salve": {"beeswax": 0.008, "calendula-oil": 0.030, "jar": 1},
    "beard-oil": {"sunflower-oil": 0.030, "lavender-oil": 0.001, "dropper-bottle": 1},
    "rose-water": {"rose-extract": 0.006, "bottle": 1},
    "bath-salts": {"sea-salt": 0.350, "lavender-oil": 0.002, "jar": 1},
}
PACKAGING = frozenset(component.name for component in COMPONENTS if component.supplier_id == "clear-pack")

# A second, dearer source for what must not run out: supplier, product or component, unit cost.
SECOND_SOURCES = (("botanica-oils", "olive-oil", 10.10), ("fresh-botanicals", "shea-butter", 11.40))

# Per category of the own line: batches a week, pieces in a batch, share of pieces that pass inspection.
PRODUCTION_LINES = {
    "soap": (10, 120, 0.97),
    "cream": (14, 80, 0.98),
    "balm": (6, 144, 0.99),
    "bath": (7, 60, 0.99),
}
