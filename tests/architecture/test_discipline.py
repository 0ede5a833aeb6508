"""What nobody may do anywhere: write states, listen to signals, override save(), swallow errors, grow long."""

import ast

import pytest

from tests.architecture.source import Module, at, called, functions, length, modules

LONGEST_FUNCTION, FUNCTION_P90 = 60, 25
LONGEST_FILE, FILE_P90 = 450, 250
STATE_FIELDS = {"state", "state_since"}
# Who may write a state that is no flow's: these models have a plain state of their own, not a FlowSubject's.
OWN_STATES = {
    "salvation/parameters/services.py": "a proposal waits, is confirmed or sent back by a second person",
    "salvation/files/services.py": "a request for a full export is approved or refused once",
    "salvation/jobs/services.py": "a run's state is its worker's report",
    "cases/services/roster_import.py": "an import batch is uploaded, previewed, committed",
    "cases/services/roster_undo.py": "a committed import batch is taken back",
    "reports/demo.py": "seeds past months of a demonstration, whose steps nobody took",
}
BROAD = {"Exception", "BaseException"}
BROAD_ALLOWED = {
    # Whatever a job raises, its run must say so before the error goes on to the log.
    ("salvation/jobs/services.py", "execute"),
    # A panic of the Rust reader arrives as a BaseException that no module exports; everything else goes on.
    ("salvation/intake/workbook.py", "_read_xlsx"),
}


def p90(numbers: list[int]) -> int:
    return sorted(numbers)[int(len(numbers) * 0.9)]


def test_states_are_written_by_the_flow_engine_alone() -> None:
    written = []
    for module in modules():
        if module.place == "salvation/flow/engine.py" or module.place in OWN_STATES:
            continue
        for node in ast.walk(module.tree):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                continue
            flat = [each for target in targets for each in getattr(target, "elts", [target])]
            written += [
                at(module, node)
                for target in flat
                if isinstance(target, ast.Attribute) and target.attr in STATE_FIELDS and not _own(target)
            ]
    assert written == []


def _own(target: ast.Attribute) -> bool:
    """``self.state`` of a parser or reader that is no model."""
    return isinstance(target.value, ast.Name) and target.value.id == "self"


def test_no_update_statement_writes_a_state() -> None:
    written = [
        at(module, node)
        for module in modules()
        if module.place not in OWN_STATES and module.place != "salvation/flow/engine.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and called(node) == "update"
        and {k.arg for k in node.keywords} & STATE_FIELDS
    ]
    assert written == []


@pytest.mark.parametrize("module", [m for m in modules() if m.place in OWN_STATES], ids=lambda m: m.place)
def test_the_exemptions_are_still_needed(module: Module) -> None:
    assert "state" in module.text


def test_nobody_listens_to_signals() -> None:
    listeners = [
        at(module, node)
        for module in modules()
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").endswith("signals"))
        or (isinstance(node, ast.ImportFrom) and node.module == "django.dispatch")
    ]
    assert listeners == []


def test_no_model_overrides_save_or_delete() -> None:
    overrides = [
        at(module, node)
        for module in modules()
        if "models" in module.place
        for klass in ast.walk(module.tree)
        if isinstance(klass, ast.ClassDef)
        for node in klass.body
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "save_base"}
    ]
    assert overrides == []


def test_errors_are_caught_by_name() -> None:
    broad = []
    for module in modules():
        for function in functions(module):
            for node in ast.walk(function):
                if not isinstance(node, ast.ExceptHandler):
                    continue
                caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                names = {getattr(each, "id", "") for each in caught if each is not None}
                if (node.type is None or names & BROAD) and (
                    module.place,
                    function.name,
                ) not in BROAD_ALLOWED:
                    broad.append(at(module, node))
    assert broad == []


@pytest.mark.parametrize(("place", "name"), sorted(BROAD_ALLOWED))
def test_an_exempted_broad_except_raises_again(place: str, name: str) -> None:
    module = next(module for module in modules() if module.place == place)
    function = next(function for function in functions(module) if function.name == name)
    handlers = [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]
    broad = [handler for handler in handlers if getattr(handler.type, "id", "") in BROAD]
    assert len(broad) == 1
    assert isinstance(broad[0].body[-1], ast.Raise)


def test_functions_stay_short() -> None:
    lengths = {
        at(module, function): length(function) for module in modules() for function in functions(module)
    }
    assert {place: lines for place, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    assert p90(list(lengths.values())) <= FUNCTION_P90


def test_files_stay_short() -> None:
    lengths = {module.place: module.text.count("\n") for module in modules()}
    assert {place: lines for place, lines in lengths.items() if lines > LONGEST_FILE} == {}
    assert p90(list(lengths.values())) <= FILE_P90


def test_every_package_file_is_empty_but_those_that_gather_models() -> None:
    full = {m.place for m in modules() if m.path.name == "__init__.py" and m.text}
    assert {place for place in full if not place.endswith("models/__init__.py")} == set()


def test_every_module_with_code_says_what_it_is_for() -> None:
    """Every room of the platform and of the apps: a docstring, but for the few files Django names itself."""
    plain = {"apps.py", "urls.py", "wsgi.py", "manage.py"}
    silent = [
        module.place
        for module in modules()
        if module.text.strip()
        and module.path.name not in plain
        and "commands" not in module.path.parts
        and ast.get_docstring(module.tree) is None
    ]
    assert silent == []
