"""`cin7 sandbox`: the simulated account, served to other processes of this machine."""

from contextlib import suppress

from cin7_pipeline.account import sandbox_of
from cin7_pipeline.console import console, settings_with_warnings
from cin7_pipeline.settings import SANDBOX_TIME_ZONE


def run(port: int) -> None:
    """Serve until Ctrl-C, and print how another shell reads it."""
    screen = console()
    with sandbox_of(settings_with_warnings(), port) as server:
        screen.print(f"Serving the sandbox on {server.base_url}; another shell reads it with:")
        screen.print(f"  export CIN7_BASE_URL={server.base_url} CIN7_TIME_ZONE={SANDBOX_TIME_ZONE}")
        screen.print(f"  export CIN7_USERNAME={server.username} CIN7_API_KEY={server.api_key}")
        screen.print("  export CIN7_DATA_DIR=data/served")
        with suppress(KeyboardInterrupt):
            server.wait()
