"""Where Hypothesis keeps the examples that failed, beside our own counterexample files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from hypothesis.database import (
    DirectoryBasedExampleDatabase,
    ExampleDatabase,
    GitHubArtifactDatabase,
    MultiplexedDatabase,
    ReadOnlyDatabase,
)

from .errors import UsageError

__all__ = ["VARIABLE", "KeyedDatabase", "chosen_database", "example_database"]

VARIABLE = "POLICYPROOF_DATABASE"


def chosen_database(text: str | None) -> str:
    """The database asked for, else the one that the environment variable names, else none; checked.

    Raises
    ------
    UsageError: it is none of the kinds that ``example_database`` knows.
    """
    text = os.environ.get(VARIABLE, "") if text is None else text
    example_database(text)
    return text


def example_database(text: str) -> ExampleDatabase | None:
    """``directory:PATH``, ``github:OWNER/REPOSITORY`` (a CI artifact, read only) or ``redis://…``; empty for none.

    Several are joined by commas: what one finds, all that can be written to keep. With a database the cases depend on
    what it holds, beside the seed.

    Raises
    ------
    UsageError: it is none of these, or Redis is not installed.
    """
    found = [_one(part.strip()) for part in text.split(",") if part.strip()]
    return found[0] if len(found) == 1 else MultiplexedDatabase(*found) if found else None


class KeyedDatabase(ExampleDatabase):
    """A part of a database for one invariant; to Hypothesis, all searches are one function."""

    def __init__(self, database: ExampleDatabase, name: str) -> None:
        super().__init__()
        self._database, self._name = database, name.encode()

    def fetch(self, key: bytes) -> Iterable[bytes]:
        """What was kept under a key."""
        return self._database.fetch(self._name + key)

    def save(self, key: bytes, value: bytes) -> None:
        """Keep it under a key."""
        self._database.save(self._name + key, value)

    def delete(self, key: bytes, value: bytes) -> None:
        """Keep it no longer."""
        self._database.delete(self._name + key, value)


def _one(text: str) -> ExampleDatabase:
    kind, colon, rest = text.partition(":")
    if kind == "directory" and rest:
        return DirectoryBasedExampleDatabase(Path(rest))
    if kind == "github" and rest.count("/") == 1:
        owner, repository = rest.split("/")
        return ReadOnlyDatabase(GitHubArtifactDatabase(owner, repository))
    if kind in ("redis", "rediss") and colon:
        try:
            from hypothesis.extra.redis import RedisExampleDatabase
        except ImportError as error:
            raise UsageError("a Redis example database needs the package redis: run pip install redis") from error
        return RedisExampleDatabase(import_module("redis").Redis.from_url(text))
    raise UsageError(f"{text!r} is no example database: use directory:PATH, github:OWNER/REPOSITORY or redis://HOST")
