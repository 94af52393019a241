"""Natural policy gradients: pseudo-inverses, closed forms, the argmax on a trust region, compatible features."""

from .compatible import compatible_loss, compatible_weights
from .gradient import batch_policy_gradient, softmax_policy_gradient
from .multiplicative_weights import log_normaliser, natural_policy_gradient_update, tilted_divergence, tilted_policy
from .pseudo_inverse import InconsistentSystemError, minimum_norm_solution, pseudo_inverse
from .tabular_softmax import UncertainSupportError, softmax_damped_natural_gradient, softmax_natural_gradient
from .trust_region import (
    UnboundedProblemError,
    UncertainSlopeError,
    argmax_on_ellipsoid,
    largest_increase,
    squared_step_length,
    trust_region_step,
)

__all__ = [
    "InconsistentSystemError",
    "UnboundedProblemError",
    "UncertainSlopeError",
    "UncertainSupportError",
    "argmax_on_ellipsoid",
    "batch_policy_gradient",
    "compatible_loss",
    "compatible_weights",
    "largest_increase",
    "log_normaliser",
    "minimum_norm_solution",
    "natural_policy_gradient_update",
    "pseudo_inverse",
    "softmax_damped_natural_gradient",
    "softmax_natural_gradient",
    "softmax_policy_gradient",
    "squared_step_length",
    "tilted_divergence",
    "tilted_policy",
    "trust_region_step",
]
