"""What the text of one setting must be, as rules for pydantic: each returns the value or says what is right.

The settings that follow these rules are declared in `settings` and `business_settings`; here stands nothing
that depends on another setting.
"""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
from pydantic import AfterValidator, BeforeValidator, SecretStr

from cin7_pipeline.omni.endpoints import ENDPOINTS

# Names that Python takes for this machine's own files; DuckDB knows only the zones of the IANA.
NOT_OF_IANA = re.compile(r"(localtime|posixrules|(posix|right)/.*)", re.IGNORECASE)
# Cin7 is younger than the first; the second leaves room to count days without leaving the calendar.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,30}\s*")
YES, NO = {"yes", "y", "true", "t", "on", "1"}, {"no", "n", "false", "f", "off", "0"}
# DuckDB takes these in the path of a database for something else.
UNSAFE_FOLDER = re.compile(r"[\\?\0]|^[A-Za-z]\w+:")


def whole_number(value: Any) -> Any:
    """A text of plain digits as it is; nothing is guessed from `1_000`, `1e3` or `7.0`."""
    if isinstance(value, str) and not WHOLE_NUMBER.fullmatch(value):
        msg = "is no whole number; write digits only, like 90"
        raise ValueError(msg)
    return value


def yes_or_no(value: Any) -> Any:
    """A text as what it says."""
    if not isinstance(value, str):
        return value
    word = value.casefold()
    if word not in YES | NO:
        msg = "is neither; write yes or no"
        raise ValueError(msg)
    return word in YES


def not_blank(text: str) -> str:
    """The text, if there is one."""
    if not text.strip():
        msg = "is blank; write a name"
        raise ValueError(msg)
    return text


def iso_day(value: Any) -> Any:
    """A text as the day it names; a bare number, which could be a year or a count of seconds, is none."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        msg = "is no day; write one like 2023-01-01"
        raise ValueError(msg) from None


def iso_moment(value: Any) -> Any:
    """A text as the moment it names, in UTC; one without a zone is taken for UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            msg = "is no moment; write one like 2026-06-30T05:00:00Z"
            raise ValueError(msg) from None
    if not isinstance(value, datetime):
        return value
    try:
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return value.replace(tzinfo=UTC)  # at the calendar's end, which `within_calendar` refuses


def within_calendar(value: date) -> date:
    """The day or moment, if Cin7 can have data of it."""
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST_DAY <= day <= LAST_DAY:
        msg = f"lies outside {FIRST_DAY.year} to {LAST_DAY.year}"
        raise ValueError(msg)
    return value


def known_time_zone(name: str) -> str:
    """The name, if it is one of the IANA time zones."""
    try:
        zone = None if NOT_OF_IANA.fullmatch(name) else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        zone = None
    if zone is None:
        msg = "is no IANA time zone; write one like Australia/Sydney or Europe/London"
        raise ValueError(msg)
    return name


def known_entity(name: str) -> str:
    """The name, if an endpoint is called so."""
    if name not in ENDPOINTS:
        msg = f"is no entity; the entities are {', '.join(ENDPOINTS)}"
        raise ValueError(msg)
    return name


def web_address(text: str) -> str:
    """The address of an API: a host and perhaps a path, and nothing that would be sent along."""
    try:
        parts, url = urlsplit(text), httpx.URL(text)
        is_right = parts.scheme in ("http", "https") and bool(url.host) and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        is_right = False
    if not is_right or not text.isprintable() or re.search(r"[\s?#@]", text):
        msg = "is no address of an API; write one like https://api.cin7.com/api"
        raise ValueError(msg)
    return text


def credential(secret: SecretStr) -> SecretStr:
    """The secret, if it can be sent as it is: text on one line, without blanks around it."""
    text = secret.get_secret_value()
    if text != text.strip() or not text.isprintable():
        msg = "begins or ends with a blank, or holds a line break; copy it again from Cin7"
        raise ValueError(msg)
    return secret


def username(secret: SecretStr) -> SecretStr:
    """The same for a username, which ends for HTTP at its first colon."""
    if ":" in secret.get_secret_value():
        msg = "holds a colon, which no username of Cin7 has; copy it again from Cin7"
        raise ValueError(msg)
    return credential(secret)


def folder(path: Path) -> Path:
    """The folder, with `~` for the home folder, if DuckDB can keep a database in it."""
    if UNSAFE_FOLDER.search(str(path)):
        msg = "cannot hold a database: its path must have no \\, no ?, and no word: in front"
        raise ValueError(msg)
    try:
        return path.expanduser()
    except RuntimeError:
        msg = "begins with ~ and a name that is no user; write the path in full"
        raise ValueError(msg) from None


def one_line(text: str) -> str:
    """The text, if a person can see all of it."""
    if not text.strip() or not text.isprintable():
        msg = "is blank or holds a line break; write a name"
        raise ValueError(msg)
    return text


WholeNumber = Annotated[int, BeforeValidator(whole_number)]
YesOrNo = Annotated[bool, BeforeValidator(yes_or_no)]
Name = Annotated[str, AfterValidator(not_blank)]
Day = Annotated[date, BeforeValidator(iso_day), AfterValidator(within_calendar)]
Moment = Annotated[datetime, BeforeValidator(iso_moment), AfterValidator(within_calendar)]
TimeZone = Annotated[str, AfterValidator(known_time_zone)]
Entity = Annotated[str, AfterValidator(known_entity)]
WebAddress = Annotated[str, AfterValidator(web_address)]
Credential = Annotated[SecretStr, AfterValidator(credential)]
Username = Annotated[SecretStr, AfterValidator(username)]
Folder = Annotated[Path, AfterValidator(folder)]
OneLine = Annotated[str, AfterValidator(one_line)]
