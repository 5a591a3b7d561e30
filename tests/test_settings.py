"""Settings: read once, typed, loud about what is wrong, silent about secrets."""

from __future__ import annotations

import dataclasses
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.settings import SECRET, TREE, VARIABLES, Settings, SettingsError, countries


def test_without_variables_it_is_a_demonstration_on_this_machine_only() -> None:
    settings = Settings.read({})
    assert (settings.host, settings.port, settings.public) == ("127.0.0.1", 8000, False)
    assert settings.home == TREE / "var"
    assert settings.database_url == f"sqlite:///{TREE}/var/signpost.db"
    assert (settings.country, settings.emergency_number, settings.urgent_number) == ("gb", "999", "111")
    assert settings.redis_url is None


def test_each_variable_fills_its_field(tmp_path: Path) -> None:
    settings = Settings.read(
        {
            "SIGNPOST_HOME": str(tmp_path),
            "SIGNPOST_REDIS_URL": "redis://cache/0",
            "SIGNPOST_HOST": " 0.0.0.0 ",
            "SIGNPOST_PORT": "0",
            "SIGNPOST_PUBLIC": "Yes",
            "SIGNPOST_COUNTRY": "TW",
            "SIGNPOST_SESSION_MINUTES": "15",
            "SIGNPOST_TENSORFLOW": "1",
            "PATH": "/bin",
        }
    )
    assert settings.database_url == f"sqlite:///{tmp_path}/signpost.db"
    assert (settings.host, settings.port, settings.public) == ("0.0.0.0", 0, True)
    assert (settings.country, settings.emergency_number, settings.urgent_number) == ("tw", "119", None)
    assert (settings.session_minutes, settings.tensorflow) == (15, True)


def test_every_variable_has_a_field_and_every_field_a_variable() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)}
    # Keys of messaging platforms stand together in one field.
    assert {attribute if "." not in attribute else "channels" for attribute, _ in VARIABLES.values()} == fields
    assert set(VARIABLES) >= SECRET


def test_every_variable_that_the_program_names_is_a_setting() -> None:
    named = set()
    for path in [*(TREE / "bot").rglob("*.py"), *(TREE / "actions").rglob("*.py"), TREE / "Makefile"]:
        named |= set(re.findall(r"SIGNPOST_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert named <= set(VARIABLES)


def test_origins_are_as_a_browser_writes_them() -> None:
    settings = Settings.read(
        {"SIGNPOST_ORIGINS": "https://Clinic.example:443/, http://localhost:3000 https://clinic.example http://a.b:80"}
    )
    assert settings.origins == ("https://clinic.example", "http://localhost:3000", "http://a.b")


def test_an_empty_value_is_not_set() -> None:
    assert Settings.read({"SIGNPOST_PORT": "", "SIGNPOST_HOST": " "}) == Settings.read({})


def test_a_number_given_outright_wins_over_the_country() -> None:
    settings = Settings.read({"SIGNPOST_COUNTRY": "us", "SIGNPOST_EMERGENCY_NUMBER": "112"})
    assert (settings.emergency_number, settings.urgent_number) == ("112", None)
    assert (
        Settings.read({"SIGNPOST_COUNTRY": "us", "SIGNPOST_URGENT_NUMBER": "0800 12-34"}).urgent_number == "0800 12-34"
    )


@pytest.mark.parametrize(
    ("wrong", "right"), [("SIGNPOST_PROT", "SIGNPOST_PORT"), ("SIGNPOST_DATABASE", "SIGNPOST_DATABASE_URL")]
)
def test_a_misspelt_variable_names_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(SettingsError, match=rf"{wrong} is not a setting\. Did you mean {right}\?"):
        Settings.read({wrong: "1"})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SIGNPOST_PORT", "eighty", "a whole number from 0 to 65535"),
        ("SIGNPOST_PORT", "65536", "a whole number from 0 to 65535"),
        ("SIGNPOST_PORT", "-1", "a whole number from 0 to 65535"),
        ("SIGNPOST_PORT", "٣", "a whole number from 0 to 65535"),
        ("SIGNPOST_PUBLIC", "maybe", "yes or no"),
        ("SIGNPOST_COUNTRY", "zz", "gb (United Kingdom)"),
        ("SIGNPOST_EMERGENCY_NUMBER", "call us", "telephone number"),
        ("SIGNPOST_SESSION_MINUTES", "0", "a whole number from 1 to 10080"),
        ("SIGNPOST_KNOWLEDGE_PATH", "/nowhere/at/all", "no such folder"),
        ("SIGNPOST_ORIGINS", "*", "no origin"),
        ("SIGNPOST_ORIGINS", "clinic.example", "no origin"),
        ("SIGNPOST_ORIGINS", "https://clinic.example/chat", "no origin"),
        ("SIGNPOST_ORIGINS", "https://clinic.example:port", "no origin"),
        ("SIGNPOST_ORIGINS", "ftp://clinic.example", "no origin"),
        ("SIGNPOST_ORIGINS", "https://user@clinic.example", "no origin"),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_was_read_and_what_is_allowed(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({name: value})
    assert name in str(caught.value) and repr(value) in str(caught.value) and says in str(caught.value)


@pytest.mark.parametrize("name", sorted(SECRET))
def test_a_secret_is_not_repeated_by_its_error(name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({name: "hunt r2"})
    assert name in str(caught.value) and "hunt r2" not in str(caught.value)


def test_no_secret_is_in_the_repr() -> None:
    settings = Settings.read(
        {
            "SIGNPOST_SECRET": "sesame-sesame-sesame",
            "SIGNPOST_OIDC_CLIENT_SECRET": "sesame-open",
            "SIGNPOST_DATABASE_URL": "postgresql://signpost:sesame@db/signpost",
            "SIGNPOST_REDIS_URL": "redis://:sesame@cache/0",
            "SIGNPOST_TELEGRAM_TOKEN": "sesame",
        }
    )
    assert "sesame" not in repr(settings) and settings.channels["telegram"] == {"token": "sesame"}


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings.read({}).port = 1  # type: ignore[misc]


def test_secrets_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    home = tmp_path / "var"
    first = Settings(home=home).with_secrets()
    again = Settings(home=home).with_secrets()
    assert first.secret and first.secret == again.secret
    assert [path.name for path in home.iterdir()] == ["secret"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {0o600}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_two_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Settings(home=tmp_path / "var").with_secrets().secret, range(32)))
    assert len(set(made)) == 1


def test_given_secrets_are_used_and_nothing_is_written(tmp_path: Path) -> None:
    given = Settings(home=tmp_path, secret="s" * 32)
    assert given.with_secrets() == given
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_says_which_setting_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="SIGNPOST_HOME"):
        Settings(home=tmp_path / "file" / "var").with_secrets()


@pytest.mark.parametrize(
    "broken",
    [
        "default: gb\ncountries: [",
        "countries: {}",
        "default: gb\ncountries: {us: {name: US, emergency: '911', urgent: null}}",
    ],
)
def test_a_broken_table_of_numbers_names_its_file(tmp_path: Path, broken: str) -> None:
    (tmp_path / "emergency_numbers.yml").write_text(broken)
    with pytest.raises(SettingsError, match=re.escape(str(tmp_path / "emergency_numbers.yml"))):
        Settings.read({"SIGNPOST_KNOWLEDGE_PATH": str(tmp_path)})


def test_a_missing_table_of_numbers_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"emergency_numbers\.yml cannot be read"):
        Settings.read({"SIGNPOST_KNOWLEDGE_PATH": str(tmp_path)})


def test_every_country_has_a_number_to_call() -> None:
    default, table = countries(TREE / "knowledge")
    assert default == "gb" and {"eu", "us", "tw"} <= set(table)
    for code, country in table.items():
        assert re.fullmatch("[a-z]{2}", code) and country.name and re.fullmatch(r"\d{3}", country.emergency)


def test_reading_settings_imports_nothing_heavy() -> None:
    code = "import sys, bot.settings; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], cwd=TREE, capture_output=True, text=True, check=True)
    assert {"rasa", "spacy", "sqlalchemy", "typer", "starlette"} & set(shown.stdout.split()) == set()
