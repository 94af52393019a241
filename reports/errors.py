"""Why a record is not rendered: one name a reason."""

from __future__ import annotations

__all__ = [
    "CutOffError",
    "DuplicateError",
    "EmptyRecordError",
    "InconsistentError",
    "NewerSchemaError",
    "RecordError",
    "SchemaError",
    "UnknownSchemaError",
    "UnreadableError",
]


class RecordError(ValueError):
    """A record that no report is made of; the message says which file, what is wrong, and what to do."""


class UnreadableError(RecordError):
    """The file is missing, too large, not text, or no JSON."""


class CutOffError(RecordError):
    """The record ends early: the JSON breaks off, or the run did not come to its end."""


class EmptyRecordError(RecordError):
    """The record holds nothing that was judged."""


class UnknownSchemaError(RecordError):
    """The JSON does not say that it is one of our records."""


class NewerSchemaError(RecordError):
    """The record was written by a newer version."""


class SchemaError(RecordError):
    """The record does not have the form that its schema states."""


class DuplicateError(RecordError):
    """The same thing was judged twice, and a report would have to choose."""


class InconsistentError(RecordError):
    """The record contradicts itself, or another one."""
