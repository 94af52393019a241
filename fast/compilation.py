"""How functions are compiled here: at their first call, without the interpreter's lock, division as in NumPy.

`compiled` is for functions that other compiled functions call. `kept` is for those that Python calls: the machine code
of the whole tree below is kept on disk, where numba finds a folder that it may write to. Numba throws it away when the
file of that one function changes; here it is thrown away when any source of this folder that compiles does.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit

__all__ = ["compiled", "kept"]

Function = Callable[..., Any]
compiled: Callable[[Function], Function] = njit(nogil=True, error_model="numpy")


def kept(function: Function) -> Function:
    """`function`, compiled or loaded at its first call."""
    dispatcher: Any = compiled(function)
    try:
        dispatcher.enable_caching()
        stamped = dispatcher._cache._cache_file
        if not hasattr(stamped, "_source_stamp"):
            return compiled(function)
        stamped._source_stamp = _digest()
    except (RuntimeError, AttributeError):  # no such folder; or numba has moved the stamp
        return compiled(function)
    found: Function = dispatcher
    return found


@cache
def _digest() -> str:
    sources = (source.read_bytes() for source in sorted(Path(__file__).parent.glob("*.py")))
    return sha256(b"".join(source for source in sources if b"numba" in source or b".compilation" in source)).hexdigest()
