"""The container files say only what exists: commands, variables, paths, secrets. No container is started here."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from salvation.celery import app as celery_app

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
# What images of others read.
IMAGES = {
    "database": {"POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"},
    "proxy": set(re.findall(r"\{\$(\w+)", (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8"))),
}
READERS = {"flag", "number", "text", "words", "secret"}
# Set by ourselves while starting, not by an operator.
OWN = {"DJANGO_SETTINGS_MODULE"}


def sources() -> list[Path]:
    return [*(ROOT / "salvation").rglob("*.py"), ROOT / "deploy" / "gunicorn.conf.py"]


def read_variables() -> set[str]:
    """Names of the variables that the program reads, from its source."""
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            owner = ast.unparse(node.func.value)
            reads = (owner == "env" and node.func.attr in READERS) or (
                owner == "os.environ" and node.func.attr == "get"
            )
            if reads and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found - OWN


def interpolated() -> set[str]:
    """Variables that docker-compose.yml itself asks for."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return set(re.findall(r"(?<!\$)\$\{(\w+)", text))


def listed(path: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_example_lists_exactly_what_is_read() -> None:
    assert listed(".env.example", r"^([A-Z][A-Z0-9_]+)=") == read_variables() | interpolated()


def test_the_handbook_explains_exactly_what_is_read() -> None:
    assert listed("docs/operations.md", r"^\| `([A-Z][A-Z0-9_]+)` \|") == read_variables() | interpolated()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_variable_that_is_set_is_read_by_somebody(name: str) -> None:
    given = set(SERVICES[name].get("environment", {}))
    known = read_variables() if name in OURS else IMAGES.get(name, set())
    assert {variable.removesuffix("_FILE") if name in OURS else variable for variable in given} <= known


@pytest.mark.parametrize("name", OURS)
def test_every_secret_file_is_a_secret_of_the_service(name: str) -> None:
    service = SERVICES[name]
    files = [value for key, value in service["environment"].items() if key.endswith("_FILE")]
    command = " ".join(service["command"])
    named = {Path(value).name for value in [*files, *re.findall(r"/run/secrets/\w+", command)]}
    assert named == set(service["secrets"]) <= set(COMPOSE["secrets"])


def test_every_secret_is_made_by_the_script_and_none_lies_in_the_repository() -> None:
    script = (ROOT / "deploy" / "make_secrets.sh").read_text(encoding="utf-8")
    made = set(re.findall(r"^make (\w+)", script, re.MULTILINE))
    assert made == set(COMPOSE["secrets"])
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "deploy/secrets/"} <= set(ignored)
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./deploy/secrets/")


def commands() -> list[tuple[str, list[str]]]:
    found = [(name, list(SERVICES[name]["command"])) for name in OURS]
    checks = [(name, SERVICES[name].get("healthcheck", {}).get("test", [])) for name in OURS]
    found += [(name, list(test[1:])) for name, test in checks if test[:1] == ["CMD"]]
    return found


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda given: str(given)[:40])
def test_every_command_exists(name: str, command: list[str]) -> None:
    if command[0] == "python":
        assert command[1] == "manage.py"
        app = get_commands()[command[2]]
        assert isinstance(app, str)
        parser = load_command_class(app, command[2]).create_parser("manage.py", command[2])
        parser.parse_args(command[3:])
    elif command[0] == "celery":
        assert command[1:3] == ["-A", "salvation"]
        assert {"jobs.execute", "jobs.tick", "journal.seal"} <= set(celery_app.tasks)
    else:
        assert command[0] == "gunicorn"
        module = ROOT / (command[1].replace(".", "/") + ".py")
        assert "application = " in module.read_text(encoding="utf-8")
        assert (ROOT / command[3]).is_file()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_hardened_watched_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    once = service["restart"] == "no"
    assert once or service["restart"] == "unless-stopped"
    if name in OURS:
        assert service["cap_drop"] == ["ALL"]
    assert once or "healthcheck" in service or (name in OURS and "HEALTHCHECK" in DOCKERFILE)
    assert "privileged" not in service


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert all("front" not in SERVICES[name]["networks"] for name in SERVICES if name not in ("proxy", "web"))


def test_every_volume_and_file_that_is_mounted_exists() -> None:
    made = {"./deploy/certificates", "./deploy/fonts", "./backups"}
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source in COMPOSE["volumes"] or source in made or (ROOT / source).exists(), source


def test_every_service_waited_for_exists_and_can_be_waited_for() -> None:
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            other = SERVICES[name]
            if how["condition"] == "service_healthy":
                assert "healthcheck" in other or name in OURS
            else:
                assert other["restart"] == "no"


def test_the_image_copies_what_is_there_and_runs_as_nobody_special() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users == ["10001:10001"]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    copied = {
        source
        for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert {f"!{source}" for source in copied} == {line for line in ignored if line.startswith("!")}


def test_the_image_brings_a_pg_dump_of_the_servers_version() -> None:
    server = int(re.search(r"postgres:(\d+)", SERVICES["database"]["image"]).group(1))  # type: ignore[union-attr]
    client = int(re.search(r"postgresql-client-(\d+)", DOCKERFILE).group(1))  # type: ignore[union-attr]
    assert client >= server >= 17


def test_the_proxy_speaks_to_the_web_service_and_hides_readiness() -> None:
    text = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    assert "dynamic a web 8000" in text
    assert "@inside path /readyz" in text
    assert text.count("{") == text.count("}")
    assert 'bind = "0.0.0.0:8000"' in (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
