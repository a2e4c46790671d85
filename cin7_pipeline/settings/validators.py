"""This module says what the text of a setting must be: types for pydantic, with the words of a refusal.

Rules that concern several settings are declared with them, in `environment` and `business`.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

# Only for the names: a setting about an entity that does not exist is refused before anything is read.
from cin7_pipeline.omni.endpoints import ENDPOINTS

# Every planning table is made of these; without them it would say that nothing is sold, bought or stocked.
NEEDED = {"sales_orders", "purchase_orders", "products", "product_options", "branches", "stock"}
OPTIONAL = [name for name in ENDPOINTS if name not in NEEDED]
# Cin7 is younger than the first; the second leaves room to count days without leaving the calendar.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
# Names that Python takes for this machine's own files; DuckDB knows only the zones of the IANA.
NOT_OF_IANA = re.compile(r"(localtime|posixrules|(posix|right)/.*)", re.IGNORECASE)
# DuckDB takes these in the path of a database for something else.
UNSAFE_FOLDER = re.compile(r"[\\?\0]|^[A-Za-z]\w+:")


def reads(parse: Callable[[str], Any], refusal: str) -> BeforeValidator:
    """Make a rule that parses a text; what is no text is left to pydantic."""

    def read(value: Any) -> Any:
        try:
            return parse(value.strip()) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(refusal) from None

    return BeforeValidator(read)


def must(holds: Callable[[Any], object], refusal: str) -> AfterValidator:
    """Make a rule that refuses a value of which `holds` is false or fails."""

    def check(value: Any) -> Any:
        try:
            is_right = holds(value)
        except (ValueError, KeyError, OSError, httpx.InvalidURL):
            is_right = False
        if not is_right:
            raise ValueError(refusal)
        return value

    return AfterValidator(check)


def plain_digits(text: str) -> int:
    """Return the whole number that a text of digits spells."""
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", text):
        raise ValueError  # nothing is guessed from `1_000`, `1e3` or `7.0`
    return int(text)


def utc(text: str) -> datetime:
    """Return a timestamp in UTC; one without a zone is taken as UTC."""
    timestamp = datetime.fromisoformat(text)
    try:
        return timestamp.replace(tzinfo=timestamp.tzinfo or UTC).astimezone(UTC)
    except OverflowError:  # at the calendar's end, and refused as outside of it
        return timestamp.replace(tzinfo=UTC)


def is_web_address(text: str) -> bool:
    """Return whether a text is a host and perhaps a path, and nothing that would be sent along."""
    url, port = httpx.URL(text), urlsplit(text).port
    is_plain = text.isprintable() and not re.search(r"[\s?#@]", text)
    is_host = bool(re.fullmatch(r"[\w:.-]+", url.host))
    return is_plain and is_host and url.scheme in ("http", "https") and port != 0


def is_callable_address(secret: SecretStr) -> bool:
    """Return whether a secret is an address that can be called, with all that follows the host."""
    url = httpx.URL(secret.get_secret_value())
    return url.scheme in ("http", "https") and bool(url.host)


def normal_address(text: str) -> str:
    """Return the one form of an address: scheme and host in lower case, no usual port, no `/` at the end."""
    return str(httpx.URL(text)).rstrip("/")


def can_be_sent(secret: SecretStr) -> bool:
    """Return whether a credential has no blanks around it and nothing that cannot be printed."""
    text = secret.get_secret_value()
    return text == text.strip() and text.isprintable()


def database_folder(path: Path) -> Path:
    """Return the folder, with `~` for the home folder, if DuckDB can keep a database in it."""
    if UNSAFE_FOLDER.search(str(path)):
        msg = "cannot hold a database: its path must have no \\, no ?, and no word: in front"
        raise ValueError(msg)
    try:
        return path.expanduser()
    except RuntimeError:
        msg = "begins with ~ and a name that is no user; write the path in full"
        raise ValueError(msg) from None


# The name of an account or a lake goes into paths, tags of runs and, as that of a schema, into SQL.
PLAIN_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
CATALOG = "ducklake:postgres:"


def is_catalog(secret: SecretStr) -> bool:
    """Return whether a secret names a lake's catalog, with what reaches its database behind it."""
    return secret.get_secret_value().removeprefix(CATALOG) not in ("", secret.get_secret_value())


_in_calendar = must(
    lambda value: FIRST_DAY <= (value.date() if isinstance(value, datetime) else value) <= LAST_DAY,
    f"lies outside {FIRST_DAY.year} to {LAST_DAY.year}",
)
_zone = "is no IANA time zone; write one like Australia/Sydney or Europe/London"
_blank = "begins or ends with a blank, or holds a line break; copy it again from Cin7"
_colon = "holds a colon, which no username of Cin7 has; copy it again from Cin7"
_skippable = (
    f"may only name {', '.join(OPTIONAL)}, with commas between them: no planning table can be made"
    " without the others"
)
_engines = "may only name folders of data/forecasts, of a-z, 0-9 and _, with commas between them"
WholeNumber = Annotated[int, reads(plain_digits, "is no whole number; write digits only, like 90")]
Day = Annotated[
    date, reads(date.fromisoformat, "is no day; write one like 2023-01-01"), _in_calendar
]
Timestamp = Annotated[
    datetime, reads(utc, "is no timestamp; write one like 2026-06-30T05:00:00Z"), _in_calendar
]
TimeZone = Annotated[str, must(lambda t: not NOT_OF_IANA.fullmatch(t) and ZoneInfo(t), _zone)]
Name = Annotated[str, must(str.strip, "is blank; write a name")]
OneLine = Annotated[
    str,
    must(lambda t: t.strip() and t.isprintable(), "is blank or holds a line break; write a name"),
]
WebAddress = Annotated[
    str,
    must(is_web_address, "is no address of an API; write one like https://api.cin7.com/api"),
    AfterValidator(normal_address),
]
SecretAddress = Annotated[
    SecretStr,
    must(can_be_sent, "begins or ends with a blank, or holds a line break; copy it again"),
    must(is_callable_address, "is no web address; write it in full, https:// in front"),
]
CatalogAddress = Annotated[
    SecretStr,
    must(can_be_sent, "begins or ends with a blank, or holds a line break; copy it again"),
    must(is_catalog, f"is no lake; write one like {CATALOG}dbname=lake host=db.internal user=lake"),
]
PlainWord = Annotated[
    str,
    must(
        PLAIN_WORD.fullmatch, "is no plain word; write small letters, digits, - and _, at most 40"
    ),
]
FilesPlace = Annotated[
    str,
    must(
        lambda t: t.isprintable() and re.fullmatch(r"s3://[^/?#]+(/[^?#]*)?|[^:?#]+", t),
        "is neither a folder nor a place like s3://bucket/folder",
    ),
]
Entity = Annotated[
    str, must(ENDPOINTS.__contains__, f"is no entity; the entities are {', '.join(ENDPOINTS)}")
]
SkippedEntities = Annotated[
    frozenset[str],
    NoDecode,
    reads(lambda text: [name.strip() for name in text.split(",")], _skippable),
    must({*OPTIONAL}.issuperset, _skippable),
]
Engines = Annotated[
    tuple[str, ...],
    NoDecode,
    reads(lambda text: tuple(name.strip() for name in text.split(",")), _engines),
    must(lambda names: all(re.fullmatch("[a-z0-9_]+", name) for name in names), _engines),
    must(lambda names: len({*names}) == len(names), "names an engine twice"),
]
Credential = Annotated[SecretStr, must(can_be_sent, _blank)]
Username = Annotated[
    SecretStr, must(lambda s: ":" not in s.get_secret_value(), _colon), must(can_be_sent, _blank)
]
Folder = Annotated[Path, AfterValidator(database_folder)]
