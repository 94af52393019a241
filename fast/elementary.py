"""tanh, exp and log in float32, written so that LLVM turns a loop over them into vector code.

Calls of the C library stay scalar in compiled loops. Coefficients were fitted to
the smallest largest relative error; what is left is rounding: 5 units of round-off for tanh, 1.5 for exp and log.
NaN passes through, except through log, whose argument is positive and normal.
No flag that lets the compiler reorder sums may be set here: `_nearest` lives off the order.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

__all__ = ["exp", "log", "tanh"]

_inlined: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(
    nogil=True, fastmath={"contract"}, error_model="numpy"
)

_f = np.float32
_P = tuple(map(_f, (1.0, 0.1368085212, 0.003869502586, 2.803120294e-05, 3.064227409e-08, -1.224606513e-11)))
_Q = tuple(map(_f, (1.0, 0.4701418421, 0.02725013679, 0.0003940703885, 1.289027623e-06)))
_E = tuple(map(_f, (0.4999999345, 0.1666652064, 0.0416683888, 0.008368716568, 0.001381454025)))
_L = tuple(
    map(_f, (0.3333333171, -0.2500082113, 0.2000122723, -0.1662335378, 0.1420174647, -0.1316020757, 0.1276167774))
)
_L7 = _f(-0.07634557513)
_ONE, _HALF, _SQRT2 = _f(1), _f(0.5), _f(np.sqrt(2))
_MAGIC, _MAGIC_BITS = _f(12582912), np.int32(0x4B400000)  # 3·2²²: adding it leaves the nearest integer in the low bits
_PER_LN2, _LN2_HIGH, _LN2_LOW = _f(1 / np.log(2)), _f(0.693359375), _f(-2.12194440e-4)
_SATURATED, _LARGEST, _SMALLEST = _f(9.01), _f(89), _f(-104)
_MANTISSA, _BIAS, _FRACTION_BITS = np.int32(0x007FFFFF), np.int32(127), np.int32(23)


@_inlined
def tanh(x: Any) -> Any:
    """The quotient x P(x²)/Q(x²) up to |x| = 9.01, beyond which tanh is ±1 in float32."""
    if x > _SATURATED:
        x = _SATURATED
    if x < -_SATURATED:
        x = -_SATURATED
    u = x * x
    p = _P[0] + u * (_P[1] + u * (_P[2] + u * (_P[3] + u * (_P[4] + u * _P[5]))))
    q = _Q[0] + u * (_Q[1] + u * (_Q[2] + u * (_Q[3] + u * _Q[4])))
    return x * p / q


@_inlined
def exp(x: Any) -> Any:
    """2ⁿ eʳ with x = n ln 2 + r, |r| ≤ ln 2 / 2; 2ⁿ in two factors, so that the result may overflow or underflow."""
    if x > _LARGEST:
        x = _LARGEST
    if x < _SMALLEST:
        x = _SMALLEST
    shifted = x * _PER_LN2 + _MAGIC
    n = _f(shifted).view(np.int32) - _MAGIC_BITS
    whole = shifted - _MAGIC
    r = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    e = _E[0] + r * (_E[1] + r * (_E[2] + r * (_E[3] + r * _E[4])))
    low = n >> np.int32(1)
    return ((_ONE + (r + r * r * e)) * _power_of_two(low)) * _power_of_two(n - low)


@_inlined
def log(x: Any) -> Any:
    """E ln 2 + log(1 + f) with x = 2ᴱ (1 + f), 1 + f in [√½, √2); x is positive and normal."""
    bits = _f(x).view(np.int32)
    exponent = (bits >> _FRACTION_BITS) - _BIAS
    mantissa = np.int32((bits & _MANTISSA) | (_BIAS << _FRACTION_BITS)).view(np.float32)
    if mantissa > _SQRT2:
        mantissa = mantissa * _HALF
        exponent += np.int32(1)
    f, e = mantissa - _ONE, _f(exponent)
    r = _L[0] + f * (_L[1] + f * (_L[2] + f * (_L[3] + f * (_L[4] + f * (_L[5] + f * (_L[6] + f * _L7))))))
    small = f * f * (f * r - _HALF)
    return e * _LN2_HIGH + (f + (small + e * _LN2_LOW))


@_inlined
def _power_of_two(n: Any) -> Any:
    return np.int32((n + _BIAS) << _FRACTION_BITS).view(np.float32)
