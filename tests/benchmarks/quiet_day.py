"""The quiet day: the same window again with one order in a hundred changed, and sixty such days.

A day's pages are written beforehand and served by this process, so that only reading, deciding and merging
count. The account of the last row is small and has every entity.
"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import msgspec

from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import read_entities
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from tests.benchmarks.loading import company
from tests.benchmarks.measuring import Finding, Way, costs
from tests.benchmarks.orders import NOW, page_files, write_pages
from tests.benchmarks.page_server import serve

SIZES = (20_000, 60_000, 200_000)
ORDERS_OF_MANY_DAYS = 20_000
DAYS = 60
ONE_IN = 100
# The same on every day: an account is known by its address.
PORT = 8709
TINY = Size(products=10, orders_per_day=1)


def findings(folder: Path) -> Iterator[Finding]:
    """CPU, rows and bytes of a quiet day, and what dlt costs whatever there is to load."""
    for orders in SIZES:
        yield _quiet(folder / str(orders), orders)
    yield from _many_days(folder)
    yield _overhead(folder)


def _quiet(folder: Path, orders: int) -> Finding:
    pages, loaded = write_pages(folder, orders), folder / "loaded"
    _load(pages, loaded)
    tomorrow = _changed_pages(pages, folder / "tomorrow", day=1)
    with serve(pages) as today_url, serve(tomorrow, PORT) as tomorrow_url:
        found = costs(
            {
                "first": Way("quiet_day:first_load", (today_url,)),
                "quiet": Way("quiet_day:quiet_load", (tomorrow_url, loaded)),
            }
        )
    first, quiet = found["first"], found["quiet"]
    share = quiet.cpu / first.cpu
    figures = f"{quiet.cpu:.1f} s / {first.cpu:.1f} s = {share:.0%}; {quiet.peak_mb:.0f} MB"
    question = f"CPU of {orders:,} orders with 1 % changed / of the first load"
    return Finding(question, figures, "≤ 40 %", share <= 0.4)


def _many_days(folder: Path) -> Iterator[Finding]:
    pages, home = write_pages(folder, ORDERS_OF_MANY_DAYS), folder / "many"
    _load(pages, home)
    rewritten = set()
    for day in range(1, DAYS + 1):
        pages = _changed_pages(pages, folder / f"day-{day % 2}", day)
        rewritten.add(_load(pages, home, day))
    wanted = ORDERS_OF_MANY_DAYS // ONE_IN
    figures = f"{sorted(rewritten)} of {ORDERS_OF_MANY_DAYS:,}"
    question = f"Orders rewritten on each of {DAYS} days"
    yield Finding(question, figures, f"{wanted}", rewritten == {wanted})
    yield _size(home / "warehouse.duckdb", folder / "compacted.duckdb")


def _size(warehouse: Path, compacted: Path) -> Finding:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as used (read_only)")
        connection.execute(f"attach '{compacted}' as compacted")
        connection.execute("copy from database used to compacted")
    used, least = warehouse.stat().st_size, compacted.stat().st_size
    figures = f"{used / 1e6:.1f} MB / {least / 1e6:.1f} MB = {used / least:.2f} ×"
    question = f"The warehouse after {DAYS} days / compacted"
    return Finding(question, figures, "≤ 1.3 ×", used / least <= 1.3)


def _overhead(folder: Path) -> Finding:
    """A load of few records of every entity, against the same where nothing is new: dlt is not run."""
    account = MerchantAccount(Merchant(opened_on=date(2026, 6, 1), size=TINY))
    with SandboxServer(account, clock=lambda: NOW, limits=None) as server:
        home = folder / "tiny"
        load_everything(server.base_url, home)
        found = costs(
            {
                "import": Way("quiet_day:import_dlt"),
                "nothing": Way("measuring:nothing"),
                "all new": Way("quiet_day:load_everything", (server.base_url, folder / "absent")),
                "none new": Way("quiet_day:load_again", (server.base_url, home)),
            }
        )
    overhead = found["all new"].cpu - found["none new"].cpu
    imported = found["import"].cpu - found["nothing"].cpu
    figures = f"{overhead + imported:.1f} s, of it {imported:.1f} s its import"
    return Finding(
        "CPU of dlt for all entities, two runs", figures, "< 3 s", overhead + imported < 3
    )


def first_load(url: str) -> None:
    """Into a new warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        _read(url, Path(folder))


def quiet_load(url: str, loaded: str) -> None:
    """Into a copy of a warehouse that holds the day before."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(loaded, home)
        _read(url, home, day=1)


def load_everything(url: str, home: str | Path) -> None:
    """Every entity, documents first, as a sync does; the folder is new each time."""
    shutil.rmtree(home, ignore_errors=True)
    _read_all(url, Path(home))


def load_again(url: str, home: str) -> None:
    """The same into a copy of a warehouse that has everything."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy)
        _read_all(url, copy)


def import_dlt() -> None:
    """What every process that loads pays first."""
    import dlt

    assert dlt


def _read_all(url: str, home: Path) -> None:
    settings = company(url, home)
    read_entities(settings, dict.fromkeys(ENDPOINTS)).raise_failures()


def _load(pages: Path, home: Path, day: int = 0) -> int:
    """One load of the orders of these pages; how many of them were rewritten."""
    with serve(pages, PORT) as url:
        return _read(url, home, day)


def _read(url: str, home: Path, day: int = 0) -> int:
    settings = company(url, home, NOW + timedelta(days=day))
    outcome = read_entities(settings, {"sales_orders": None})
    outcome.raise_failures()
    (report,) = outcome.reports
    return report.new + report.changed


def _changed_pages(pages: Path, folder: Path, day: int) -> Path:
    """The pages as they are a day later: every hundredth order was edited, each day others."""
    folder.mkdir(exist_ok=True)
    for file in page_files(pages):
        orders = msgspec.json.decode(file.read_bytes())
        for order in orders:
            if order["id"] % ONE_IN == day % ONE_IN:
                order["customerOrderNo"] = f"edited on day {day}"
        (folder / file.name).write_bytes(msgspec.json.encode(orders))
    return folder
