"""The estimate is a function of its arguments."""

from ..controls import controls
from ..purity import purity
from .capability import APPROXIMATE_KL

PURITY = purity(APPROXIMATE_KL)
CONTROLS = controls(APPROXIMATE_KL)
