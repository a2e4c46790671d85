"""This module does what the process that runs are forked from does once, so that no run spends time on it.

Importing this is the work: it is preloaded by `processes` and imported nowhere else. Runs find the
program, the parsed models and the job definitions; nothing here has opened a file or a connection.
"""

from functools import cache
from importlib import import_module

from cin7_pipeline.models.catalogue import load_catalogue
from tests.end_to_end import scenario
from tests.end_to_end.chaos.child import PHASES

for module, _ in PHASES.values():
    import_module(module)
for command in ("sync", "resync", "progress", "tables"):
    import_module(f"cin7_pipeline.commands.{command}")
load_catalogue()
scenario.defs = cache(scenario.defs)
for job in ("daily_sync", "historical_resync"):
    scenario.defs().resolve_job_def(job)
