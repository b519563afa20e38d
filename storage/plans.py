"""One plan a week: revision 1 is claimed once, a correction makes the next one only on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from intake.errors import ConflictError, IntegrityError, MissingError
from storage import ids
from storage.claims import create_claim, find_claim, take_over
from storage.history import Record, history
from storage.keys import Folder, Keys, pointer_in
from storage.manifests import Decision, Provenance, Published, find_published, publish, read_published
from storage.objects import ObjectStore
from storage.pointers import Pointer, move_pointer, read_latest

_MOST_ATTEMPTS: Final = 100  # each lost claim is one of somebody else's that succeeded


@dataclass(frozen=True)
class PlanClaim:
    """The plan that a run may write, or the one that stands.

    `published` is the standing plan where there is one: nothing is to be written then. `inputs_changed` says
    that it was made from other inputs than these: a person decides whether to revise.
    """

    dataset: str
    plan_id: str
    input_hash: str
    published: Published | None = None

    @property
    def inputs_changed(self) -> bool:
        """Whether the standing plan was made from other inputs."""
        return self.published is not None and self.published.manifest.input_hash != self.input_hash


@dataclass(frozen=True)
class Plans:
    """Claims, publishes, lists and finds the plans of all datasets."""

    store: ObjectStore
    keys: Keys

    def claim(self, dataset: str, iso_week: str, input_hash: str, *, revise: bool = False) -> PlanClaim:
        """Return the plan of a week that these inputs may write, or the one that stands.

        - Nothing claimed: revision 1 is. With `revise` and other inputs than the standing plan's: the next.
        - Claimed for the same inputs and unfinished: found again, to be finished.
        - Claimed for other inputs and unfinished: taken over; the loser notices in `publish`. An unfinished
          revision is taken over by a revising run only.
        - Published: returned as it stands.

        Raises `IntegrityError` where the files of a published plan were changed and these are other inputs.
        """
        for _ in range(_MOST_ATTEMPTS):
            try:
                return self._claim_once(dataset, iso_week, input_hash, revise=revise)
            except ConflictError:
                continue
        raise ConflictError(f"Too many runs claim the plan of {iso_week} for '{dataset}': run again.")

    def publish(
        self,
        claim: PlanClaim,
        files: Mapping[str, bytes],
        provenance: Provenance,
        *,
        log: bytes | None = None,
        metrics: Mapping[str, JsonValue] | None = None,
        decision: Decision | None = None,
        notes: tuple[str, ...] = (),
    ) -> Published:
        """Publish a claimed plan; raise `ConflictError` where another run took it over or was faster.

        The claim is looked at before anything is written and again before the manifest is: a run whose claim
        was taken over meanwhile commits nothing.
        """
        folder = self.keys.plan(claim.dataset, claim.plan_id)
        lost = ConflictError(
            f"Another run took over the plan {claim.plan_id} of '{claim.dataset}' with other inputs: "
            "run again to see its plan."
        )

        def check_claim() -> None:
            standing = find_claim(self.store, folder)
            if standing is None or standing.claim.input_hash != claim.input_hash:
                raise lost

        if provenance.input_hash != claim.input_hash:
            raise lost
        check_claim()
        published = publish(
            self.store,
            folder,
            files,
            provenance,
            log=log,
            metrics=metrics,
            decision=decision,
            notes=notes,
            before_commit=check_claim,
        )
        if published.manifest.input_hash != claim.input_hash:
            raise lost
        return published

    def make_latest(self, published: Published) -> Pointer:
        """Point at a published plan, unless a later week or revision is pointed at already."""
        week, revision = ids.plan_week_and_revision(published.folder.name)
        position = (int(week[:4]), int(week[6:]), revision)
        folder = self.keys.dataset_plans(published.manifest.provenance.dataset)
        return move_pointer(self.store, pointer_in(folder), published, position)

    def published(self, dataset: str, plan_id: str = "latest") -> Published:
        """Return the manifest of a plan; raise `MissingError` where there is none.

        Raises `IntegrityError` where the latest is not what its pointer was moved to.
        """
        try:
            if plan_id == "latest":
                return read_latest(self.store, self.keys.dataset_plans(dataset))
            return read_published(self.store, self.keys.plan(dataset, plan_id))
        except MissingError as missing:
            self.store.check_bucket(self.keys.plans)
            raise MissingError(
                f"'{dataset}' has no plan {plan_id}: see `abasto plans`, or run "
                f"`abasto run replenish --dataset {dataset}`."
            ) from missing

    def before(self, dataset: str, iso_week: str) -> Published | None:
        """Return the newest plan of the weeks before one, its last revision; None where there is none."""
        names = filter(ids.is_plan_id, self.store.list_folders(self.keys.dataset_plans(dataset)))
        for week, revision in sorted(map(ids.plan_week_and_revision, names), reverse=True):
            if week < iso_week:
                published = find_published(self.store, self.keys.plan(dataset, ids.plan_id(week, revision)))
                if published is not None:
                    return published
        return None

    def plans(self, dataset: str) -> tuple[Record, ...]:
        """Return all plans of a dataset, the oldest first."""
        return history(self.store, self.keys.dataset_plans(dataset), ids.is_plan_id)

    def datasets(self) -> list[str]:
        """Return the names of the datasets that have plans."""
        return self.store.list_folders(Folder(bucket=self.keys.plans))

    def _claim_once(self, dataset: str, iso_week: str, input_hash: str, *, revise: bool) -> PlanClaim:
        revisions = self._revisions(dataset, iso_week)
        if not revisions:
            return self._claim_new(dataset, ids.plan_id(iso_week, 1), input_hash)
        newest = ids.plan_id(iso_week, revisions[-1])
        published = find_published(self.store, self.keys.plan(dataset, newest))
        if published is not None:
            standing = PlanClaim(dataset, newest, input_hash, published)
            if standing.inputs_changed and revise:
                return self._claim_new(dataset, ids.plan_id(iso_week, revisions[-1] + 1), input_hash)
            return standing
        folder = self.keys.plan(dataset, newest)
        claimed = find_claim(self.store, folder)
        if claimed is None:
            return self._claim_new(dataset, newest, input_hash)
        if claimed.claim.input_hash == input_hash:
            return PlanClaim(dataset, newest, input_hash)
        before = self._newest_published(dataset, iso_week, revisions[:-1])
        if before is not None and not revise:
            return PlanClaim(dataset, before.folder.name, input_hash, before)
        self._check_unpublished(folder, claimed.claim.input_hash)
        take_over(self.store, folder, claimed, input_hash)
        return PlanClaim(dataset, newest, input_hash)

    def _claim_new(self, dataset: str, plan_id: str, input_hash: str) -> PlanClaim:
        create_claim(self.store, self.keys.plan(dataset, plan_id), input_hash)
        return PlanClaim(dataset, plan_id, input_hash)

    def _check_unpublished(self, folder: Folder, claimed_input_hash: str) -> None:
        try:
            standing = read_published(self.store, folder)
        except MissingError:
            return
        if find_published(self.store, folder) is not None:
            raise ConflictError(f"{folder} was published this moment: look again.")
        # Orders may have been issued from it. Files of two racing runs under a manifest that does not belong
        # to the claim, however, were never published.
        if standing.manifest.input_hash == claimed_input_hash:
            raise IntegrityError(
                f"The files of the plan {folder} are not what its manifest says: restore them from a backup."
            )

    def _newest_published(self, dataset: str, iso_week: str, revisions: list[int]) -> Published | None:
        for revision in reversed(revisions):
            folder = self.keys.plan(dataset, ids.plan_id(iso_week, revision))
            published = find_published(self.store, folder)
            if published is not None:
                return published
        return None

    def _revisions(self, dataset: str, iso_week: str) -> list[int]:
        names = filter(ids.is_plan_id, self.store.list_folders(self.keys.dataset_plans(dataset)))
        weeks_and_revisions = map(ids.plan_week_and_revision, names)
        return sorted(revision for week, revision in weeks_and_revisions if week == iso_week)
