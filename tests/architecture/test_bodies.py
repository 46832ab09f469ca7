"""Every body that the API takes is read by a serializer that refuses what it does not name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from clm.api.acts import Act
from clm.api.serializers import OnlyKnownFields
from tests.architecture import checks

WRITES = ("post", "put", "patch")


def test_every_body_of_the_schema_is_closed() -> None:
    schema: Any = SchemaGenerator().get_schema(request=None, public=True)
    components = schema["components"]["schemas"]
    named = {name for body in bodies(schema) for name in reached(body, components)}

    assert len(named) > 80
    assert sorted(name for name in named if is_open(components[name])) == []


def bodies(schema: Any) -> Iterator[Any]:
    for path in schema["paths"].values():
        for method in WRITES:
            yield path.get(method, {}).get("requestBody", {})


def reached(part: Any, components: Any) -> set[str]:
    """The components that a part of the schema names, and those that they name."""
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    found = set().union(*(reached(each, components) for each in parts))
    if isinstance(part, dict) and "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        found |= {name} | reached(components[name], components)
    return found


def is_open(component: Any) -> bool:
    return component.get("type") == "object" and component.get("additionalProperties") is not False


def test_every_act_reads_by_one() -> None:
    found = [act for act in acts(Act) if not act.__subclasses__()]
    taking_all = [act.__qualname__ for act in found if not issubclass(act.serializer_class, OnlyKnownFields)]

    assert (len(found) > 30, taking_all) == (True, [])


def acts(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from acts(each)


def test_every_view_that_writes_reads_its_body_by_one() -> None:
    found = [
        f"{path}: {fault}"
        for path, text in checks.sources("**/api/*.py")
        if not path.startswith("clm/api/")
        for fault in (*open_readers(path, text), *unread(text))
    ]

    assert found == []


def open_readers(path: str, text: str) -> Iterator[str]:
    """Serializers that read a body and take whatever comes: `checked(X, ...)`, `X(data=...)`."""
    module = import_module(path.removesuffix(".py").replace("/", "."))
    for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        is_reader = any(keyword.arg == "data" for keyword in call.keywords)
        shape = call.args[0] if checks.called_name(call) == "checked" else call.func if is_reader else None
        if shape is not None and not issubclass(named(module, ast.unparse(shape)), OnlyKnownFields):
            yield f"line {call.lineno}: {ast.unparse(shape)}"


def named(module: Any, name: str) -> Any:
    found = module
    for part in name.split("."):
        found = getattr(found, part)
    return found


def unread(text: str) -> Iterator[str]:
    """Views that write by a method of their own and look at no body, not even whether there is one."""
    tree = ast.parse(text)
    readers = {"checked", "check_empty"} | {
        function.name for function in checks.functions_of(tree) if "request.data" in ast.unparse(function)
    }
    for view in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        methods = {each.name: each for each in view.body if isinstance(each, ast.FunctionDef)}
        writing = [name for name in WRITES if name in methods]
        called = {checks.called_name(node) for node in ast.walk(view) if isinstance(node, ast.Call)}
        if writing and not called & readers and "request.data" not in ast.unparse(view):
            yield f"line {view.lineno}: {view.name}"
