from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.errors import SettingError
from bot.settings import Settings


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    return tmp_path / ".env"


@pytest.mark.parametrize(
    ("key", "value", "takes"),
    [
        ("PORT", "0", "a whole number at least 1 and at most 65535"),
        ("PORT", "web", "a whole number at least 1 and at most 65535"),
        ("PORT", "80.5", "a whole number at least 1 and at most 65535"),
        ("LLM_TIMEOUT", "0", "a number above 0 and at most 300"),
        ("LLM_TIMEOUT", "soon", "a number above 0 and at most 300"),
        ("LLM_RETRIES", "-1", "a whole number at least 0 and at most 5"),
        ("PASSAGE_TOKENS", "8", "a whole number at least 32 and at most 2048"),
        ("EMBEDDING", "bert", "one of use, e5, openai"),
        ("LOG_LEVEL", "LOUD", "one of DEBUG, INFO, WARNING, ERROR"),
        ("OPENAI_BASE_URL", "localhost:8080/v1", "an address that starts with http:// or https://"),
    ],
)
def test_a_wrong_value_names_key_value_and_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, takes: str
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingError) as caught:
        settings.load()
    assert str(caught.value) == f"Setting {key} got '{value}', but it takes {takes}."


def test_every_wrong_key_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("EMBEDDING", "y")
    with pytest.raises(SettingError, match=r"(?s)EMBEDDING.*PORT"):
        settings.load()


@pytest.mark.parametrize("name", ["api_key", "staff_key", "openai_api_key"])
def test_a_secret_is_never_shown(name: str) -> None:
    with pytest.raises(SettingError) as caught:
        settings.load(**{name: ["s3cret"]})
    assert "s3cret" not in str(caught.value)
    loaded = settings.load(**{name: "s3cret"})
    assert "s3cret" not in f"{loaded!r} {loaded}"
    assert getattr(loaded, name).get_secret_value() == "s3cret"


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
@pytest.mark.parametrize("key", ["API_KEY", "STAFF_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_a_blank_value_is_unset(monkeypatch: pytest.MonkeyPatch, key: str, blank: str) -> None:
    monkeypatch.setenv(key, blank)
    assert getattr(settings.load(), key.lower()) is None


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("PORT", " 8000 ", 8000),
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("INDEX_DIR", "/data/索引", Path("/data/索引")),
        ("CHAT_MODEL", " qwen ", "qwen"),
        ("PORT", "", 7860),
    ],
)
def test_values_are_taken_as_meant(monkeypatch: pytest.MonkeyPatch, key: str, value: str, expected: object) -> None:
    monkeypatch.setenv(key, value)
    assert getattr(settings.load(), key.lower()) == expected


def test_override_wins_over_environment_and_environment_over_file(
    monkeypatch: pytest.MonkeyPatch, dotenv: Path
) -> None:
    dotenv.write_text("PORT=1001\nHOST=0.0.0.0\nCHAT_MODEL=from-file\nSOMETHING_ELSE=1\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "1002")
    monkeypatch.setenv("HOST", "::1")
    loaded = settings.load(host="127.0.0.2")
    assert (loaded.chat_model, loaded.port, loaded.host) == ("from-file", 1002, "127.0.0.2")


def test_a_file_that_is_no_text_is_told(dotenv: Path) -> None:
    dotenv.write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingError, match=r"\.env cannot be read"):
        settings.load()


def test_an_override_that_is_no_setting_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="porrt"):
        settings.load(porrt=1)
