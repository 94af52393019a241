"""Log-probability, entropy and divergence are functions of their arguments."""

from ..controls import controls
from ..purity import purity
from .capability import ENTROPY, KL, LOG_PROB

PURITY = tuple(invariant for capability in (LOG_PROB, ENTROPY, KL) for invariant in purity(capability))
CONTROLS = tuple(control for capability in (LOG_PROB, ENTROPY, KL) for control in controls(capability))
