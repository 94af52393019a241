"""The policy loss is a function of its arguments."""

from ..controls import controls
from ..purity import purity
from .capability import POLICY_LOSS

PURITY = purity(POLICY_LOSS)
CONTROLS = controls(POLICY_LOSS)
