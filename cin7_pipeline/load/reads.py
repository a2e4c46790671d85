"""This module reads several endpoints of an account side by side, and lets wait what has to.

The stock waits for the documents, and what changed in these meanwhile is read behind it, so that both are of
one moment: what was received in between would count twice. Records that others name, and that no list
brought, are asked for when the lists were read. It writes nothing (`sync.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.load.extract import Extract, Session
from cin7_pipeline.load.state import TableState
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.window import Window

# An answer takes 1.5 s and three calls a second are allowed: that many lists, each with one or two calls
# under way, use all of them. More would make the stock wait behind those that queue for their turn.
READS_AT_ONCE = 6


@dataclass(frozen=True)
class ReadPlan:
    """What to read of an endpoint; without a window only what changed, behind the stock."""

    endpoint: Endpoint
    window: Window | None
    state: TableState


@dataclass
class Reads:
    """What was read of each endpoint, and what failed of it; one that was read in part is in both.

    An endpoint that fails holds up no other, the stock least of all: nobody can read its past.
    """

    session: Session
    extracts: dict[str, Extract] = field(default_factory=dict)
    failures: dict[str, PipelineError] = field(default_factory=dict)

    def read(self, plans: Sequence[ReadPlan]) -> None:
        """Read what is planned, the documents first, as the stock waits for them."""
        documents = [plan for plan in plans if plan.endpoint.lists_documents]
        stock = [plan for plan in plans if plan.endpoint.has_daily_snapshot]
        waited_for = {plan.endpoint.name for plan in (*documents, *stock)}
        others = [plan for plan in plans if plan.endpoint.name not in waited_for]
        with (
            ThreadPoolExecutor(READS_AT_ONCE, "cin7-read") as pool,
            ThreadPoolExecutor(1 + READS_AT_ONCE, "cin7-stock") as stock_pool,
        ):
            document_lists = self._start(pool, self._read_list, documents)
            other_lists = self._start(pool, self._read_list, others)
            wait(document_lists)
            stock_lists = self._start(stock_pool, self._read_list, stock)
            read_documents = self._start(pool, self._complete, documents)
            behind = stock_pool.submit(
                self._read_behind, stock_pool, [*stock_lists, *read_documents], stock, documents
            )
            wait(other_lists)
            wait(self._start(pool, self._complete, others))
            behind.result()

    def _start(
        self, pool: ThreadPoolExecutor, read: Callable[[ReadPlan], None], plans: Iterable[ReadPlan]
    ) -> list[Future[None]]:
        return [pool.submit(self._attempt, read, plan) for plan in plans]

    def _attempt(self, read: Callable[[ReadPlan], None], plan: ReadPlan) -> None:
        name = plan.endpoint.name
        try:
            read(plan)
        except PipelineError as error:
            self.failures[name] = error
        except Exception as error:  # a fault of ours, too, is that of one endpoint
            place = extract_tb(error.__traceback__)[-1]
            where = f"{place.name} ({Path(place.filename).name}, line {place.lineno})"
            # Its text may show a record.
            msg = f"{name}: {type(error).__name__} in {where}; this is a fault of the pipeline: report it"
            self.failures[name] = PipelineError(msg)

    def _read_list(self, plan: ReadPlan) -> None:
        if plan.window is not None:
            extract = Extract(self.session, plan.endpoint, plan.window, plan.state)
            extract.read()
            self.extracts[plan.endpoint.name] = extract

    def _complete(self, plan: ReadPlan) -> None:
        """Read what the list of an endpoint lacks, unless that failed; what fails here fails the endpoint."""
        extract = self.extracts.get(plan.endpoint.name)
        if extract is None:
            return
        named = [each.records.ids_named(plan.endpoint) for each in list(self.extracts.values())]
        try:
            extract.complete(set().union(*named))
        except BaseException:
            del self.extracts[plan.endpoint.name]
            raise

    def _read_behind(
        self,
        pool: ThreadPoolExecutor,
        before: list[Future[None]],
        stock: list[ReadPlan],
        documents: list[ReadPlan],
    ) -> None:
        """Complete the stock, and read what changed in documents until then."""
        wait(before)
        wait(self._start(pool, self._complete, stock))
        if not self.extracts.keys().isdisjoint(plan.endpoint.name for plan in stock):
            wait(self._start(pool, self._read_changed, documents))

    def _read_changed(self, plan: ReadPlan) -> None:
        """Read what changed since a kind of document was read, in this run or, without a window, before."""
        name, now = plan.endpoint.name, self.session.now
        extract = self.extracts.get(name)
        since = min(plan.state.complete_until or now, now)
        if extract is not None:
            extract.read_changed(now if extract.window.end is None else since)
        elif plan.window is None and plan.state.complete_until is not None:
            extract = Extract(self.session, plan.endpoint, Window(since), plan.state)
            extract.read_changed(since)
            self.extracts[name] = extract
