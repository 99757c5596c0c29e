"""The files for containers name what is there: no engine runs where the tests do."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bot.settings import Settings

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]


def test_workers_are_given_settings_that_exist() -> None:
    for name in ("one", "two"):
        given = SERVICES[name]["environment"]
        assert given["CHROMA_URL"] == "http://chroma:8000" and "chroma" in SERVICES
        assert {key.lower() for key in given} - set(Settings.model_fields) == {"pgpassword"}
        # A password may hold what an address would have to escape: PostgreSQL's library takes it from beside.
        assert given["DATABASE_URL"] == "postgresql://desk@postgres/desk"
        assert given["PGPASSWORD"] == SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"]
        Settings(
            _env_file=None, **{key.lower(): str(value).split(":-")[-1].rstrip("}") for key, value in given.items()}
        )


def test_the_database_is_healthy_once_it_is_there_for_others() -> None:
    """While its image sets itself up, a server answers on its socket alone, and goes away again."""
    assert SERVICES["postgres"]["healthcheck"]["test"][1:4] == ["pg_isready", "-h", "127.0.0.1"]


def test_the_images_are_of_the_versions_that_are_tested() -> None:
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M))
    assert SERVICES["chroma"]["image"] == f"chromadb/chroma:{locked['chromadb']}"
    assert (ROOT / "Dockerfile").read_text("utf-8").count("FROM python:3.11-") == 1


def test_what_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.M)
    assert len(copied) > 4 and all((ROOT / path).exists() for path in copied)
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert not set(ignored) & set(copied) and {".env", ".git", "var"} <= set(ignored)


def test_the_proxy_knows_the_workers_and_they_believe_it() -> None:
    wanted = set(re.findall(r'"\$(\w+)"', (ROOT / "docs" / "haproxy.cfg").read_text("utf-8")))
    assert wanted == set(SERVICES["proxy"]["environment"]) == {"BIND", "WORKER1", "WORKER2"}
    assert {SERVICES["proxy"]["environment"][f"WORKER{n}"] for n in (1, 2)} == {"one:7860", "two:7860"}
    subnet = COMPOSE["networks"]["default"]["ipam"]["config"][0]["subnet"]
    assert SERVICES["one"]["environment"]["PROXIES"] == subnet
