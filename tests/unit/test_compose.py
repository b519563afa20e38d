"""Nobody can start an engine in a unit test, so what must hold of the deployment is held on its text."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
ENV_EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<operator>:-|:\?)(?P<rest>[^}]*)\}")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|AUTH_STRING|TOKEN")
PINNED = re.compile(r"^[\w./-]+:(\d+\.\d+[\w.-]*|RELEASE\.[\w-]+Z)$")


def settings_of(env_file: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", env_file, re.MULTILINE))


def written_out(text: str) -> str:
    """The text with every variable that has a default replaced by it."""
    return VARIABLE.sub(lambda found: found["rest"] if found["operator"] == ":-" else found[0], text)


def literal_secrets(environment: dict[str, str]) -> list[str]:
    """The variables whose name promises a secret and whose value does not come from a required variable."""
    return [
        name
        for name, value in environment.items()
        if SECRET_NAME.search(name) and not any(v["operator"] == ":?" for v in VARIABLE.finditer(value))
    ]


def is_pinned(image: str) -> bool:
    return bool(PINNED.match(written_out(image)))


def is_on_loopback(port: str) -> bool:
    return bool(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", written_out(port)))


def test_the_services_are_those_that_people_are_told_about() -> None:
    assert set(SERVICES) == {"minio", "prefect-server", "postgres", "mariadb", "worker", "setup", "page"}


def test_every_variable_has_a_default_or_is_required() -> None:
    assert "$" not in VARIABLE.sub("", COMPOSE)


def test_every_variable_is_explained_in_the_example_with_the_same_default() -> None:
    example = settings_of(ENV_EXAMPLE)
    used = {found["name"]: found for found in VARIABLE.finditer(COMPOSE)}
    assert set(used) == set(example)
    defaults = {name: found["rest"] for name, found in used.items() if found["operator"] == ":-"}
    assert defaults == {name: example[name] for name in defaults}


@pytest.mark.parametrize("name", SERVICES)
def test_no_password_is_written_down_or_has_a_default(name: str) -> None:
    assert literal_secrets(SERVICES[name]["environment"]) == []


def test_passwords_in_the_example_are_empty() -> None:
    passwords = {name: value for name, value in settings_of(ENV_EXAMPLE).items() if SECRET_NAME.search(name)}
    services = ("MINIO_ROOT", "PREFECT", "POSTGRES", "MARIADB", "MARIADB_ROOT", "UPLOAD")
    assert passwords == {f"{service}_PASSWORD": "" for service in services}


@pytest.mark.parametrize(
    "offence", ["minioadmin", "${POSTGRES_PASSWORD:-prefect}", "abasto:${PREFECT_PASSWORD-secret}", ""]
)
def test_a_literal_password_is_noticed(offence: str) -> None:
    assert literal_secrets({"POSTGRES_PASSWORD": offence, "POSTGRES_USER": "prefect"}) == [
        "POSTGRES_PASSWORD"
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_bound_to_this_machine(name: str) -> None:
    assert all(is_on_loopback(port) for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("offence", ["9000:9000", "0.0.0.0:9000:9000", "${OBJECT_STORE_PORT:-9000}:9000"])
def test_an_open_port_is_noticed(offence: str) -> None:
    assert not is_on_loopback(offence)


def test_the_store_and_the_prefect_server_are_where_the_books_say() -> None:
    ports = {written_out(port) for service in SERVICES.values() for port in service.get("ports", [])}
    assert ports == {f"127.0.0.1:{port}:{port}" for port in (9000, 9001, 4200, 3306, 8501)}


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    assert is_pinned(SERVICES[name]["image"])


@pytest.mark.parametrize(
    "offence", ["postgres", "postgres:latest", "postgres:17", "${IMAGE:-pgsty/silo:latest}"]
)
def test_a_floating_image_is_noticed(offence: str) -> None:
    assert not is_pinned(offence)


def test_our_image_carries_our_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    ours = {name for name, service in SERVICES.items() if service["image"] == f"abasto:{version}"}
    assert (
        ours
        == {"prefect-server", "setup", "worker", "page"}
        == {name for name in SERVICES if "build" in SERVICES[name]}
    )


@pytest.mark.parametrize("name", SERVICES)
def test_services_stay_up_and_say_that_they_are_well(name: str) -> None:
    service = SERVICES[name]
    if name == "setup":
        assert service["restart"].startswith("on-failure:")
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"


def test_nothing_starts_before_what_it_needs() -> None:
    needs = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    healthy = dict.fromkeys(("minio", "mariadb", "prefect-server"), "service_healthy")
    assert needs == {
        "minio": {},
        "postgres": {},
        "mariadb": {},
        "prefect-server": {"postgres": "service_healthy"},
        "setup": healthy,
        "worker": healthy | {"setup": "service_completed_successfully"},
        "page": healthy | {"setup": "service_completed_successfully"},
    }


def test_what_is_kept_lies_in_named_volumes() -> None:
    kept = {name: [v.split(":")[0] for v in service.get("volumes", [])] for name, service in SERVICES.items()}
    assert kept == {
        "minio": ["objects"],
        "postgres": ["runs"],
        "mariadb": ["tables"],
        "prefect-server": [],
        "setup": ["home"],
        "worker": ["home"],
        "page": ["home"],
    }
    assert set(yaml.safe_load(COMPOSE)["volumes"]) == {"objects", "runs", "tables", "home"}
    home = re.search(r"ABASTO_HOME=(\S+)", DOCKERFILE)
    assert home is not None
    assert SERVICES["setup"]["volumes"] == SERVICES["worker"]["volumes"] == [f"home:{home[1]}"]


def test_the_prefect_server_asks_its_clients_for_the_password_they_have() -> None:
    wanted = SERVICES["prefect-server"]["environment"]["PREFECT_SERVER_API_AUTH_STRING"]
    assert wanted.startswith("abasto:")
    for client in ("setup", "worker"):
        assert SERVICES[client]["environment"]["PREFECT_API_AUTH_STRING"] == wanted


def test_the_database_of_the_flows_is_the_one_that_is_there() -> None:
    server = SERVICES["mariadb"]["environment"]
    for client in ("setup", "worker"):
        url = make_url(
            SERVICES[client]["environment"]["ABASTO_DATABASE_URL"].replace(":?see .env.example", "")
        )
        assert (url.username, url.database) == (server["MARIADB_USER"], server["MARIADB_DATABASE"])
        assert f"${{{'MARIADB_PASSWORD'}}}" == url.password
        assert url.host in SERVICES


def test_a_run_is_heard_of_before_its_silence_counts_as_a_crash() -> None:
    assert int(SERVICES["worker"]["environment"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"]) * 3 <= 90


def test_nothing_phones_home() -> None:
    server = SERVICES["prefect-server"]["environment"]
    assert (server["PREFECT_SERVER_ANALYTICS_ENABLED"], server["DO_NOT_TRACK"]) == ("false", "1")
    assert SERVICES["minio"]["environment"]["MINIO_UPDATE"] == "off"


def test_the_line_in_the_example_makes_an_env_file_and_never_replaces_one(tmp_path: Path) -> None:
    line = next(line for line in ENV_EXAMPLE.splitlines() if "python3 -c " in line).lstrip("# ")
    line = line.replace("python3", f'"{sys.executable}"', 1)
    (tmp_path / ".env.example").write_text(ENV_EXAMPLE, encoding="utf-8")

    subprocess.run(line, shell=True, cwd=tmp_path, check=True)  # noqa: S602 - as a person would type it
    made = tmp_path / ".env"
    first = made.read_text(encoding="utf-8")
    passwords = [value for name, value in settings_of(first).items() if SECRET_NAME.search(name)]
    assert all(re.fullmatch(r"[0-9a-f]{32}", password) for password in passwords)
    assert len(set(passwords)) == 6
    assert made.stat().st_mode & 0o077 == 0

    again = subprocess.run(line, shell=True, cwd=tmp_path, check=False, capture_output=True, text=True)  # noqa: S602
    assert again.returncode != 0
    assert "FileExistsError" in again.stderr
    assert made.read_text(encoding="utf-8") == first


def test_the_image_is_built_on_a_pinned_base_with_the_makefiles_installer_and_runs_as_nobody_special() -> (
    None
):
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert len(bases) == 1
    assert all(is_pinned(base) for base in bases)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"uv==([\d.]+)", DOCKERFILE) == re.findall(r"UV_VERSION := ([\d.]+)", makefile)
    assert re.findall(r"^USER (\w+)", DOCKERFILE, re.MULTILINE) == ["abasto"]


def test_the_image_holds_every_room_and_nothing_that_was_not_named() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    rooms = PYPROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    assert rules[0] == "*"
    assert {f"!{room.rstrip('*')}/" for room in rooms} <= set(rules)
