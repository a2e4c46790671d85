"""Going back to an earlier release, and forward again: links flip, nothing is written or lost."""

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.warehouse.releases import Releases, current_rollback, roll_back
from tests.sample_shop import cin7
from tests.unit.warehouse.test_draft import MORNING, make_warehouse, release_again, version_of

FIRST, SECOND, THIRD, FOURTH = (f"planning-20260630T060{minute}00Z" for minute in (1, 2, 3, 4))
NOON = MORNING + timedelta(hours=6)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the releases of versions 1, 2 and 3; people read the third."""
    folder = tmp_path_factory.mktemp("published")
    make_warehouse(folder)
    for version in (1, 2, 3):
        release_again(folder, version)
    return folder


@pytest.fixture
def folder(tmp_path: Path, published: Path) -> Path:
    """A copy that the test may change."""
    return shutil.copytree(published, tmp_path / "data", symlinks=True)


def shown_everywhere(folder: Path) -> set[str]:
    """What each of the three links leads to, by the release's name."""
    links = ("planning.duckdb", "cin7.duckdb", "parquet")
    return {(folder / link).resolve().parent.name for link in links}


def test_a_rollback_shows_the_release_before_by_every_link(folder: Path) -> None:
    """The DuckDB file, its other name and the Parquet folder go back together."""
    rollback = roll_back(folder, None, now=NOON)
    assert (rollback.shown, rollback.left) == (SECOND, THIRD)
    assert shown_everywhere(folder) == {SECOND}
    assert version_of(folder / "planning.duckdb") == 2


def test_rolling_back_again_goes_one_further(folder: Path) -> None:
    """Each rollback without a name shows the next older release, until there is none."""
    roll_back(folder, None, now=NOON)
    assert roll_back(folder, None, now=NOON).shown == FIRST
    with pytest.raises(PipelineError, match=f"no release older than {FIRST} is kept"):
        roll_back(folder, None, now=NOON)
    assert shown_everywhere(folder) == {FIRST}


def test_a_release_is_chosen_by_its_name(folder: Path) -> None:
    """Any release that is kept can be shown."""
    assert roll_back(folder, FIRST, now=NOON).shown == FIRST
    assert shown_everywhere(folder) == {FIRST}


@pytest.mark.parametrize("name", ["planning-20260101T000000Z", "../warehouse", ".lock", ""])
def test_an_unknown_release_is_refused_with_those_there_are(folder: Path, name: str) -> None:
    """A name that no release has changes nothing, and the message lists the ones that are kept."""
    with pytest.raises(PipelineError) as refusal:
        roll_back(folder, name, now=NOON)
    assert str(refusal.value) == (
        f"no release is called {name!r}; kept are {THIRD}, {SECOND}, {FIRST}"
    )
    assert shown_everywhere(folder) == {THIRD}
    assert current_rollback(folder) is None


def test_half_a_release_is_no_choice(folder: Path) -> None:
    """What a kill left of a release that it was removing is never shown."""
    (folder / "releases" / SECOND / "cin7.duckdb").unlink()
    assert roll_back(folder, None, now=NOON).shown == FIRST


def test_a_rollback_is_told_until_something_newer_is_published(folder: Path) -> None:
    """Whoever asks learns what is shown, what was left and since when; a publish ends that."""
    assert current_rollback(folder) is None
    rollback = roll_back(folder, None, now=NOON)
    assert current_rollback(folder) == rollback
    assert str(rollback) == f"rolled back to {SECOND} from {THIRD} since 2026-06-30 12:00 UTC"
    release_again(folder, 4)
    assert current_rollback(folder) is None


def test_going_back_to_the_newest_ends_a_rollback(folder: Path) -> None:
    """The newest release is shown again by its name, and nothing is told any more."""
    roll_back(folder, FIRST, now=NOON)
    roll_back(folder, THIRD, now=NOON)
    assert shown_everywhere(folder) == {THIRD}
    assert current_rollback(folder) is None


def test_the_next_publish_goes_forward_and_leaves_the_shown_release_alone(folder: Path) -> None:
    """A new release gets a name of its own; the one that people read stays until they read the new one."""
    roll_back(folder, FIRST, now=NOON)
    before = (folder / "releases" / FIRST / "cin7.duckdb").stat()
    assert release_again(folder, 3).name == f"{THIRD}-2"
    assert version_of(folder / "planning.duckdb") == 3
    after = (folder / "releases" / FIRST / "cin7.duckdb").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_failed_publish_leaves_the_rollback_in_place(folder: Path) -> None:
    """The oldest release is still whole and shown after a publish that failed with `keep=1`."""
    roll_back(folder, FIRST, now=NOON)
    (folder / "parquet").unlink()
    (folder / "parquet").mkdir()
    with pytest.raises(PipelineError, match="is a folder where a link belongs"):
        release_again(folder, 4, keep=1)
    assert version_of(folder / "planning.duckdb") == 1


def test_a_rollback_that_waited_for_a_publish_leaves_what_that_one_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What people read once the lock is free counts, not what they read when going back was asked for."""
    lock = Releases.lock

    def after_a_publish(releases: Releases) -> FileLock:
        monkeypatch.undo()
        release_again(folder, 4)
        return lock(releases)

    monkeypatch.setattr(Releases, "lock", after_a_publish)
    rollback = roll_back(folder, None, now=NOON)
    assert (rollback.shown, rollback.left) == (THIRD, FOURTH)


def test_nothing_published_is_nothing_to_roll_back(tmp_path: Path) -> None:
    """An empty data folder is answered with the first step."""
    with pytest.raises(PipelineError, match="run `cin7 sync`"):
        roll_back(tmp_path, None, now=NOON)
    assert list(tmp_path.iterdir()) == []


def test_past_releases_are_thinned(tmp_path: Path) -> None:
    """The newest stay, and of the others the last of each of 14 days, 8 weeks and 12 months."""
    releases = Releases(tmp_path)
    days = [
        MORNING - timedelta(days=number, hours=hour) for number in range(500) for hour in (0, 2)
    ]
    for day in days:
        (releases.folder / f"planning-{day:%Y%m%dT%H%M%SZ}").mkdir(parents=True)
    looked_at = releases.folder / "planning-20260601T000000Z-as-of-20250101T000000Z"
    looked_at.mkdir()
    releases.remove_old(3, keep_past=True)
    kept = sorted(path.name[9:20] for path in releases.folder.iterdir())
    last_of = {f"{day:%Y-%m-%d}": day for day in days[::-1]}.values()
    by_week = {f"{day:%G-%V}": day for day in sorted(last_of)}
    by_month = {f"{day:%Y-%m}": day for day in sorted(last_of)}
    wanted = {*days[:3], *sorted(last_of)[-14:]}
    wanted |= {*list(by_week.values())[-8:], *list(by_month.values())[-12:]}
    assert kept == sorted(f"{day:%Y%m%dT%H}" for day in wanted)
    assert len(kept) < 35
    releases.remove_old(3, keep_past=False)
    assert len(list(releases.folder.iterdir())) == 3


def test_releases_are_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, time, size and which one people read; nothing where nothing is published."""
    first, *_, last = Releases(folder).listed()
    assert (first.name, first.is_shown, last.is_shown) == (THIRD, True, False)
    assert first.made_at == MORNING + timedelta(minutes=3)
    assert first.bytes > 0
    monkeypatch.setenv("CIN7_DATA_DIR", str(folder))
    said = cin7("releases").output
    assert said.count("planning-2026") == 3
    assert said.count("current") == 1
    monkeypatch.setenv("CIN7_DATA_DIR", str(folder / "nothing"))
    assert "Nothing is published yet" in cin7("releases").output


def test_a_release_that_somebody_wrote_into_is_noticed(folder: Path) -> None:
    """Modes do not bind root: what a client without `read_only` changed is told."""
    assert not Releases(folder).was_changed(THIRD)
    file = folder / "releases" / THIRD / "cin7.duckdb"
    file.chmod(0o600)
    with duckdb.connect(file) as connection:
        connection.execute("delete from planning.sales_lines")
    assert Releases(folder).was_changed(THIRD)
