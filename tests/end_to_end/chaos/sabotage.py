"""This module defines the troubles of a day: functions that spoil the day's plan, chosen at random by seed.

What can go wrong at a call is the sandbox's (`sandbox/server/faults.py`), how a run is killed is in
`processes`, what must hold afterwards in `checks`.
"""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from cin7_pipeline.omni.endpoints import DOCUMENTS
from cin7_pipeline.sandbox.server.faults import Failure
from cin7_pipeline.sandbox.server.where import Record
from cin7_pipeline.sandbox.simulation.clock import seeded_rng
from tests.end_to_end.chaos.account import OPENED_ON, Account
from tests.end_to_end.chaos.child import PHASES, Order
from tests.end_to_end.chaos.processes import Kill, Start
from tests.end_to_end.rules import COMPANY, Rules
from tests.end_to_end.scenario import environment

# Hours after the quiet night at which people are at work, so that a clock that moves meets edits.
MIDDAY = timedelta(hours=9)
# How far into a phase a kill comes at most, in seconds: about as long as the phase lasts.
LENGTHS = {
    "reading": 0.3,
    "merging with dlt": 0.7,
    "committing the load": 0.03,
    "auditing a model": 0.005,
    "writing a release": 0.4,
    "flipping a link": 0.003,
}
ENTRIES = {
    "reading": 2,
    "merging with dlt": 2,
    "committing the load": 2,
    "auditing a model": 100,
    "flipping a link": 3,
}
DOCUMENT_RESOURCES = {endpoint.path.rsplit("/", 1)[-1] for endpoint in DOCUMENTS}
# What no shop has, and a typo, an import or another program can write.
ODD_NUMBERS = (0.0001, -5, 1e9, 987654321012.5, 9.3e15, 5e-7, None)
ODD_TIMES = ("0026-03-01T00:00:00Z", "2206-01-01T00:00:00Z", "9999-12-31T23:59:59Z", None)
WINDOWED = {"createdDate", "modifiedDate"}
ALTERED = {"SalesOrders", "PurchaseOrders", "CreditNotes", "Adjustments"}
# Without these the others are read all the same.
REFUSABLE = sorted({*DOCUMENT_RESOURCES, "Contacts"})


Trouble = Callable[["Day"], None]


@dataclass
class Day:
    """The plan of one day: who runs, under which limits, and what was done to it."""

    account: Account
    dice: random.Random
    orders: list[Callable[..., Order]] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    kills: dict[int, Kill] = field(default_factory=dict)
    troubles: list["Trouble"] = field(default_factory=list)
    is_moving: bool = False
    ends_with_a_sync: bool = False
    refuses_settings: bool = False
    wrong_runs: list[Callable[[], Order]] = field(default_factory=list)
    ahead: timedelta | None = None
    as_of: datetime | None = None

    def starts(self) -> list[Start]:
        """The runs, in the order they are started."""
        return [
            Start(order(**self.limits), after=0.3 * place, kill=self.kills.get(place))
            for place, order in enumerate(self.orders)
        ]

    def some_days(self) -> tuple[date, date]:
        """Return some days of the account so far, mostly inside one slice."""
        today = self.account.now.date()
        first = OPENED_ON + timedelta(days=self.dice.randrange((today - OPENED_ON).days))
        length = self.dice.choice([0, 2, 6, 13, 27, 50])
        return first, min(first + timedelta(days=length), today)


def failing_calls(day: Day) -> None:
    """Calls fail by chance, in every way, and every 429 names another wait."""
    faults = day.account.faults
    faults.rng = seeded_rng(day.dice.getrandbits(32))
    faults.failure_chance = day.dice.choice([0.05, 0.1, 0.2, 0.45])
    faults.retry_after = "any"
    faults.error_body = day.dice.choice(["string", "object", "html", "empty"])
    faults.stall_seconds = 6.0
    hanging = (Failure.STALLED,) if day.dice.random() < 0.1 else ()
    quick = [failure for failure in Failure if failure is not Failure.STALLED]
    faults.failures = (*day.dice.sample(quick, day.dice.randint(2, len(quick))), *hanging)


def hours_to_wait(day: Day) -> None:
    """At some call Cin7 says that the day is spent."""
    faults = day.account.faults
    faults.retry_after = "hours"
    faults.rng = seeded_rng(day.dice.getrandbits(32))
    faults.failures, faults.failure_chance = (Failure.TOO_MANY_REQUESTS,), 0.04


def rows_that_come_twice(day: Day) -> None:
    """The last row of a page comes again on the next."""
    day.account.faults.duplicate_rows_across_pages = True


def an_ignored_id_filter(day: Day) -> None:
    """The server loses comparisons of ids, always or beside others."""
    day.account.faults.ids_filter = day.dice.choice(["dropped_when_combined", "ignored"])


def an_ignored_parameter(day: Day) -> None:
    """The server ignores in which order, or which fields, it is asked for."""
    faults = day.account.faults
    faults.ignored_parameters = {day.dice.choice(["order", "fields"])}
    faults.default_direction = day.dice.choice(["ASC", "DESC"])


def unknown_fields(day: Day) -> None:
    """Records carry fields that nobody declared."""
    day.account.faults.extra_fields = {"brandNewField": {"deep": [1, None]}}


def ties_longer_than_a_page(day: Day) -> None:
    """Pages are so short that one option's stock fills several."""
    day.limits["page_rows"] = day.dice.choice([3, 7, 20])


def edits_while_pages_are_read(day: Day) -> None:
    """The clock runs on between the pages of documents, in the middle of the working day.

    It stands still once the stock is read: of what changes later, only the documents would tell.
    """
    account, dice = day.account, seeded_rng(day.dice.getrandbits(32))
    day.is_moving = True
    account.move_to(account.now + MIDDAY)

    closing_time = account.now + timedelta(hours=4)

    read: set[str] = set()

    def run_on(resource: str, _page: int) -> None:
        read.add(resource)
        if resource in DOCUMENT_RESOURCES and "Stock" not in read and account.now < closing_time:
            account.move_to(account.now + timedelta(seconds=dice.choice([1, 30, 120, 600])))

    account.faults.edit_while_reading = run_on


def a_visibility_lag(day: Day) -> None:
    """What was just modified is not listed yet; a later run of the same day finds it."""
    if not day.is_moving:
        day.account.move_to(day.account.now + MIDDAY)
    day.account.faults.visibility_lag_seconds = day.dice.choice([60, 900])
    day.is_moving = day.ends_with_a_sync = True


def overlapping_runs(day: Day) -> None:
    """A backfill and one more sync are started while the first run is on."""
    days = day.some_days()
    day.orders.append(lambda **limits: day.account.resync(*days, **limits))
    if day.dice.random() < 0.5:
        day.orders.append(day.account.sync)


def a_backfill(day: Day) -> None:
    """Some days of history are read instead of the lookback."""
    days, account = day.some_days(), day.account
    by_job = day.dice.random() < 0.1
    resync = account.historical_resync if by_job else account.resync
    day.orders[0] = lambda **limits: resync(*days, **limits)


def edited_settings(day: Day) -> None:
    """Somebody edits the settings files."""
    day.account.obey_rules(other_rules(day.dice))


def wrong_settings(day: Day) -> None:
    """Somebody saves a settings file that makes no sense; it is refused until it is corrected."""
    path = day.account.settings.rules_dir / "channels.csv"
    path.write_text("priority,field,pattern,channel,is_included\n1,colour,%red%,Red,perhaps\n")
    day.refuses_settings = True


def odd_values(day: Day) -> None:
    """Recent orders and credit notes come with numbers and dates that cannot be, for a day.

    Transfers are not among them: what is under way is kept as it was read that day.
    """
    salt = day.dice.getrandbits(32)
    since = f"{day.account.now - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"

    def alter(resource: str, record: Record) -> Record:
        dice = seeded_rng(salt, resource, record.get("id"))
        is_recent = resource in ALTERED and str(record["modifiedDate"]) >= since
        return odd_record(record, dice) if is_recent and dice.random() < 0.3 else record

    day.account.faults.alters = alter


def odd_record(record: Record, dice: random.Random) -> Record:
    """Return a record in which half of the numbers and times of it and its lines are odd."""
    odd = dict(record)
    for name, value in record.items():
        if name == "lineItems":
            odd[name] = [odd_record(line, dice) for line in value]
        elif name.lower().endswith("id") or name in WINDOWED or dice.random() < 0.5:
            continue
        elif isinstance(value, float) or name.startswith("qty"):
            odd[name] = dice.choice(ODD_NUMBERS)
        elif name.endswith("Date"):
            odd[name] = dice.choice(ODD_TIMES)
    return odd


def refused_resources(day: Day) -> None:
    """The key loses the permission for some resources, for days; all others are read meanwhile."""
    for resource in day.dice.sample(REFUSABLE, day.dice.randint(1, 2)):
        day.account.refused[resource] = day.dice.randint(1, 4)


def lists_that_leave_ids_out(day: Day) -> None:
    """A list of ids that were asked for lacks some of them, though they are there."""
    salt = day.dice.getrandbits(32)

    def is_left_out(_resource: str, where: str, record: Record) -> bool:
        return " IN " in where.upper() and hash((salt, record.get("id"))) % 3 == 0

    day.account.faults.leaves_out = is_left_out


def a_clock_set_back(day: Day) -> None:
    """A sync is started on a machine whose clock is days behind, or with a forgotten CIN7_AS_OF."""
    account, back = day.account, timedelta(days=day.dice.choice([1, 3, 40]))
    day.wrong_runs.append(
        lambda: account.wrong_run("sync", moment=account.last_written_at() - back)
    )


def a_clock_set_ahead(day: Day) -> None:
    """A sync runs on a machine whose clock is days ahead; then the clock is set right, and people say so."""
    day.ahead = timedelta(days=day.dice.choice([1, 2, 5, 40]))


def a_fixed_time(day: Day) -> None:
    """Somebody publishes the tables of another time, and forgets CIN7_AS_OF when they sync."""
    account = day.account
    moment = day.as_of = account.now + timedelta(days=day.dice.choice([-20, -3, -1, 1, 10]))
    day.wrong_runs.append(lambda: account.sync_as_of(moment))


def a_forgotten_environment(day: Day) -> None:
    """A command is run without `.env`, or with another time zone."""
    account = day.account
    settings = environment(account.folder, account.server.base_url, 1)
    key = {name: settings[name] for name in ("CIN7_USERNAME", "CIN7_API_KEY", "CIN7_BASE_URL")}
    given = day.dice.choice([{"LANG": "C"}, key | {"CIN7_TIME_ZONE": "America/New_York"}])
    command = day.dice.choice(["sync", "build", "publish"])
    day.wrong_runs.append(lambda: account.wrong_run(command, **given))


def a_full_disk(day: Day) -> None:
    """The kernel refuses to let any file grow beyond a size: as a full disk, in the middle of a write.

    The limit is RLIMIT_FSIZE of the run's own process, so that nothing else on the machine suffers.
    """
    path = day.account.settings.warehouse_path
    size = path.stat().st_size if path.exists() else 1_000_000
    day.limits["largest_file"] = max(20_000, int(size * day.dice.uniform(0.01, 1.1)))


def lost_folders(day: Day) -> None:
    """The working folders of dlt and everything temporary are gone."""
    shutil.rmtree(day.account.settings.state_dir / "dlt", ignore_errors=True)
    shutil.rmtree(day.account.temporary, ignore_errors=True)


def a_kill(day: Day) -> None:
    """A run is killed at a random moment, or a random moment into a phase."""
    place = day.dice.randrange(len(day.orders))
    day.kills[place] = a_random_kill(day.dice)


def a_random_kill(dice: random.Random, phase: str | None = None) -> Kill:
    """Any moment of a run, or one inside a phase: six in seven are aimed."""
    phase = phase or dice.choice([*PHASES, None])
    if phase is None:
        return Kill(dice.uniform(0.1, 6.0))
    delay = 0.0 if dice.random() < 0.3 else dice.uniform(0, LENGTHS[phase])
    return Kill(delay, phase, dice.randint(1, ENTRIES.get(phase, 1)))


def other_rules(dice: random.Random) -> Rules:
    """Rules that a company could have: other warehouses, channels and groups, or none at all."""
    names = dict.fromkeys(name for name, _ in COMPANY.warehouses.values())
    enabled = {name: dice.random() < 0.8 for name in names}
    warehouses = {
        branch: (name, enabled[name])
        for branch, (name, _) in COMPANY.warehouses.items()
        if dice.random() < 0.85
    }
    return replace(
        COMPANY,
        warehouses=warehouses if dice.random() < 0.8 else {},
        channels=tuple(rule for rule in COMPANY.channels if dice.random() < 0.7),
        customer_groups={g: dice.random() < 0.5 for g in COMPANY.customer_groups},
        ships_from=dice.choice(["branch", "distribution_branch"]),
    )


# In the order in which they are done to a day, each with its weight.
TROUBLES: dict[Trouble, float] = {
    a_backfill: 2,
    overlapping_runs: 2,
    edits_while_pages_are_read: 1.5,
    a_visibility_lag: 0.7,
    failing_calls: 4,
    hours_to_wait: 0.7,
    rows_that_come_twice: 1,
    an_ignored_id_filter: 1,
    an_ignored_parameter: 1,
    unknown_fields: 0.5,
    ties_longer_than_a_page: 1,
    edited_settings: 1,
    wrong_settings: 0.3,
    odd_values: 1,
    refused_resources: 1,
    lists_that_leave_ids_out: 1,
    a_clock_set_back: 1,
    a_clock_set_ahead: 0.7,
    a_fixed_time: 0.7,
    a_forgotten_environment: 1,
    a_full_disk: 1.2,
    lost_folders: 1,
}
FOR_ONE_RUN = (edits_while_pages_are_read, a_visibility_lag)
KILL_CHANCE = 0.75
JOB_CHANCE = 0.1


def spoil(day: Day) -> None:
    """Choose the day's runs and one to three troubles, and do them to it."""
    dice = day.dice
    day.orders.append(day.account.daily_sync if dice.random() < JOB_CHANCE else day.account.sync)
    count = dice.choice([1, 1, 2, 3])
    chosen = set(dice.choices(list(TROUBLES), list(TROUBLES.values()), k=count))
    for trouble in TROUBLES:
        if trouble in chosen:
            inflict(day, trouble)
    if dice.random() < KILL_CHANCE:
        inflict(day, a_kill)


def inflict(day: Day, trouble: Trouble) -> None:
    """Do one trouble to the day; a clock that runs on is for days with one run."""
    if trouble in FOR_ONE_RUN and len(day.orders) > 1:
        return
    trouble(day)
    day.troubles.append(trouble)


def met(day: Day, was_killed: bool) -> list[str]:
    """The names of the day's troubles that came true: kills in time, calls that did fail."""
    missed: set[Trouble] = set() if was_killed else {a_kill}
    if not day.account.faults.taken:
        missed |= {failing_calls, hours_to_wait}
    return [each.__name__.replace("_", " ") for each in day.troubles if each not in missed]
