"""The one reader of the environment and of .env: every key typed, documented, secrets masked.

`python -m bot.settings` prints .env.example. Importing this module reads nothing: `load` does.
"""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingError

ADDRESSES = ("openai_base_url", "chroma_url", "otlp_endpoint")
"""Settings that take the address of a server."""


class Settings(BaseSettings):
    """All keys, in upper case in the environment; `description` is what .env.example says of each."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        str_strip_whitespace=True,
    )

    knowledge_dir: Path = Field(Path("knowledge"), description="Folder with the ticket files.")
    index_dir: Path = Field(Path("var/index"), description="Folder of the index builds.")
    chroma_url: str | None = Field(
        None, description="A Chroma server's address, such as http://chroma:8000: the index is there, for all hosts."
    )
    chroma_token: SecretStr | None = Field(None, description="Bearer token of that server, or of a proxy before it.")
    chroma_database: str = Field(
        "default_database",
        pattern=r"^[A-Za-z0-9_-]{3,60}$",
        description="Database on that server: one for each desk, or they replace each other's index.",
    )
    database_url: str = Field(
        "sqlite:///var/desk.sqlite3", description="Where conversations, feedback and hand-overs are kept."
    )
    embedding: Literal["use", "e5", "openai"] = Field(
        "use", description="Embedding: use or e5 (both local, inside a wheel) or openai (any compatible server)."
    )
    heads_embedding: Literal["e5", "none"] = Field(
        "e5", description="Second embedding, of titles and questions alone: found better, 10 ms and more a question."
    )
    embedding_model: str = Field("text-embedding-3-small", description="Model name for EMBEDDING=openai.")
    openai_api_key: SecretStr | None = Field(
        None, description="Key of the model server; unset means the built-in extractive writer."
    )
    openai_base_url: str | None = Field(
        None, description="Address of an OpenAI-compatible server, such as http://127.0.0.1:11434/v1."
    )
    chat_model: str = Field("gpt-4o-mini", description="Model that writes replies.")
    llm_gguf: Path | None = Field(
        None, description="A model file (GGUF) to serve inside the process; goes before a model server."
    )
    llm_timeout: float = Field(20.0, gt=0, le=300, description="Seconds within which a reply is whole.")
    llm_retries: int = Field(1, ge=0, le=5, description="Further tries of a model within that time.")
    price_prompt: float = Field(0.0, ge=0, description="Price of a million tokens of prompt, for evaluation reports.")
    price_completion: float = Field(0.0, ge=0, description="Price of a million tokens that a model writes.")
    passage_tokens: int = Field(256, ge=32, le=2048, description="Token budget of a passage.")
    evidence_tokens: int = Field(2000, ge=200, le=32000, description="Token budget of the evidence in a prompt.")
    question_chars: int = Field(8000, ge=50, le=100_000, description="Longest question accepted.")
    vendor_domains: str = Field(
        "qiniu.com,qiniu.cn", description="The vendor's own domains: their links are kept in tickets and replies."
    )
    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(7860, ge=1, le=65535, description="Port to serve on.")
    api_key: SecretStr | None = Field(
        None, description="Bearer token of the API, beside clients' own; unset means others get in from loopback only."
    )
    staff_key: SecretStr | None = Field(
        None, description="Bearer token of programs for /api/draft and /metrics, beside clients' own keys."
    )
    sso_header: str = Field(
        "", description="Header in which a trusted proxy names the account that is signed in there; empty means off."
    )
    sso_proxies: str = Field("127.0.0.1/32,::1/128", description="Networks of the proxies trusted with SSO_HEADER.")
    embed_origins: str = Field(
        "", description="Sites that may show the chat in a frame, such as https://shop.example; comma between them."
    )
    four_eyes: bool = Field(True, description="Whether a reply for reuse is approved by another than who proposed it.")
    service_hours: str = Field(
        "", description="When people answer, such as Mon-Fri 09:00-18:00; Sat 10:00-16:00. Empty means always."
    )
    closed_days: str = Field("", description="Days without service, such as 2027-01-01,2027-02-17.")
    timezone: str = Field("Asia/Shanghai", description="Time zone of SERVICE_HOURS and of the staff pages.")
    webhook_url: SecretStr | None = Field(None, description="Address of a chat robot that is told of new hand-overs.")
    webhook_kind: Literal["wecom", "dingtalk", "feishu"] = Field("wecom", description="Whose robot that is.")
    webhook_secret: SecretStr | None = Field(None, description="Signing secret of a DingTalk or Feishu robot.")
    desk_url: str = Field("", description="Address of this app as agents reach it, for links in messages.")
    generations: int = Field(
        0,
        ge=0,
        le=1000,
        description="Replies written at once, page and API together, others wait; 0: twice the cores, 32 with a model.",
    )
    proxies: str = Field(
        "", description="Networks of reverse proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8."
    )
    rate_questions: str = Field("60/minute;1200/hour", description="Questions of one address on the page; empty: any.")
    rate_images: str = Field("20/minute;120/hour", description="Screenshots of one address; empty: any number.")
    rate_handovers: str = Field("10/minute;60/hour", description="Hand-overs of one address; empty: any number.")
    rate_storage: str = Field(
        "",
        description="Where rates are counted: memory://, database or redis://host:6379; empty: in the database if that "
        "is PostgreSQL, which several workers share, otherwise in memory.",
    )
    keep_days: int = Field(365, ge=0, le=36500, description="Days that conversations are kept; 0 means for good.")
    audit_days: int = Field(730, ge=0, le=36500, description="Days that the audit log is kept; 0 means for good.")
    otlp_endpoint: str | None = Field(
        None, description="OpenTelemetry collector for traces, such as http://127.0.0.1:4318; no text is in them."
    )
    langsmith_texts: bool = Field(
        False,
        description="Whether LangChain sends what customers and tickets say out of the house, to LangSmith; its own "
        "LANGSMITH_API_KEY and LANGSMITH_ENDPOINT say where, its own switches do nothing.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Log level.")
    log_format: Literal["text", "json"] = Field("text", description="Lines for a person, or JSON for a collector.")

    @field_validator(
        *(
            *ADDRESSES,
            "chroma_token",
            "openai_api_key",
            "llm_gguf",
            "api_key",
            "staff_key",
            "webhook_url",
            "webhook_secret",
        ),
        mode="before",
    )
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator(*ADDRESSES)
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("no web address")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value


def load(**overrides: object) -> Settings:
    """Settings from `overrides`, the environment and .env, in that order.

    Raises SettingError with one sentence that names each bad key, what it got and what it takes.
    """
    if unknown := sorted(set(overrides) - set(Settings.model_fields)):
        raise TypeError(f"no such setting: {', '.join(unknown)}")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = {str(item["loc"][0]): item["input"] for item in error.errors()}
        raise SettingError(" ".join(_complaint(name, got) for name, got in problems.items())) from None
    except (OSError, UnicodeDecodeError):
        raise SettingError("The file .env cannot be read: it must be a UTF-8 text file you may read.") from None


def example() -> str:
    """The text of .env.example: each key with its meaning, what it takes and its default."""
    lines = ["# Copy to .env, take the # from a line to set it. The environment wins over .env."]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        takes = _takes(name, field)
        meaning = field.description if takes == "text" else f"{field.description} Takes {takes}."
        lines += ["", f"# {meaning}", f"# {name.upper()}={default}"]
    return "\n".join(lines) + "\n"


def _complaint(name: str, got: object) -> str:
    field = Settings.model_fields[name]
    shown = "a secret value" if SecretStr in _choices(field.annotation) else repr(got)
    return f"Setting {name.upper()} got {shown}, but it takes {_takes(name, field)}."


def _takes(name: str, field: FieldInfo) -> str:
    kinds = _choices(field.annotation)
    if typing.get_origin(kinds[0]) is Literal:
        return "one of " + ", ".join(typing.get_args(kinds[0]))
    if name == "chroma_database":
        return "3 to 60 letters, digits, - or _"
    if name in ADDRESSES:
        return "an address that starts with http:// or https://"
    if kinds[0] is bool:
        return "true or false"
    if kinds[0] in (int, float):
        noun = "a whole number" if kinds[0] is int else "a number"
        return noun + _bounds(field)
    return "a path" if kinds[0] is Path else "text"


def _choices(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of a type: `X | None` gives (X, None)."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.get_args(annotation)
    return (annotation,)


def _bounds(field: FieldInfo) -> str:
    words = {"ge": "at least", "gt": "above", "le": "at most"}
    limits = [
        f"{word} {getattr(rule, key)}" for rule in field.metadata for key, word in words.items() if hasattr(rule, key)
    ]
    return " " + " and ".join(limits) if limits else ""


if __name__ == "__main__":
    print(example(), end="")
