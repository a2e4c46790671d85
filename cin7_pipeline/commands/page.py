"""`cin7 page`: the planners' page of what is published, in the browser."""

import webbrowser

from cin7_pipeline.console import console, settings_with_warnings
from cin7_pipeline.errors import PipelineError
from cin7_pipeline.warehouse.releases import PAGE


def run() -> None:
    """Open the page and print its path, for a machine without a browser.

    Raises:
        PipelineError: nothing is published yet.
    """
    path = settings_with_warnings().data_dir / PAGE
    if not path.exists():
        msg = "there is no page yet: run `cin7 sync`"
        raise PipelineError(msg)
    console().print(str(path), markup=False)
    webbrowser.open(path.absolute().as_uri())
