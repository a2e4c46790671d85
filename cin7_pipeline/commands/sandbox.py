"""`cin7 sandbox`: the simulated account, served to other processes of this machine."""

from cin7_pipeline.console import console, settings_with_warnings
from cin7_pipeline.sandbox_account import SANDBOX_KEY, SANDBOX_USERNAME, sandbox_server
from cin7_pipeline.settings import SANDBOX_TIME_ZONE


def run(port: int) -> None:
    """Serve until Ctrl-C, and print how another shell reads it."""
    screen = console()
    with sandbox_server(settings_with_warnings(), port) as server:
        screen.print(f"Serving the sandbox on {server.base_url}; another shell reads it with:")
        screen.print(f"  export CIN7_BASE_URL={server.base_url} CIN7_TIME_ZONE={SANDBOX_TIME_ZONE}")
        screen.print(f"  export CIN7_USERNAME={SANDBOX_USERNAME} CIN7_API_KEY={SANDBOX_KEY}")
        screen.print("  export CIN7_DATA_DIR=data/served")
        server.wait()
