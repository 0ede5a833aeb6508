"""Pages, API and tables reach rows of scoped models through ``visible_to`` only."""

import ast
from collections.abc import Iterator

from django.apps import apps

from salvation.access.models import ScopedModel
from tests.architecture.source import Module, at, called, functions, modules

EDGES = ("views", "api", "tables", "pages")
MANAGERS = {"objects", "_default_manager", "_base_manager"}
# Reads of scoped rows at the edge that do not go through visible_to, and why that is right.
ALLOWED = {
    (
        "cases/views/rosters.py",
        "extra",
    ): "counts what the undo of a batch, itself found through visible_to, would take back",
}


def scoped_names() -> frozenset[str]:
    return frozenset(model.__name__ for model in apps.get_models() if issubclass(model, ScopedModel))


def edges() -> Iterator[Module]:
    for module in modules():
        if set(module.path.with_suffix("").parts) & set(EDGES):
            yield module


def chain_above(function: ast.AST, start: ast.AST) -> list[ast.AST]:
    """The expression from ``start`` outwards: .filter(…).visible_to(…), an argument, an assignment."""
    parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    chain, node = [], start
    while node in parents and not isinstance(parents[node], ast.FunctionDef):
        node = parents[node]
        chain.append(node)
    return chain


def handed_over(node: ast.AST) -> set[str]:
    """Names inside the first argument of a call of get_visible."""
    if not isinstance(node, ast.Call) or called(node) != "get_visible" or not node.args:
        return set()
    return {part.id for part in ast.walk(node.args[0]) if isinstance(part, ast.Name)}


def passes_scope(function: ast.AST, manager: ast.Attribute) -> bool:
    """``….visible_to(user)``, ``get_visible(rows, …)``, or a name that is handed to get_visible afterwards."""
    chain = chain_above(function, manager)
    for node in chain:
        if isinstance(node, ast.Call) and called(node) in {"visible_to", "get_visible"}:
            return True
        if isinstance(node, ast.Assign):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            return any(names & handed_over(call) for call in ast.walk(function))
    return False


def unscoped_reads() -> list[tuple[str, str, str]]:
    scoped, found = scoped_names(), []
    for module in edges():
        for function in functions(module):
            for node in ast.walk(function):
                if not isinstance(node, ast.Attribute) or node.attr not in MANAGERS:
                    continue
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                # A manager reached through a variable (self.model, entry.model) may be any scoped model.
                suspect = (
                    owner in scoped or (owner and owner[0].islower()) or isinstance(node.value, ast.Attribute)
                )
                if suspect and not passes_scope(function, node):
                    found.append((module.place, function.name, at(module, node)))
    return found


def test_scoped_rows_are_read_through_visible_to_only() -> None:
    assert [where for place, name, where in unscoped_reads() if (place, name) not in ALLOWED] == []


def test_every_exception_is_still_used() -> None:
    assert {(place, name) for place, name, _ in unscoped_reads()} >= set(ALLOWED)


def test_the_rule_catches_an_unscoped_read() -> None:
    """The guard itself: an unscoped read is found, a scoped one is not."""
    bad = ast.parse("def page(user):\n    return Household.objects.filter(pk=1)\n").body[0]
    good = ast.parse(
        "def page(user):\n    rows = Household.objects.all()\n    return get_visible(rows, user, pk=1)\n"
    ).body[0]
    for function, passed in ((bad, False), (good, True)):
        managers = [n for n in ast.walk(function) if isinstance(n, ast.Attribute) and n.attr == "objects"]
        assert [passes_scope(function, manager) for manager in managers] == [passed]
