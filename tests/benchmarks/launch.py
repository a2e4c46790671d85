"""`python launch.py NOTE COMMAND …`: run a command and write into a file what it cost.

A process of its own with next to nothing in it: the operating system counts what the parent of a process
held at its start as the peak memory of the child.
"""

import json
import os
import sys
import time


def main(note: str, *command: str) -> int:
    """The command's exit code."""
    started = time.perf_counter()
    _, status, usage = os.wait4(os.posix_spawn(command[0], command, os.environ), 0)
    wall = time.perf_counter() - started
    with open(note, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump([usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss], file)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
