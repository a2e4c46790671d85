"""How many examples the property tests try: few and always the same ones, or many new ones.

`HYPOTHESIS_PROFILE=thorough` asks for the second; `make test` runs the first.
"""

import os

from hypothesis import HealthCheck, settings

EVERYWHERE = {
    "deadline": None,  # tests are never timed
    "print_blob": True,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
settings.register_profile("quick", max_examples=60, derandomize=True, **EVERYWHERE)
settings.register_profile("thorough", max_examples=3000, **EVERYWHERE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
