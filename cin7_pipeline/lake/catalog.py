"""This module asks a Python with DuckLake to change the catalog of the lake, as ours has no wheel of it yet.

The other process gets what it is to do on standard input and no variable of ours, so no key of Cin7.
"""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from cin7_pipeline.errors import PipelineError, SettingsError
from cin7_pipeline.settings import Settings
from cin7_pipeline.settings.validators import CATALOG

PROGRAM = Path(__file__).with_name("ducklake_catalog.py")
# Hundreds of accounts may wait for each other.
MOST_SECONDS = 1800
HANDED_ON = ("AWS_", "PG", "LC_", "LANG", "PATH", "HOME", "SSL_", "TZ")


class LakeUnavailable(PipelineError):
    """The lake did not take a release; what planners read is published, and the next publish tries again."""


def call_catalog(settings: Settings, action: str, **request: Any) -> dict[str, Any]:
    """Have the catalog do something in one transaction, and return what it answers.

    Raises:
        SettingsError: there is no Python with DuckLake where CIN7_LAKE_PYTHON says.
        LakeUnavailable: it failed; the message says why, without the address, which may hold a password.
    """
    assert settings.publish_to is not None  # noqa: S101 - whoever calls has looked
    if not settings.lake_python.exists():
        msg = f"CIN7_LAKE_PYTHON={settings.lake_python} does not exist: run `make lake-env`"
        raise SettingsError(msg)
    address = settings.publish_to.get_secret_value()
    whole = {
        "action": action,
        "address": address,
        "lake": settings.lake_name,
        "data_path": lake_folder(settings),
        **request,
    }
    try:
        done = subprocess.run(  # noqa: S603
            [settings.lake_python, "-I", PROGRAM],
            input=json.dumps(whole),
            capture_output=True,
            text=True,
            env={name: value for name, value in os.environ.items() if name.startswith(HANDED_ON)},
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        msg = f"The lake did not answer for {MOST_SECONDS // 60} minutes"
        raise LakeUnavailable(msg) from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        for secret in (address, address.removeprefix(CATALOG)):
            reason = reason.replace(secret, "CIN7_PUBLISH_TO")
        raise LakeUnavailable(re.sub(r"password\s*=\s*\S+", "password=…", reason))
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def lake_folder(settings: Settings) -> str:
    """Return where the files of the lake are, with a `/` at the end, as DuckLake wants it."""
    place = settings.lake_files or ""
    root = place if place.startswith("s3://") else str(Path(place).expanduser().absolute())
    return f"{root.rstrip('/')}/{settings.lake_name}/"
