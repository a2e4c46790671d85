"""Which warehouse a branch belongs to, by settings or, without them, by its own name."""

from collections import Counter
from collections.abc import Iterable, Mapping

from cin7_pipeline.sandbox.ledger import Branch
from tests.expected.measures import Row

UNMAPPED = "unmapped"


class Warehouses:
    """The warehouses of the account; any branch that is in none of them is in `unmapped`."""

    def __init__(
        self, branches: Iterable[Branch], settings: Mapping[int, tuple[str, bool]] | None
    ) -> None:
        self._branches = {branch.id: branch for branch in branches}
        rows = settings or {b.id: (_own_name(b), b.is_active) for b in self._branches.values()}
        self._of = {id_: rows[id_][0] for id_ in self._branches if id_ in rows}
        self._enabled: dict[str, bool] = {}
        for name, is_enabled in rows.values():
            self._enabled[name] = self._enabled.get(name, False) or is_enabled
        self.set_without_branch = sorted(rows.keys() - self._branches.keys())

    def of(self, branch_id: int) -> str:
        """The warehouse of a branch."""
        return self._of.get(branch_id, UNMAPPED)

    def is_disabled(self, warehouse: str) -> bool:
        """True where settings switch the warehouse off; `unmapped` never is."""
        return not self._enabled.get(warehouse, True)

    def is_unknown(self, branch_id: int) -> bool:
        """True for a branch id that no branch has, also for 0."""
        return branch_id not in self._branches

    @property
    def unmapped_branches(self) -> list[int]:
        """Ids of the branches that settings forgot."""
        return sorted(self._branches.keys() - self._of.keys())

    def rows(self) -> list[Row]:
        """The table `warehouses`."""
        counts = Counter(self.of(branch_id) for branch_id in self._branches)
        enabled = dict(self._enabled)
        if self.unmapped_branches:
            enabled[UNMAPPED] = False
        return [
            {"warehouse": name, "is_enabled": enabled[name], "branch_count": counts[name]}
            for name in sorted(enabled)
        ]

    def branch_rows(self) -> list[Row]:
        """The table `branch_warehouses`."""
        return [
            {
                "branch_id": branch.id,
                "branch_name": branch.name,
                "branch_type": branch.branch_type,
                "is_active": branch.is_active,
                "warehouse": self.of(branch.id),
                "is_mapped": branch.id in self._of,
            }
            for branch in self._branches.values()
        ]


def _own_name(branch: Branch) -> str:
    return branch.name.strip() or f"Branch {branch.id}"
