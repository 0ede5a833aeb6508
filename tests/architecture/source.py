"""The product's own source, read once: files, syntax trees, functions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("salvation", "cases", "funds", "audits", "reports")


@dataclass(frozen=True)
class Module:
    """One Python file of the product. ``place`` is its path from the root, for messages."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def name(self) -> str:
        return self.place.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@cache
def modules() -> tuple[Module, ...]:
    """Every file of the apps but migrations."""
    found = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and "__pycache__" not in path.parts:
                text = path.read_text(encoding="utf-8")
                found.append(Module(path, text, ast.parse(text)))
    return tuple(found)


@cache
def templates() -> tuple[Path, ...]:
    return tuple(sorted((ROOT / "templates").rglob("*.html")))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.AST) -> int:
    """Lines from ``def`` to the last statement."""
    return int(function.end_lineno) - int(function.lineno) + 1  # type: ignore[attr-defined]


def text_of(node: ast.AST | None) -> str | None:
    """The value of a literal string."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def called(node: ast.Call) -> str:
    """The last name of what is called: ``reverse``, ``record``, ``visible_to``."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def at(module: Module, node: ast.AST) -> str:
    return f"{module.place}:{node.lineno}"  # type: ignore[attr-defined]
