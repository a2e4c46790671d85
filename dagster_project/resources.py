"""What runs are given: the settings of the pipeline, read when a run starts and never before."""

import dagster as dg

from cin7_pipeline.settings import Settings, load_settings


class SettingsResource(dg.ConfigurableResource[Settings]):
    """The pipeline's settings, from the environment and `.env`."""

    def load(self) -> Settings:
        """The settings as they are now; credentials stay inside them.

        Raises:
            SettingsError: a setting is missing or wrong; all faults in one message.
        """
        return load_settings()
