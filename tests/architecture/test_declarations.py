"""Every name that stands as text in code or template leads somewhere, and every declaration is complete."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.template.loader import get_template
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver

from reports.governance.table import TABLE
from salvation.accounts.roles import INCOMPATIBLE, ROLES, permissions
from salvation.flow.registry import FLOWS
from salvation.journal.actions import ACTIONS
from salvation.journal.wording import LABELS
from salvation.parameters.registry import PARAMETERS
from salvation.parameters.values import check_value
from salvation.periods.measures import MEASURES, SOURCES
from salvation.web.navigation import ITEMS, SIGNED_IN
from tests.architecture.source import at, called, functions, modules, templates, text_of

MARKS = {"原文", "查到", "通识"}
URL_NAME = re.compile(r"^[a-z_]+:[a-z_]+$")
URL_TAG = re.compile(r"\{%\s*url\s+[\"']([^\"']+)[\"']")
TEMPLATE_TAG = re.compile(r"\{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
# Attributes of pages that hold an URL name, and calls whose first argument is one.
URL_ATTRIBUTES = {"record_url", "create_url"}
URL_CALLS = {"reverse", "redirect", "resolve_url", "_record"}
# Steps and reads of the platform that are no role's: asked of the system only.
SYSTEM_ONLY = {"system"}


def url_names(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_names(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{namespace}{pattern.name}"


def literal_url_names() -> dict[str, str]:
    found = {}
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called(node) in URL_CALLS and node.args:
                name = text_of(node.args[0])
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                name = text_of(node.value) if getattr(target, "id", "") in URL_ATTRIBUTES else None
            else:
                continue
            if name and URL_NAME.match(name):
                found[at(module, node)] = name
    for template in templates():
        for name in URL_TAG.findall(template.read_text(encoding="utf-8")):
            found[f"{template.name}: {name}"] = name
    return found


def test_every_url_name_exists() -> None:
    known = set(url_names(get_resolver().url_patterns))
    assert {place: name for place, name in literal_url_names().items() if name not in known} == {}


def test_every_menu_entry_leads_to_a_page() -> None:
    for item in ITEMS:
        try:
            assert item.url
        except NoReverseMatch:
            pytest.fail(f"menu entry {item.label}: there is no page {item.url_name}")


def literal_templates() -> dict[str, str]:
    found = {}
    for module in modules():
        for node in ast.walk(module.tree):
            name = text_of(node)
            if name and name.endswith(".html") and " " not in name:
                found[at(module, node)] = name
    for template in templates():
        for name in TEMPLATE_TAG.findall(template.read_text(encoding="utf-8")):
            found[f"{template.name}: {name}"] = name
    return found


def test_every_template_exists_and_compiles() -> None:
    for place, name in literal_templates().items():
        assert get_template(name), place


def test_every_template_is_used() -> None:
    named = set(literal_templates().values())
    folder = "templates/"
    unused = {t.as_posix().rpartition(folder)[2] for t in templates()} - named
    assert unused == set()


def recorded_actions() -> Iterator[tuple[str, str]]:
    """Every action code that stands literally in a call of ``record``."""
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called(node) == "record":
                given = next((k.value for k in node.keywords if k.arg == "action"), None)
                for part in (
                    ast.walk(given) if given is not None and not isinstance(given, ast.JoinedStr) else ()
                ):
                    if action := text_of(part):
                        yield at(module, node), action


def test_every_journalled_action_is_registered() -> None:
    found = list(recorded_actions())
    assert len(found) > 20
    assert {place: action for place, action in found if action not in ACTIONS} == {}


def test_every_flow_has_wording_for_the_journal() -> None:
    assert {code for code in FLOWS if f"flow.{code}" not in ACTIONS} == set()


def test_every_permission_asked_for_is_held_by_a_role() -> None:
    """A permission that nobody holds is a page nobody opens or a step nobody takes."""
    asked = {}
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called(node) in {"may", "require"}:
                texts = [text for text in map(text_of, node.args) if text]
                asked.update({at(module, node): text for text in texts})
    for flow in FLOWS.values():
        asked.update(
            {f"{flow.flow.code}.{step.code}": step.permission for step in flow.flow.steps if step.permission}
        )
        asked.update(
            {f"{flow.flow.code}.{state.code}": state.actor for state in flow.flow.states if state.actor}
        )
    asked.update({item.label: item.permission for item in ITEMS})
    asked.update({source.code: source.permission for source in SOURCES.values()})
    known = permissions() | {SIGNED_IN} | SYSTEM_ONLY
    assert {place: code for place, code in asked.items() if code not in known} == {}


def test_incompatible_roles_exist() -> None:
    assert {code for pair in INCOMPATIBLE for code in pair} <= set(ROLES)


def test_administrators_hold_no_permission_over_business_data() -> None:
    business = {
        "case.",
        "roster.",
        "table.",
        "report.",
        "register.",
        "rectify.",
        "file.",
        "intake.",
        "mask.",
        "export.",
    }
    for code in ("SYS_ADMIN", "SEC_ADMIN", "LOG_ADMIN"):
        held = ROLES[code].permissions
        assert {one for one in held if any(one.startswith(room) for room in business)} == set()


def test_every_column_of_the_governance_table_has_a_definition() -> None:
    assert [column.code for column in TABLE.leaves() if not column.definition.strip()] == [
        column.code for column in TABLE.leaves() if column.code in {"unit", "seq", "no"}
    ]


def test_every_measure_has_its_source_and_its_column() -> None:
    codes = {column.code.partition(".")[0] for column in TABLE.leaves()}
    assert {measure.source for measure in MEASURES.values()} <= set(SOURCES)
    assert {code for code in MEASURES if code.startswith("S") and code not in codes} == set()


def test_every_parameter_has_a_basis_and_a_mark() -> None:
    assert [
        p.key for p in PARAMETERS.values() if not p.basis.strip() or p.mark not in MARKS or not p.label
    ] == []


def test_every_default_of_a_parameter_is_a_value_it_would_accept() -> None:
    for parameter in PARAMETERS.values():
        if parameter.default is not None:
            check_value(parameter, parameter.default)


def read_parameters() -> Iterator[tuple[str, str]]:
    """Literal keys read through ``at(…)``, ``book[…]`` and deadlines of flows."""
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called(node) in {"at", "Deadline"} and node.args:
                key = text_of(node.args[0])
            elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "book":
                key = text_of(node.slice)
            else:
                continue
            if key:
                yield at(module, node), key


def test_every_parameter_that_is_read_is_declared() -> None:
    found = list(read_parameters())
    assert len(found) > 15
    assert {place: key for place, key in found if key not in PARAMETERS} == {}


def kept_facts() -> Iterator[tuple[str, str]]:
    """Where a function that writes to the journal names a fact, and its key."""
    for module in modules():
        for function in functions(module):
            inside = list(ast.walk(function))
            if not any(isinstance(node, ast.Call) and called(node) == "record" for node in inside):
                continue
            given = [
                word.value
                for node in inside
                if isinstance(node, ast.keyword) and (word := node).arg == "facts"
            ]
            given += [
                node.value
                for node in inside
                if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "facts"
            ]
            for table in given:
                if isinstance(table, ast.Dict):
                    yield from ((at(module, table), key) for node in table.keys if (key := text_of(node)))


def test_every_fact_of_the_journal_is_said_in_words() -> None:
    found = list(kept_facts())
    assert len(found) > 100
    assert [(place, key) for place, key in found if key not in LABELS] == []
