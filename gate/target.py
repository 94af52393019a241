"""From the name of a target to the object that is judged."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .. import adapters
from ..adapters import NotInstalledError
from ..invariants.conventions import ConventionError
from ..invariants.subject import Subject, SubjectError
from .errors import UsageError

__all__ = ["Target", "adapter_folder", "built_in_targets", "library_of", "opened", "subject_of"]


@dataclass(frozen=True)
class Target:
    """``name`` finds the implementation again from any directory; ``subject`` is the implementation behind the seam."""

    name: str
    subject: Subject


def built_in_targets() -> tuple[str, ...]:
    """The names of the adapters that come with the package."""
    return tuple(_adapter_modules())


def library_of(name: str) -> str:
    """The file or folder of ``adapters`` that holds a built-in target; "" for any other target."""
    return _adapter_modules().get(name, "").split(".")[0]


def adapter_folder() -> Path:
    """Where the adapters lie."""
    return Path(adapters.__path__[0])


def _adapter_modules() -> dict[str, str]:
    """Target name → module: a file is a target, a folder has a target a file; what begins with _ is shared by them."""
    modules = (
        found.name.removeprefix(f"{adapters.__name__}.")
        for found in pkgutil.walk_packages(adapters.__path__, f"{adapters.__name__}.", onerror=lambda _name: None)
        if not found.ispkg
    )
    public = (name for name in modules if not name.startswith("_") and "._" not in name)
    return {name.replace(".", "-").replace("_", "-"): name for name in public}


@contextmanager
def opened(name: str) -> Iterator[Target]:
    """Import and construct a target: a built-in name, ``module:attribute`` or ``path/to/file.py:attribute``.

    A file's folder is importable while the block runs. A class is instantiated without arguments.

    Raises
    ------
    UsageError: the target is unknown, does not import, cannot be constructed, or offers nothing of the seam.
    """
    path, colon, attribute = name.rpartition(":")
    if not colon:
        yield Target(name, subject_of(_built_in(name), name))
    elif path.endswith(".py"):
        file = Path(path).expanduser().resolve()
        before = list(sys.path)
        sys.path.insert(0, str(file.parent))
        try:
            yield Target(f"{file}:{attribute}", subject_of(_attribute(_file(file), attribute, name), name))
        finally:
            sys.path[:] = before
    else:
        module = _imported(path, lambda: importlib.import_module(path))
        yield Target(name, subject_of(_attribute(module, attribute, name), name))


def subject_of(found: Any, name: str) -> Subject:
    """An implementation, or a class that makes one, as a subject; else ``UsageError``."""
    if isinstance(found, type):
        try:
            found = found()
        except NotInstalledError as error:
            raise UsageError(str(error)) from error
        except Exception as error:
            raise UsageError(f"constructing {name} failed with {type(error).__name__}: {error}") from error
    try:
        return Subject(found)
    except (SubjectError, ConventionError) as error:
        raise UsageError(str(error)) from error


def _built_in(name: str) -> Any:
    known = _adapter_modules()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise UsageError(
            f"unknown target {name!r}: {hint}built in are {', '.join(known)}; "
            "your own is module:attribute or path/to/file.py:attribute"
        )
    try:
        module = importlib.import_module(f"{adapters.__name__}.{known[name]}")
    except NotInstalledError as error:
        raise UsageError(str(error)) from error
    return module.Implementation


def _file(file: Path) -> Any:
    if not file.is_file():
        raise UsageError(f"there is no file {file}: check the path before the colon")
    specification = importlib.util.spec_from_file_location(f"policyproof_target_{file.stem}", file)
    if specification is None or specification.loader is None:
        raise UsageError(f"{file} cannot be imported as a Python file")
    module, loader = importlib.util.module_from_spec(specification), specification.loader
    sys.modules[specification.name] = module

    def run() -> Any:
        loader.exec_module(module)
        return module

    return _imported(str(file), run)


def _imported(name: str, run: Any) -> Any:
    try:
        return run()
    except (Exception, SystemExit) as error:
        raise UsageError(f"importing {name} failed with {type(error).__name__}: {error}") from error


def _attribute(module: Any, attribute: str, name: str) -> Any:
    try:
        return getattr(module, attribute)
    except AttributeError:
        names = [key for key in vars(module) if not key.startswith("_")]
        close = get_close_matches(attribute, names, n=1)
        hint = f"; did you mean {close[0]}?" if close else f"; it has {', '.join(names) or 'no public names'}"
        raise UsageError(f"{name}: the module has no attribute {attribute!r}{hint}") from None
