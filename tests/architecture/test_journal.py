"""Every write of a service leaves an entry in the journal: asked of the call graph, from what pages and jobs call."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.architecture.source import Module, called, modules

WRITES = {"save", "create", "bulk_create", "bulk_update", "delete", "get_or_create", "update_or_create"}
WRITTEN_BY_SQL = re.compile(r"\b(INSERT INTO|UPDATE \w+|DELETE FROM)\b")
JOURNAL = {"salvation.journal.services.record", "salvation.journal.services.record_all"}
# What is written without an entry, and why. A name that ends with a dot stands for a whole module.
SILENT = {
    "salvation.journal.services.": "the journal itself",
    "salvation.duties.services.": "what stands on a desk follows from what was done, which is journalled",
    "salvation.web.services.": "drafts, columns and views are a person's own desk, no business data",
    "salvation.accounts.services.must_change": "asked within a sign-in, which is journalled",
    "salvation.units.services.load_units": "the operator sets the units up before anybody can sign in",
    "salvation.parameters.services.confirm_entry": "its callers say in their entries what was confirmed",
    "salvation.parameters.services.reject_entry": "its callers say in their entries what was sent back",
    "audits.services.item_number": "a number; the item that gets it is journalled",
    "cases.services.simulation.simulate": "a trial decides nothing; who asked for it is journalled, its run kept",
    "cases.services.roster_import.check_batch": "reads a file whose upload is journalled; nothing enters the register",
    "cases.services.conferences.warn_of_conferences": "a duty on the desk",
    "cases.services.emergencies.close_made_up": "a duty on the desk",
    "cases.services.notice_sheets.ask_to_withdraw": "a duty on the desk",
}


@cache
def functions() -> dict[str, tuple[Module, ast.FunctionDef]]:
    """Functions and methods by their full name."""
    found = {}
    for module in modules():
        for node in module.tree.body:
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            prefix = f"{module.name}.{node.name}" if isinstance(node, ast.ClassDef) else module.name
            for each in inside:
                if isinstance(each, ast.FunctionDef):
                    found[f"{prefix}.{each.name}"] = (module, each)
    return found


@cache
def imported(module: Module) -> dict[str, str]:
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@cache
def named_in(name: str) -> frozenset[str]:
    """Full names of what a function mentions: called, handed over, or kept in a table of its module."""
    module, function = functions()[name]
    known, found = imported(module), set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(known.get(node.id, f"{module.name}.{node.id}"))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            found.add(f"{known[node.value.id]}.{node.attr}")
    return frozenset(found)


@cache
def reached(name: str) -> frozenset[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        present = waiting.pop()
        if present not in seen:
            seen.add(present)
            waiting += named_in(present) if present in functions() else ()
    return frozenset(seen)


def writes(name: str) -> bool:
    """Whether a function itself writes rows: by the ORM, or by SQL that its module or the ones it names hold."""
    module, function = functions()[name]
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if called(node) in WRITES or (called(node) == "update" and node.keywords):
            return True
        if called(node) == "execute" and any(
            WRITTEN_BY_SQL.search(text) for text in sql_of(module, function)
        ):
            return True
    return False


def sql_of(module: Module, function: ast.FunctionDef) -> Iterator[str]:
    """Literals of the function, and of the modules of statements it names."""
    constants = {
        target.id: ast.unparse(node.value)
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    texts = {each.name: each.text for each in modules()}
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            yield constants.get(node.id, "")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield statement(texts.get(imported(module).get(node.value.id, ""), ""), node.attr)


def statement(text: str, name: str) -> str:
    """The right side of ``name = …`` in a module of statements."""
    found = re.search(rf"^{name} = (.*?)(?=^\w|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def is_effect(name: str) -> bool:
    """Run by a flow's step, which is journalled with its subject."""
    _, function = functions()[name]
    return [ast.unparse(arg.annotation) for arg in function.args.args if arg.annotation] == ["Context"]


def entry_points() -> set[str]:
    """Services that something outside the services calls: a page, the interface, a job, a command, a flow."""
    callers = [module for module in modules() if ".services" not in module.name and "demo" not in module.name]
    named = {full for module in callers for full in imported(module).values()}
    return {full for full in named if full in functions() and "services" in full}


def silent(name: str) -> bool:
    return name in SILENT or any(name.startswith(prefix) for prefix in SILENT if prefix.endswith("."))


def unjournalled() -> list[str]:
    found = []
    for name in sorted(entry_points()):
        inside = reached(name)
        written = any(writes(each) for each in inside if each in functions())
        if written and not inside & JOURNAL and not is_effect(name):
            found.append(name)
    return found


def test_every_service_that_writes_leaves_an_entry_in_the_journal() -> None:
    assert [name for name in unjournalled() if not silent(name)] == []


def test_what_may_be_silent_still_writes_without_an_entry() -> None:
    found = unjournalled()
    needless = [
        name
        for name in SILENT
        if not any(each == name or (name.endswith(".") and each.startswith(name)) for each in found)
    ]
    assert needless == []


def test_the_call_graph_sees_a_write_behind_two_calls() -> None:
    name = "cases.services.archives.look_again"
    assert any(writes(each) for each in reached(name) if each in functions())
    assert JOURNAL & reached(name)
