"""Advantage estimators are functions of their arguments."""

from ..controls import controls
from ..purity import purity
from .capabilities import GAE, LAMBDA_RETURNS

PURITY = purity(GAE) + purity(LAMBDA_RETURNS)
CONTROLS = controls(GAE) + controls(LAMBDA_RETURNS)
