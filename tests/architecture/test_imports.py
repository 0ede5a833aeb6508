"""Imports run one way, and the pure packages need nothing but Python."""

import ast
import subprocess
import sys

import pytest
from importlinter.api import read_configuration
from importlinter.cli import lint_imports

from tests.architecture.source import ROOT, at, functions, modules

PURE = (
    "salvation.domain",
    "salvation.flow.table",
    "salvation.tables.model",
    "salvation.intake.model",
    "cases.rules",
    "salvation.registers.rules",
)
BLOCKED = ("django", "rest_framework", "celery", "openpyxl", "weasyprint", "psycopg2", "docx", "redis")
# Where an import may stand in a function, and why.
IN_FUNCTIONS = {
    "salvation/embedded.py": "the embedded server is absent in production images",
}

PROBE = """
import importlib, pkgutil, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError(f"{{name}} is blocked")

sys.meta_path.insert(0, Blocked())
for name in {pure!r}:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), f"{{name}}."):
        importlib.import_module(found.name)
"""


def test_the_import_contracts_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    outcome = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert outcome == 0, capsys.readouterr().out
    assert len(read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]) >= 2


def test_pure_packages_import_with_every_framework_blocked() -> None:
    probe = PROBE.format(blocked=set(BLOCKED), pure=PURE)
    run = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_pure_packages_stand_under_empty_package_files() -> None:
    parents = {name.rpartition(".")[0] for name in PURE} | {"cases", "cases.rules", "salvation.domain"}
    for parent in parents:
        assert (ROOT / parent.replace(".", "/") / "__init__.py").read_text(encoding="utf-8") == "", parent


def test_every_rules_package_is_pure_by_contract() -> None:
    rooms = {module.name.split(".rules")[0] + ".rules" for module in modules() if ".rules" in module.name}
    assert rooms <= set(PURE)


def test_imports_stand_at_the_top_of_the_file() -> None:
    hidden = []
    for module in modules():
        if module.place in IN_FUNCTIONS:
            continue
        for function in functions(module):
            if module.path.name == "apps.py" and function.name == "ready":
                continue
            hidden += [
                at(module, node)
                for node in ast.walk(function)
                if isinstance(node, ast.Import | ast.ImportFrom)
            ]
    assert hidden == []
