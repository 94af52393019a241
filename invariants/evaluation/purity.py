"""Policy evaluation is a function of its arguments."""

from ..controls import controls
from ..purity import purity
from .capabilities import ACTION_VALUES, STATE_VALUES, VISITATION

PURITY = purity(STATE_VALUES) + purity(ACTION_VALUES) + purity(VISITATION)
CONTROLS = controls(STATE_VALUES) + controls(ACTION_VALUES) + controls(VISITATION)
