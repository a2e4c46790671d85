"""This module gives runs their settings and the run lock; `definitions` names both."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from cin7_pipeline.pipeline import run_lock
from cin7_pipeline.settings import Settings, load_settings

# The pool whose one slot belongs to the run that holds the lock: the others queue where people see them.
WRITER_POOL = "cin7"


class SettingsResource(dg.ConfigurableResource[Settings]):
    """The pipeline's settings, from the environment and `.env`."""

    def load(self) -> Settings:
        """Return the settings as they are now; credentials stay inside them.

        Raises:
            SettingsError: a setting is missing or wrong; all faults in one message.
        """
        return load_settings()


class RunLock(dg.ConfigurableResource["RunLock"]):
    """The pipeline's run lock, held by a Dagster run for as long as it lasts.

    An asset that reads Cin7 or writes the warehouse asks for it by name. The in-process executor makes
    resources once a run, so no other run (Dagster or `cin7`) reads or builds between two steps of this one.
    """

    settings: dg.ResourceDependency[SettingsResource]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RunLock"]:
        """Wait for the run that holds the lock, saying so in this run's log; release it at the end."""
        assert context.run  # noqa: S101 - only runs ask for the lock
        assert context.log  # noqa: S101
        holder = f"Dagster run {context.run.run_id}"
        with run_lock(self.settings.load(), holder, context.log.info):
            yield self
