"""Updates are functions of their arguments."""

from ..controls import controls
from ..purity import purity
from .capabilities import NATURAL_GRADIENT_STEP, PPO_STEP, TRPO_STEP

PURITY = purity(NATURAL_GRADIENT_STEP) + purity(TRPO_STEP) + purity(PPO_STEP)
CONTROLS = controls(NATURAL_GRADIENT_STEP) + controls(TRPO_STEP) + controls(PPO_STEP)
