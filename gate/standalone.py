"""One method of an adapter as source that stands alone: what it needs of the adapter's modules, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, resolve_name
from pathlib import Path
from textwrap import dedent

__all__ = ["standalone"]


def standalone(module: str, name: str, method: str, package: str) -> str:
    """Source that defines class ``name`` of a module with this one method and those that it calls.

    What is imported from the ``package`` is copied in, and everything else imported as it was.

    Raises
    ------
    ValueError: one name means two things in what would have to be copied.
    """
    copied = _Copied(package)
    copied.take(module, name, method)
    return "\n".join(sorted(copied.imports.values())) + "\n\n\n" + "\n\n\n".join(copied.definitions.values())


@dataclass
class _Copied:
    """What has been copied so far: lines of ``imports`` and ``definitions``, each after what it needs, by name."""

    package: str
    imports: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def take(self, module: str, name: str, method: str | None = None) -> None:
        """Copy what a module means by a name, and first what that needs."""
        defined, imported = _contents(module)
        if name in imported:
            origin, what = imported[name]
            if origin.startswith(f"{self.package}."):
                self.take(origin, what)
            else:
                line = f"from {origin} import {what}" if origin else f"import {what}"
                if self._is_new(line, name):
                    self.imports[name] = line
        elif name in defined and self._is_new(module, name):
            node = defined[name]
            self.definitions[name] = ""
            left_out = _unneeded(node, method) if method is not None and isinstance(node, ast.ClassDef) else []
            for needed in _names(node, left_out):
                self.take(module, needed)
            del self.definitions[name]  # it goes after what it needs
            self.definitions[name] = _text(module, node, left_out)

    def _is_new(self, origin: str, name: str) -> bool:
        if (known := self.origins.setdefault(name, origin)) != origin:
            raise ValueError(f"{name} means {known} and {origin}")
        return name not in self.imports and name not in self.definitions


@cache
def _contents(module: str) -> tuple[dict[str, ast.stmt], dict[str, tuple[str, str]]]:
    """Definitions by name; and imports by name: the module it comes from, if any, and what stands after ``import``."""
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in _statements(ast.parse(_source(module)).body):
        defined |= dict.fromkeys(_defines(node), node)
        if isinstance(node, ast.Import):
            imported |= {alias.asname or alias.name.split(".")[0]: ("", ast.unparse(alias)) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), _spec(module).parent)
            imported |= {alias.asname or alias.name: (origin, ast.unparse(alias)) for alias in node.names}
    return defined, imported


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those that are tried among them."""
    for node in body:
        if isinstance(node, ast.Try):
            yield from _statements(node.body)
        else:
            yield node


def _names(node: ast.AST, left_out: list[ast.stmt]) -> list[str]:
    """Every name that is read somewhere inside."""
    names, waiting = dict[str, None](), [node]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, ast.Name):
            names[part.id] = None
        waiting += [child for child in ast.iter_child_nodes(part) if child not in left_out]
    return list(names)


def _unneeded(node: ast.ClassDef, method: str) -> list[ast.stmt]:
    """The members of a class that a method does not come to."""
    members = {name: part for part in node.body for name in _defines(part)}
    kept, waiting = set[str](), [method, *(name for name in members if name.startswith("__"))]
    while waiting:
        name = waiting.pop()
        if name in members and name not in kept:
            kept.add(name)
            waiting += [part.attr for part in ast.walk(members[name]) if isinstance(part, ast.Attribute)]
    return [part for name, part in members.items() if name not in kept]


def _defines(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _text(module: str, node: ast.stmt, left_out: list[ast.stmt]) -> str:
    """The lines of a definition without those of the members left out."""
    dropped = {line for part in left_out for line in range(_first(part), (part.end_lineno or 0) + 1)}
    numbers = range(_first(node), (node.end_lineno or 0) + 1)
    lines = _source(module).splitlines()
    text = dedent("\n".join(lines[number - 1] for number in numbers if number not in dropped))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"  # noqa.*", "", text)).strip()


def _first(node: ast.stmt) -> int:
    """The first line of a statement, its decorators among it."""
    decorators = node.decorator_list if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
    return min([node.lineno, *(part.lineno for part in decorators)])


@cache
def _source(module: str) -> str:
    """The text of a module."""
    return Path(_spec(module).origin or "").read_text(encoding="utf-8")


def _spec(module: str) -> ModuleSpec:
    found = find_spec(module)
    assert found is not None, f"{module} is imported, and not there"
    return found
