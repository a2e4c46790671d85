"""This module uploads a release's Parquet files to a folder or an object store, where none is written again.

`s3://…` is reached as AWS's own variables say (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL` …).
"""

import os
from pathlib import Path

import pyarrow.fs as pafs

PIECE = 2**23


def upload(source: Path, files: list[str], target: str) -> None:
    """Copy files of a folder to the folder `target`, which is new."""
    filesystem, folder = _filesystem(target)
    filesystem.create_dir(folder, recursive=True)
    for name in files:
        with (
            (source / name).open("rb") as file,
            filesystem.open_output_stream(f"{folder}/{name}") as out,
        ):
            while piece := file.read(PIECE):
                out.write(piece)


def _filesystem(target: str) -> tuple[pafs.FileSystem, str]:
    """Return what an address is on, and its path there."""
    if not target.startswith("s3://"):
        return pafs.LocalFileSystem(), target
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    return pafs.S3FileSystem(endpoint_override=endpoint), target.removeprefix("s3://")
