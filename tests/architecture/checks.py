"""The rules of the house as functions of source text: each answers the places that break it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("clm", "contracts", "slas", "obligations", "billing")
WRITES = {
    "save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create",
    "abulk_create", "asave", "acreate", "adelete", "raw_delete", "select_for_update",
}  # fmt: skip
WRITING_FUNCTIONS = {
    "move",
    "move_along",
    "record",
    "record_all",
    "tell",
    "start_job",
    "store_blob",
    "blob_of",
    "assign_perm",
    "remove_perm",
    "grant",
    "withdraw",
}
MAX_FILE, MAX_FUNCTION, MAX_VIEW = 500, 60, 30


def sources(*patterns: str) -> Iterator[tuple[str, str]]:
    """(path from the root, text) of the product's Python files, migrations apart."""
    for app in APPS:
        for pattern in patterns or ("**/*.py",):
            for path in sorted((ROOT / app).glob(pattern)):
                if "migrations" not in path.parts:
                    yield str(path.relative_to(ROOT)), path.read_text()


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called_name(call: ast.Call) -> str:
    """`f` of f(...), `m` of x.m(...)."""
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def writes_in(source: str) -> list[str]:
    """Calls that write: "line 3: save"."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = called_name(node)
        is_method = isinstance(node.func, ast.Attribute)
        if (is_method and name in WRITES) or (not is_method and name in WRITING_FUNCTIONS):
            found.append(f"line {node.lineno}: {name}")
    return found


def verbs_of(tree: ast.Module) -> list[ast.FunctionDef]:
    """Public functions with a keyword-only actor. Others are steps of verbs; `steps_borrowed` keeps them inside."""
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return [node for node in public if takes_actor(node)]


def takes_actor(function: ast.FunctionDef) -> bool:
    return "actor" in {each.arg for each in function.args.kwonlyargs}


def steps_of(source: str) -> set[str]:
    """Functions of an operations module that write and are no verbs: nothing says that they require and record."""
    tree = ast.parse(source)
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef) and not takes_actor(node))
    writing = (WRITES - {"select_for_update"}) | WRITING_FUNCTIONS
    return {node.name for node in functions if calls_reached(tree, node) & writing}


def steps_borrowed(source: str, steps: dict[str, set[str]]) -> list[str]:
    """Steps (module -> names) that a module outside of operations/ imports: only verbs are for others."""
    imports = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom))
    return [
        f"line {node.lineno}: {alias.name}"
        for node in imports
        for alias in node.names
        if alias.name in steps.get(node.module or "", set())
    ]


def verb_faults(source: str) -> list[str]:
    """What is wrong with the verbs of an operations module."""
    tree = ast.parse(source)
    return [f"{verb.name}: {fault}" for verb in verbs_of(tree) for fault in _faults(tree, verb)]


def _faults(tree: ast.Module, verb: ast.FunctionDef) -> Iterator[str]:
    arguments = verb.args
    if arguments.args or arguments.posonlyargs or arguments.vararg:
        yield "takes positional arguments"
    if arguments.kwonlyargs[0].arg != "actor":
        yield "does not take the actor first"
    reached = calls_reached(tree, verb)
    delegates = bool(reached & imported_verbs(tree))
    if "require" not in reached and not delegates:
        yield "requires nothing"
    if not reached & {"record", "record_all"} and not delegates:
        yield "records nothing"
    if not is_atomic(verb) and not delegates:
        yield "runs in no transaction"


def calls_reached(tree: ast.Module, start: ast.FunctionDef) -> set[str]:
    """Names called by a function and by the module's own functions and methods that it calls."""
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
    bodies = [tree.body, *(each.body for each in classes)]
    own = {node.name: node for body in bodies for node in body if isinstance(node, ast.FunctionDef)}
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        called = {called_name(node) for node in ast.walk(waiting.pop()) if isinstance(node, ast.Call)}
        waiting += [own[name] for name in called - reached if name in own]
        reached |= called
    return reached


def imported_verbs(tree: ast.Module) -> set[str]:
    """Names imported from other operations modules, guards apart."""
    return {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and ".operations" in (node.module or "")
        and not (node.module or "").endswith(".guards")
        for alias in node.names
    }  # fmt: skip


def is_atomic(verb: ast.FunctionDef) -> bool:
    """Whether `atomic` decorates the function or stands in it."""
    return any(isinstance(node, ast.Attribute | ast.Name) and _name(node) == "atomic" for node in ast.walk(verb))


def _name(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def state_changes_in(source: str) -> list[str]:
    """Places that set a state by other means than `move`: x.state = ..., .update(state=...)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets):
                found.append(f"line {node.lineno}: assigns a state")
        elif isinstance(node, ast.Call) and called_name(node) == "update":
            if any(keyword.arg == "state" for keyword in node.keywords):
                found.append(f"line {node.lineno}: updates a state")
    return found


def moves_in(source: str) -> list[str]:
    """Calls of `move` and `move_along`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(call.lineno, call.func.id) for call in calls if isinstance(call.func, ast.Name)]
    return [f"line {line}: {name}" for line, name in named if name in ("move", "move_along")]


# What asks a network or the storage, or takes seconds.
SLOW = {
    "put_content", "store_blob", "open_blob", "read_blob", "put_invoice", "read_paper", "read_template", "make_paper",
    "print_version", "extract", "render_pdf", "EmailMessage", "send_mail", "urlopen", "sweep",
}  # fmt: skip
# The storage and the clients of networks, by the name they are imported under.
SLOW_OBJECTS = {"default_storage", "requests", "httpx", "boto3"}


def slow_in_transactions(source: str) -> list[str]:
    """Storage, papers, mail and networks that a transaction of the module reaches: "line 3: store_blob"."""
    tree = ast.parse(source)
    own = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    found: set[tuple[int, str]] = set()
    waiting: list[ast.AST] = list(_transactions(tree))
    seen: set[ast.AST] = set()
    while waiting:
        place = waiting.pop()
        seen.add(place)
        calls = [node for node in ast.walk(place) if isinstance(node, ast.Call)]
        found |= {(call.lineno, called_name(call)) for call in calls if _is_slow(call)}
        waiting += [own[name] for name in map(called_name, calls) if name in own and own[name] not in seen]
    return [f"line {line}: {name}" for line, name in sorted(found)]


def _transactions(tree: ast.Module) -> Iterator[ast.AST]:
    """What runs in a transaction: functions that `atomic` decorates, and each statement of a block under it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(_is_atomic(each) for each in node.decorator_list):
            yield node
        if isinstance(node, ast.With) and any(_is_atomic(item.context_expr) for item in node.items):
            yield from node.body


def _is_atomic(expression: ast.expr) -> bool:
    return any(isinstance(each, ast.Attribute | ast.Name) and _name(each) == "atomic" for each in ast.walk(expression))


def _is_slow(call: ast.Call) -> bool:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return called_name(call) in SLOW or (isinstance(owner, ast.Name) and owner.id in SLOW_OBJECTS)


def without_verb(source: str) -> list[str]:
    """That an operations module has no verb: a step of several verbs stands beside operations/, not in it."""
    return [] if verbs_of(ast.parse(source)) else ["holds no verb"]


def too_long(source: str, *, limit: int = MAX_FUNCTION) -> list[str]:
    """Functions with more lines than the limit."""
    return [
        f"{node.name}: {length} lines"
        for node in functions_of(ast.parse(source))
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > limit
    ]


def views_too_long(source: str) -> list[str]:
    """View functions (those that take a request first) over 30 lines."""
    return [
        f"{node.name}: {length} lines"
        for node in functions_of(ast.parse(source))
        if _takes_request(node) and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_VIEW
    ]


def _takes_request(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    names = [argument.arg for argument in node.args.args if argument.arg != "self"]
    return bool(names) and names[0] == "request"


# States by which a text goes out, is signed, filed, or made final; and a party's answer to an amendment.
SIGNING_STATES = {"OUT_FOR_SIGNATURE", "EXECUTED", "SENT", "COMPLETED", "FINAL"}
SIGNING_STEPS = {"keep_answer", "accept_by_signature"}
GATES = {"check_may_be_signed", "check_may_be_filed"}
Modules = dict[str, ast.Module]


def modules_of(*patterns: str) -> Modules:
    """Source trees by the names that they are imported by."""
    return {path.removesuffix(".py").replace("/", "."): ast.parse(text) for path, text in sources(*patterns)}


def ungated(modules: Modules) -> list[str]:
    """Verbs that reach, through whatever functions of these modules, a step of signing, and no gate."""
    found = []
    for module, tree in modules.items():
        for verb in verbs_of(tree):
            nodes = list(_reached_across(modules, module, verb))
            names = {called_name(node) for node in nodes}
            if (names & SIGNING_STEPS or any(map(_signs, nodes))) and not names & GATES:
                found.append(verb.name)
    return sorted(found)


def _signs(call: ast.Call) -> bool:
    """Whether it moves something into one of SIGNING_STATES."""
    states = {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}
    return called_name(call) in {"move", "move_along", "move_all"} and bool(states & SIGNING_STATES)


def _reached_across(modules: Modules, module: str, start: ast.FunctionDef) -> Iterator[ast.Call]:
    waiting, seen = [(module, start)], {(module, start.name)}
    while waiting:
        where, function = waiting.pop()
        known = _functions_known(modules, where)
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            yield call
            place = known.get(called_name(call))
            if place is not None and (place[0], place[1].name) not in seen:
                seen.add((place[0], place[1].name))
                waiting.append(place)


def _functions_known(modules: Modules, module: str) -> dict[str, tuple[str, ast.FunctionDef]]:
    """By the names that a module calls them: its own, and those that it imports from the others."""
    found = {}
    for node in ast.walk(modules[module]):
        if isinstance(node, ast.ImportFrom) and node.module in modules:
            own = {each.name: each for each in modules[node.module].body if isinstance(each, ast.FunctionDef)}
            names = ((alias.asname or alias.name, own.get(alias.name)) for alias in node.names)
            found |= {name: (node.module, function) for name, function in names if function is not None}
    own = {each.name: each for each in modules[module].body if isinstance(each, ast.FunctionDef)}
    return found | {name: (module, function) for name, function in own.items()}
