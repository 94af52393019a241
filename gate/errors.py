"""What the person at the keyboard can mend."""

__all__ = ["UsageError"]


class UsageError(Exception):
    """Nothing could be judged; the message is one sentence that says what to do. Exit code 2."""
