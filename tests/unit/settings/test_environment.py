"""Rules of the environment and of the CSV files that people edit."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings import (
    DEFAULT_CHANNEL_RULES,
    Settings,
    load_business_settings,
    load_settings,
)


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(__import__("os").environ):
        if name.startswith("CIN7_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_credentials_the_sandbox_is_used() -> None:
    """An empty environment is enough to run."""
    settings = load_settings()
    assert settings.uses_sandbox
    assert settings.lookback_of("sales_orders") == 90


def test_one_credential_without_its_twin_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a pair of credentials never falls back to the sandbox."""
    monkeypatch.setenv("CIN7_USERNAME", "acme")
    with pytest.raises(SettingsError, match="CIN7_API_KEY is missing"):
        load_settings()


def test_an_own_account_needs_its_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Local dates of a real account are never guessed from a default zone."""
    monkeypatch.setenv("CIN7_USERNAME", "acme")
    monkeypatch.setenv("CIN7_API_KEY", "k")
    with pytest.raises(SettingsError, match="CIN7_TIME_ZONE is missing"):
        load_settings()


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One message names all faults, each with its value."""
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS", "ninety")
    monkeypatch.setenv("CIN7_TIME_ZONE", "Sydney")
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS_FOR__ORDERS", "3")
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    text = str(refusal.value)
    assert "CIN7_LOOKBACK_DAYS='ninety'" in text
    assert "CIN7_TIME_ZONE='Sydney': is no IANA time zone" in text
    assert "sales_orders" in text


def test_credentials_show_in_no_repr_and_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings' repr nor a refusal shows a credential."""
    monkeypatch.setenv("CIN7_USERNAME", "acme-user")
    monkeypatch.setenv("CIN7_API_KEY", "s3cret")
    monkeypatch.setenv("CIN7_TIME_ZONE", "UTC")
    settings = load_settings()
    assert "s3cret" not in repr(settings) + str(settings) + settings.key_id
    assert "acme-user" not in repr(settings) + str(settings)
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS", "0")
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert "s3cret" not in str(refusal.value) + repr(refusal.value.__cause__)


def test_a_lookback_can_be_set_for_one_entity(monkeypatch: pytest.MonkeyPatch) -> None:
    """`CIN7_LOOKBACK_DAYS_FOR__<ENTITY>` wins over the general lookback, and a short one is warned of."""
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS_FOR__BRANCH_TRANSFERS", "2")
    settings = load_settings()
    assert settings.lookback_of("branch_transfers") == 2
    assert settings.lookback_of("sales_orders") == 90
    assert "BRANCH_TRANSFERS=2 is below 7" in settings.warnings()[0]


def test_a_misspelt_variable_is_warned_of_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that no setting reads is named, set here or in `.env`, with what was likely meant."""
    (tmp_path / ".env").write_text("CIN7_APIKEY=s3cret\nOTHER=1\n")
    monkeypatch.setenv("CIN7_LOOKBACK_DAY", "120")
    monkeypatch.setenv("CIN7_COLOUR", "blue")
    monkeypatch.setenv("cin7_calls_per_day", "4000")
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS_FOR__STOCK", "30")
    assert load_settings().warnings() == [
        "CIN7_APIKEY is no setting and was ignored; perhaps CIN7_API_KEY was meant",
        "CIN7_COLOUR is no setting and was ignored; .env.example lists all settings",
        "CIN7_LOOKBACK_DAY is no setting and was ignored; perhaps CIN7_LOOKBACK_DAYS was meant",
    ]


def test_the_example_sets_nothing_that_is_not_read(tmp_path: Path) -> None:
    """Whoever copies `.env.example` is warned of nothing, and finds every setting in it."""
    text = (Path(__file__).parents[3] / ".env.example").read_text()
    (tmp_path / ".env").write_text(text)
    assert load_settings().warnings() == []
    assert [name for name in Settings.model_fields if f"CIN7_{name.upper()}" not in text] == []


def test_as_of_fixes_the_clock() -> None:
    """With CIN7_AS_OF every run sees the same moment."""
    assert load_settings(as_of="2026-03-01T00:00:00Z").now() == datetime(2026, 3, 1, tzinfo=UTC)


def test_without_files_only_shopify_is_left_out(tmp_path: Path) -> None:
    """The built-in channel rule is the only business setting of a fresh clone."""
    business = load_business_settings(tmp_path)
    assert business.channels == (DEFAULT_CHANNEL_RULES,)
    assert business.warehouses == ()


def test_a_spreadsheet_export_is_read(tmp_path: Path) -> None:
    """A byte-order mark, semicolons, blank rows and spaces of a spreadsheet do no harm."""
    text = "\ufeffbranch_id;warehouse;is_enabled\n3; Main DC ;TRUE\n;;\n"
    (tmp_path / "warehouses.csv").write_text(text, encoding="utf-8")
    (rule,) = load_business_settings(tmp_path).warehouses
    assert (rule.branch_id, rule.warehouse, rule.is_enabled) == (3, "Main DC", True)


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    """A refusal names file, line, value and what would be right, for all files at once."""
    (tmp_path / "warehouses.csv").write_text(
        "branch_id,warehouse,is_enabled\nthree,Main,yes\n4,unmapped,yes\n5,East,yes\n6,East,no\n5,East,yes\n"
    )
    (tmp_path / "channels.csv").write_text(
        "priority,field,pattern,channel,is_included\n1,sauce,%,A,1\n"
    )
    (tmp_path / "customer_groups.csv").write_text("name,included\nStaff,no\n")
    with pytest.raises(SettingsError) as refusal:
        load_business_settings(tmp_path)
    text = str(refusal.value)
    assert "warehouses.csv:2: branch_id is 'three'" in text
    assert "may not be called 'unmapped'" in text
    assert "'East' is enabled in one row and not in another" in text
    assert "warehouses.csv:6: 5 stands twice" in text
    assert "channels.csv:2: field is 'sauce'" in text
    assert (
        "customer_groups.csv:1: the columns are 'name, included'; they must be group, is_included"
        in text
    )


def test_items_that_replace_one_another_are_refused(tmp_path: Path) -> None:
    """Each row of a circle of successors is named; an item that is only like another closes none."""
    (tmp_path / "item_links.csv").write_text(
        "from_sku,to_sku,kind,share,from_day\n"
        "A,B,successor,1,2026-01-01\nB,C,successor,1,2026-03-01\nC,A,successor,1,2026-05-01\n"
        "C,D,successor,1,2026-05-01\nD,B,like,1,2026-01-01\n"
    )
    with pytest.raises(SettingsError) as refusal:
        load_business_settings(tmp_path)
    faults = str(refusal.value).splitlines()[1:]
    assert [fault.split(":")[1] for fault in faults] == ["2", "3", "4"]
    assert "'A' is replaced by 'B', which it replaces in turn" in faults[0]


def test_custom_fields_are_mapped_by_entity(tmp_path: Path) -> None:
    """Each entity has its own mapping, and the same code or name may stand for two of them."""
    (tmp_path / "custom_fields.csv").write_text(
        "entity,cin7_field,name\nsales_orders,orders_1000,Route\npurchase_orders,orders_1000,Route\n"
    )
    business = load_business_settings(tmp_path)
    assert business.custom_fields_of("sales_orders") == ("orders_1000",)
    assert business.custom_fields_of("products") == ()


def test_a_wrong_mapping_of_custom_fields_is_refused(tmp_path: Path) -> None:
    """An entity without custom fields, a code that is none, and what stands twice are all named."""
    (tmp_path / "custom_fields.csv").write_text(
        'entity,cin7_field,name\nstock,a_1,A\nproducts,"a_1,b_2",A\nproducts,a_1,\n'
        "contacts,members_1,Group\ncontacts,Members_1,Tier\ncontacts,members_2,Group\n"
    )
    with pytest.raises(SettingsError) as refusal:
        load_business_settings(tmp_path)
    text = str(refusal.value)
    assert "custom_fields.csv:2: entity is 'stock': has no custom fields that are read" in text
    assert (
        "sales_orders, purchase_orders, branch_transfers, credit_notes, products, contacts" in text
    )
    assert "custom_fields.csv:3: cin7_field is 'a_1,b_2': is no code" in text
    assert "custom_fields.csv:4: name is ''" in text
    assert "custom_fields.csv:6: 'contacts members_1' stands twice" in text
    assert "custom_fields.csv:7: 'contacts Group' stands twice" in text


def test_the_example_files_are_right() -> None:
    """What people copy to begin with is accepted as it is."""
    folder = Path(__file__).parents[3] / "data" / "settings"
    examples = sorted(folder.glob("*.example.csv"))
    assert len(examples) == 7
    for example in examples:
        Path(example.name.replace(".example", "")).write_text(example.read_text())
    business = load_business_settings(Path())
    assert business.custom_fields_of("sales_orders") == ("orders_1000",)
    assert len(business.warehouses) == 4


@pytest.mark.parametrize(
    ("address", "is_told"),
    [
        ("http://api.cin7.com/api", True),
        ("HTTP://proxy.example:8080", True),
        ("https://api.cin7.com/api", False),
        ("http://127.0.0.1:8707/api", False),
        ("http://[::1]:8707/api", False),
        ("http://localhost/api", False),
    ],
)
def test_a_key_that_anybody_could_read_on_its_way_is_warned_of(address: str, is_told: bool) -> None:
    """Without TLS the key leaves this machine in clear text."""
    settings = load_settings(username="me", api_key="k", time_zone="UTC", base_url=address)
    told = [each for each in settings.warnings() if "http://" in each]
    assert bool(told) is is_told
    assert "proxy.example" not in "".join(told)


def test_a_settings_file_of_another_name_is_warned_of(tmp_path: Path) -> None:
    """A rule that nobody reads would else be missed in silence."""
    folder = tmp_path / "settings"
    folder.mkdir()
    for name in (
        "Warehouses.csv",
        "channel.csv",
        "channels.csv",
        "channels.example.csv",
        "notes.txt",
    ):
        (folder / name).touch()
    [capital, singular] = load_settings(data_dir=tmp_path).warnings()
    assert "Warehouses.csv is read by nothing: the files are called channels, warehouses" in capital
    assert "channel.csv is read by nothing" in singular
