"""Gradient, surrogate and divergence are functions of their arguments."""

from ..controls import controls
from ..purity import purity
from .capabilities import MEAN_KL, POLICY_GRADIENT, SURROGATE

PURITY = purity(POLICY_GRADIENT) + purity(SURROGATE) + purity(MEAN_KL)
CONTROLS = controls(POLICY_GRADIENT) + controls(SURROGATE) + controls(MEAN_KL)
