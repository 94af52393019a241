"""One file a library: how to reach its own advantage estimation, losses and updates.

The file's name is the target's name; its class ``Implementation`` offers the methods of the seam. Only the adapter of a
library imports it.
"""

__all__ = ["NotInstalledError"]


class NotInstalledError(ImportError):
    """The library behind an adapter is absent; the message says how to install it."""

    def __init__(self, library: str, command: str) -> None:
        super().__init__(f"{library} is not installed: run {command}")
