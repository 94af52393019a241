"""One file a library: how to reach its own advantage estimation, losses and updates.

The file's name is the target's name; its class ``Implementation`` offers the methods of the seam. Only the adapter of a
library imports it.
"""

__all__ = ["NotInstalledError"]


class NotInstalledError(ImportError):
    """The library behind an adapter is absent, or too old or new to be reached; the message says how to install it."""

    def __init__(self, library: str, command: str) -> None:
        super().__init__(f"{library} is not installed: run {command}")

    def __str__(self) -> str:
        """The message, and what failed to import where that was not the library as a whole."""
        cause = self.__cause__
        if isinstance(cause, ImportError) and not isinstance(cause, ModuleNotFoundError):
            return f"{self.args[0]} ({cause})"
        return str(self.args[0])
