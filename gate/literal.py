"""Numbers as Python source."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["literal"]


def literal(value: Any) -> str:
    """An expression that gives the same numbers, bit for bit; arrays are ``np.array``."""
    if isinstance(value, np.ndarray):
        kind = {"b": "bool", "i": "np.int64"}.get(value.dtype.kind, "np.float64")
        entries = np.array2string(value, separator=", ", threshold=value.size + 1, max_line_width=100, formatter=FORM)
        shape = f".reshape({', '.join(map(str, value.shape))})" if 0 in value.shape else ""
        return f"np.array({entries}, dtype={kind}){shape}"
    return repr(value)


FORM: Any = {"float_kind": lambda x: repr(float(x)).replace("inf", "np.inf").replace("nan", "np.nan")}
