"""A PostgreSQL server of this machine's, for the length of a block; Debian's, where it is installed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
MISSING = "PostgreSQL is not installed (Debian: postgresql)"
# Nothing is worth keeping, and nobody but this user can reach its socket.
OPTIONS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -k {socket}"


@contextmanager
def open_postgresql() -> Iterator[Path]:
    """A server on an empty database, which the superuser `postgres` reaches through the socket in the folder.

    It refuses to run as root, and is then run as the user that Debian makes for it.
    """
    assert PROGRAMS is not None
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="cin7-postgresql-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    data = folder / "data"

    def call(program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603
            [PROGRAMS / program, "-D", data, *arguments],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    try:
        call("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C")
        log = str(folder / "log")
        call("pg_ctl", "-w", "-l", log, "-o", OPTIONS.format(socket=folder), "start")
        try:
            yield folder
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
