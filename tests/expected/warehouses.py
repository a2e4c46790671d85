"""This module says which warehouse a branch belongs to: by settings or, without them, by its own name."""

from collections.abc import Iterable, Mapping

from cin7_pipeline.sandbox.ledger import Branch

UNMAPPED = "unmapped"


class Warehouses:
    """The warehouses of the account; any branch that is in none of them is in `unmapped`."""

    def __init__(
        self, branches: Iterable[Branch], settings: Mapping[int, tuple[str, bool]] | None
    ) -> None:
        own: dict[int, tuple[str, bool]] = {}
        taken: set[str] = set()
        for branch in sorted(branches, key=lambda branch: branch.id):
            name = branch.name.strip() or f"Branch {branch.id}"
            own[branch.id] = (f"{name} ({branch.id})" if name in taken else name, branch.is_active)
            taken.add(name)
        rows = settings or own
        self._of = {branch_id: rows[branch_id][0] for branch_id in own if branch_id in rows}
        self._enabled = {name for name, is_enabled in rows.values() if is_enabled}
        self._disabled = {name for name, _ in rows.values()} - self._enabled

    def of(self, branch_id: int) -> str:
        """Return the warehouse of a branch."""
        return self._of.get(branch_id, UNMAPPED)

    def is_disabled(self, warehouse: str) -> bool:
        """Tell whether settings switch the warehouse off; `unmapped` never is."""
        return warehouse in self._disabled
