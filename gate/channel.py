"""Messages between the gate and its workers: one JSON object a line, over a local socket."""

from __future__ import annotations

import json
import select
import socket
from pathlib import Path
from typing import Any

__all__ = ["Channel", "Closed", "Listener"]


class Closed(Exception):  # noqa: N818 - it is an end, expected from every worker sooner or later
    """The other side is gone."""


class Channel:
    """One end of a conversation."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = b""

    @classmethod
    def to(cls, address: Path) -> Channel:
        """Connect to who listens there."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(address))
        return cls(connection)

    def send(self, message: dict[str, Any]) -> None:
        """Say it, or raise ``Closed``."""
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise Closed from error

    def receive(self, seconds: float | None = None) -> dict[str, Any] | None:
        """The next message; None if none comes in time."""
        while b"\n" not in self._received:
            try:
                if seconds is not None and not select.select([self._connection], [], [], seconds)[0]:
                    return None
                part = self._connection.recv(2**16)
            except (OSError, ValueError) as error:
                raise Closed from error
            if not part:
                raise Closed
            self._received += part
        line, self._received = self._received.split(b"\n", 1)
        return dict(json.loads(line))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Listener:
    """Where a worker reports; open before the worker is started."""

    def __init__(self, address: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(address))
        self._socket.listen(1)

    def accept(self, seconds: float) -> Channel | None:
        """The worker's channel; None if it does not report in time."""
        self._socket.settimeout(seconds)
        try:
            connection, _ = self._socket.accept()
        except TimeoutError:
            return None
        connection.settimeout(None)
        return Channel(connection)

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()
