"""Normalising is a function of its argument."""

from ..controls import controls
from ..purity import purity
from .capability import NORMALIZE_ADVANTAGES

PURITY = purity(NORMALIZE_ADVANTAGES)
CONTROLS = controls(NORMALIZE_ADVANTAGES)
