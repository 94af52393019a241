"""The method of conjugate gradients is a function of its arguments."""

from ..controls import controls
from ..purity import purity
from .capability import CONJUGATE_GRADIENT

PURITY = purity(CONJUGATE_GRADIENT)
CONTROLS = controls(CONJUGATE_GRADIENT)
