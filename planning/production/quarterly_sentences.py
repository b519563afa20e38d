"""A quarterly plan in words: what is late or short, what holds it back, and what it would take."""

from __future__ import annotations

from planning.production.quarterly import QuarterlyProduction


def told(units: float) -> str:
    """A number of units as a person reads it: in millions where it has more than eight digits.

    >>> told(1_204), told(2_000_478_813_687)
    ('1,204', '2,000,478.81 million')
    """
    return f"{units / 1e6:,.2f} million" if units >= 1e8 else f"{units:,.0f}"


def sentences(plan: QuarterlyProduction) -> list[str]:
    """Whole sentences for a person: what each product lacks, then what holds it back, then the way out."""
    said = []
    for product, quarters in plan.quarterly.groupby("product", sort=False):
        weeks = plan.weekly[plan.weekly["product"] == product]
        found = (
            f"{product} uses {weeks['use'].sum():,.0f} of {weeks['capacity'].sum():,.0f} units of capacity"
        )
        behind = quarters.loc[quarters["backorders"] > 0, "quarter"]
        if len(behind):
            found += (
                f"; backorders of {told(quarters['backorders'].sum())}, summed over {len(behind)} quarter "
                f"end{'s' if len(behind) > 1 else ''} from the quarter of {behind.iloc[0]:%Y-%m} on"
            )
        if quarters["short"].any():
            found += f"; {told(quarters['short'].sum())} short of the wanted stock, summed over quarter ends"
        said.append(f"{found}.")
    if plan.goals["minimum_run"] > 0:
        said.append(f"All weeks together miss the minimum run by {plan.goals['minimum_run']:,.0f} units.")
    if plan.tight:
        first = plan.tight[0]
        label = plan.weekly.set_index("week")["label"].to_dict()[first.week]
        others = f"; then {len(plan.tight) - 1} more limits" if len(plan.tight) > 1 else ""
        said.append(
            f"What holds it back first: the {first.limit} of {first.product} in week {first.week} ({label}), "
            f"of which one unit more saves {told(first.worth)}{others}."
        )
    return [*said, *_way_out(plan)]


def _way_out(plan: QuarterlyProduction) -> list[str]:
    added = plan.more_capacity
    if added.empty:
        return []
    by_product = added.groupby("product", sort=False)["units"].agg(["sum", "size"])
    parts = [
        f"{row['sum']:,.0f} for {name} over {row['size']:.0f} weeks" for name, row in by_product.iterrows()
    ]
    enough = "nothing would be late or short"
    if plan.still_missing > 0:
        enough = f"{told(plan.still_missing)} would still be late or short, for the ramp"
    return [f"With {added['units'].sum():,.0f} more units of capacity ({', '.join(parts)}) {enough}."]
