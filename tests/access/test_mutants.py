"""Takes each `@requires` away in turn, in the source itself: the guard of addresses must see every one."""

import ast
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLResolver, path
from django.urls.resolvers import RegexPattern

from tests.architecture.walls import unguarded

CLINIC = Path(__file__).resolve().parents[2] / "clinic"


def is_guard(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "requires"


def guarded_views() -> Iterator[tuple[Path, str]]:
    for source in sorted([*CLINIC.glob("*/views.py"), *CLINIC.glob("*/views/*.py")]):
        for node in ast.parse(source.read_text()).body:
            if isinstance(node, ast.FunctionDef) and any(is_guard(each) for each in node.decorator_list):
                yield source, node.name


VIEWS = list(guarded_views())


def as_module(source: Path, tree: ast.Module) -> types.ModuleType:
    name = "clinic." + ".".join(source.relative_to(CLINIC).with_suffix("").parts)
    module = types.ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    exec(compile(tree, str(source), "exec"), module.__dict__)  # noqa: S102 - our own source with one line less
    return module


def house_of(module: types.ModuleType, name: str) -> URLResolver:
    return URLResolver(RegexPattern(r"^/"), [path("page", getattr(module, name), name="page")])


def test_there_are_views_to_look_at() -> None:
    assert len(VIEWS) > 60


@pytest.mark.parametrize(("source", "name"), VIEWS, ids=[f"{s.relative_to(CLINIC)}:{n}" for s, n in VIEWS])
def test_a_view_without_its_guard_is_seen(source: Path, name: str) -> None:
    tree = ast.parse(source.read_text())
    assert unguarded(house_of(as_module(source, tree), name), ()) == []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.decorator_list = [each for each in node.decorator_list if not is_guard(each)]
    assert unguarded(house_of(as_module(source, tree), name), ()) == ["page"]
