"""What runs are given: the settings of the pipeline, read when a run starts, and their turn to run."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from pydantic import PrivateAttr

from cin7_pipeline.pipeline import run_lock
from cin7_pipeline.settings import Settings, load_settings


class SettingsResource(dg.ConfigurableResource[Settings]):
    """The pipeline's settings, from the environment and `.env`."""

    def load(self) -> Settings:
        """The settings as they are now; credentials stay inside them.

        Raises:
            SettingsError: a setting is missing or wrong; all faults in one message.
        """
        return load_settings()


class Turn(dg.ConfigurableResource["Turn"]):
    """A run's turn: whoever runs otherwise, from Dagster or from the command line, comes before or after.

    The steps of a run share it, so that no other run reads or builds between two of them.
    """

    _held: ExitStack = PrivateAttr(default_factory=ExitStack)
    _is_taken: bool = PrivateAttr(default=False)

    @contextmanager
    def yield_for_execution(self, _context: dg.InitResourceContext) -> Iterator["Turn"]:
        """For as long as the run lasts; how it ends gives the turn back."""
        with self._held:
            yield self

    def take(self, settings: Settings, context: dg.AssetExecutionContext) -> None:
        """Wait until no other run is on, and keep them waiting until this one has ended."""
        if not self._is_taken:
            holder = f"Dagster run {context.run_id}"
            self._held.enter_context(run_lock(settings, holder, context.log.info))
            self._is_taken = True
