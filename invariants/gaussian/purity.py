"""Log-density, entropy and divergence are functions of their arguments."""

from ..controls import controls
from ..purity import purity
from .capability import ENTROPY, KL, LOG_PROB, SQUASHED

ALL = (LOG_PROB, ENTROPY, KL, SQUASHED)
PURITY = tuple(invariant for capability in ALL for invariant in purity(capability))
CONTROLS = tuple(control for capability in ALL for control in controls(capability))
