"""The value loss is a function of its arguments."""

from ..controls import controls
from ..purity import purity
from .capability import VALUE_LOSS

PURITY = purity(VALUE_LOSS)
CONTROLS = controls(VALUE_LOSS)
