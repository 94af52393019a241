"""The Fisher-vector product is a function of its arguments."""

from ..controls import controls
from ..purity import purity
from .capability import FISHER_VECTOR_PRODUCT

PURITY = purity(FISHER_VECTOR_PRODUCT)
CONTROLS = controls(FISHER_VECTOR_PRODUCT)
