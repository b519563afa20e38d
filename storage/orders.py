"""The life of a purchase order: numbered events, each created once, so that no transition happens twice."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from intake.errors import ConflictError, IntegrityError
from storage import ids
from storage.keys import Folder, Keys, Ref
from storage.manifests import current_user
from storage.objects import ObjectStore

_MOST_ATTEMPTS: Final = 100  # each lost event is one of somebody else's that succeeded


class OrderEvent(BaseModel):
    """One state a purchase order entered; `details` say what a person or a flow knew then (lines, a note)."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    purchase_order: str
    number: int
    state: str
    details: dict[str, JsonValue] = {}
    event_id: str = Field(default_factory=lambda: uuid.uuid4().hex)
    who: str = Field(default_factory=current_user)
    when: datetime = Field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class OrderHistory:
    """A purchase order with all its events, the first one first; never empty."""

    events: tuple[OrderEvent, ...]

    @property
    def purchase_order(self) -> str:
        """The order's number."""
        return self.events[0].purchase_order

    @property
    def state(self) -> str:
        """The state the order is in."""
        return self.events[-1].state

    @property
    def details(self) -> dict[str, JsonValue]:
        """What all events know together, later ones first."""
        known: dict[str, JsonValue] = {}
        for event in self.events:
            known |= event.details
        return known


@dataclass(frozen=True)
class Entry:
    """What a step makes of an order: the state it enters, and what is known then."""

    state: str
    details: Mapping[str, JsonValue] = field(default_factory=dict)


Step = Callable[[OrderHistory | None], Entry]
"""Given an order's history (`None`: it has no event), returns the next entry or raises `ConflictError`."""


@dataclass(frozen=True)
class OrderBook:
    """Records and reads the states of purchase orders; which steps are allowed is the caller's to say."""

    store: ObjectStore
    keys: Keys

    def record(self, dataset: str, purchase_order: str, step: Step) -> OrderEvent:
        """Take one step and return its event.

        `step` is asked again with the new history whenever somebody else was faster, so that of two people
        who issue the same order at once exactly one succeeds. What it raises is passed on.
        """
        for _ in range(_MOST_ATTEMPTS):
            history = self.history(dataset, purchase_order)
            number = len(history.events) + 1 if history else 1
            entry = step(history)
            event = OrderEvent(
                dataset=dataset,
                purchase_order=purchase_order,
                number=number,
                state=entry.state,
                details=dict(entry.details),
            )
            content = event.model_dump_json(indent=2).encode()
            try:
                self.store.create(
                    self.keys.order_event(dataset, purchase_order, number), content, "application/json"
                )
            except ConflictError:
                continue
            return event
        raise ConflictError(f"Too many runs change the order {purchase_order} at once: run again.")

    def orders(self, dataset: str) -> tuple[OrderHistory, ...]:
        """Return the histories of all orders of a dataset that have an event, by order number."""
        return self._histories(self.keys.orders(dataset))

    def history(self, dataset: str, purchase_order: str) -> OrderHistory | None:
        """Return the history of one order, None where it has no event."""
        histories = self._histories(self.keys.orders(dataset).folder(ids.safe_segment(purchase_order)))
        return histories[0] if histories else None

    def _histories(self, folder: Folder) -> tuple[OrderHistory, ...]:
        events: defaultdict[str, list[OrderEvent]] = defaultdict(list)
        for entry in self.store.list_objects(folder):
            event = self._read(entry.ref)
            events[event.purchase_order].append(event)
        return tuple(
            OrderHistory(tuple(sorted(events[purchase_order], key=lambda event: event.number)))
            for purchase_order in sorted(events)
        )

    def _read(self, ref: Ref) -> OrderEvent:
        try:
            return OrderEvent.model_validate_json(self.store.get(ref))
        except ValidationError as broken:
            raise IntegrityError(f"{ref} is not the state of an order: restore it from a backup.") from broken
