"""Who may read which file: what is published everybody, all else the user alone, whatever the umask."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from cin7_pipeline.account import rate_limiter_of
from cin7_pipeline.files import (
    private_file,
    private_folder,
    public_folder,
    set_mode,
)
from cin7_pipeline.pipeline import run_lock
from cin7_pipeline.runtime import configure
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.draft import Draft
from tests.unit.load.fake_account import Company, open_company, order


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=lambda mask: f"umask {mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The umask of whoever runs the pipeline, and what each entry point does first."""
    earlier = os.umask(request.param)
    configure()
    yield request.param
    os.umask(earlier)


@pytest.fixture
def company(tmp_path: Path, umask: int) -> Iterator[Company]:
    """A company whose data folder does not exist yet."""
    with open_company(tmp_path / "data") as opened:
        opened.orders.append(order(1, created=3))
        yield opened


def run(company: Company) -> Settings:
    """A run from its lock to its release; a single table stands for the models."""
    settings = company.settings()
    with run_lock(settings, "a run", print):
        company.load_one()
        with open_draft(settings) as draft:
            draft.connection.execute("create table planning.sales_lines as select 1 as n")
            draft.publish(published_at=settings.now(), keep=1)
    return settings


def open_draft(settings: Settings) -> AbstractContextManager[Draft]:
    """The draft of a release that may take little memory."""
    return Draft.open(
        settings.warehouse_path,
        settings.data_dir,
        settings.state_dir / "spill",
        memory_limit="24MB",
    )


def modes(folder: Path) -> dict[str, str]:
    """The mode of everything below a folder and of itself, links left out."""
    found = [folder, *folder.rglob("*")]
    return {
        path.relative_to(folder).as_posix(): oct(stat.S_IMODE(path.stat().st_mode))
        for path in found
        if not path.is_symlink()
    }


def expected(path: Path, folder: Path) -> int:
    """The mode that a path of the data folder is promised."""
    is_published = any(part.startswith("planning-") for part in path.relative_to(folder).parts)
    if is_published or path in (folder, folder / "releases"):
        return 0o755 if path.is_dir() else 0o444
    return 0o700 if path.is_dir() else 0o600


def assert_as_promised(folder: Path) -> None:
    """Every file and folder has its mode."""
    found = modes(folder)
    assert found == {name: oct(expected(folder / name, folder)) for name in found}


def test_a_run_makes_files_for_whom_they_are(company: Company) -> None:
    """After a run the published files can be read by everybody, and everything else by its user only."""
    settings = run(company)
    found = modes(settings.data_dir)
    assert {
        ".",
        "releases/planning-20260630T200000Z/cin7.duckdb",
        "releases/planning-20260630T200000Z/parquet/sales_lines.parquet",
        "releases/planning-20260630T200000Z/parquet/manifest.json",
        "warehouse.duckdb",
        "state",
        "state/run.lock",
        "state/calls.sqlite",
        "state/salt",
    } <= found.keys()
    assert_as_promised(settings.data_dir)


def test_what_is_there_only_during_a_run_is_private(company: Company) -> None:
    """DuckDB's log and temporary files and SQLite's journal are the user's alone while they exist."""
    settings = run(company)
    spill = (
        "create temp table big as select range as n, hash(range)::varchar as t from range(1500000)"
    )
    with (
        run_lock(settings, "a run", print),
        rate_limiter_of(settings)._store(),
    ):
        with open_warehouse(settings.warehouse_path) as connection:
            connection.execute("create table raw.noted as select 1 as n")
            found = modes(settings.data_dir)
            assert_as_promised(settings.data_dir)
        with open_draft(settings) as draft:
            draft.connection.execute(spill)
            found |= modes(settings.data_dir)
            assert_as_promised(settings.data_dir)
    assert {
        "warehouse.duckdb.wal",
        "state/spill",
        "state/calls.sqlite-journal",
        "state/run.lock.holder.json",
        "releases/.draft.tmp",
    } <= found.keys()
    assert any(name.startswith("state/spill/") for name in found)


@pytest.mark.parametrize("umask", [0o022], indirect=True)
def test_files_of_an_earlier_version_are_closed(company: Company) -> None:
    """What an earlier version left open to others is the user's alone after the next run."""
    settings = run(company)
    for name in ("warehouse.duckdb", "state/calls.sqlite"):
        (settings.data_dir / name).chmod(0o644)
    settings.state_dir.chmod(0o755)
    run(company)
    assert_as_promised(settings.data_dir)


def test_a_folder_that_was_closed_on_purpose_stays_closed(tmp_path: Path) -> None:
    """A data folder that its owner closed to others is not opened by a run."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    public_folder(folder)
    private_folder(folder / "state")
    assert modes(folder) == {".": "0o700", "state": "0o700"}


def test_everybody_reaches_a_data_folder_below_new_folders(umask: int, tmp_path: Path) -> None:
    """Folders made on the way to what is published are as open as it is."""
    public_folder(tmp_path / "srv" / "cin7" / "data")
    assert modes(tmp_path / "srv") == dict.fromkeys([".", "cin7", "cin7/data"], "0o755")


def test_a_private_file_keeps_what_it_holds(tmp_path: Path) -> None:
    """Closing a file that is there changes its mode and nothing else."""
    path = tmp_path / "kept"
    path.write_text("as it was")
    path.chmod(0o644)
    private_file(path)
    assert path.read_text() == "as it was"
    assert modes(tmp_path)["kept"] == "0o600"


def test_a_disk_that_takes_no_modes_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder on a disk that cannot be written to is left as it is, so that Dagster still loads."""

    def refuse(_path: Path, _mode: int) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    set_mode(tmp_path, 0o700)
    assert modes(tmp_path) == {".": "0o755"}
