"""Trust region policy optimisation: conjugate gradients, line search, the step, and the exact problem."""

from .batch import batch_mean_kl, batch_surrogate, importance_sampled_surrogate
from .conjugate_gradient import NotPositiveDefiniteError, conjugate_gradient, energy_error, krylov_minimiser
from .exact_problem import kl_constrained_optimum
from .line_search import UndecidedTrialError, backtrack, is_acceptable
from .step import Step, Trial, natural_gradient_step, trial, trpo_step

__all__ = [
    "NotPositiveDefiniteError",
    "Step",
    "Trial",
    "UndecidedTrialError",
    "backtrack",
    "batch_mean_kl",
    "batch_surrogate",
    "conjugate_gradient",
    "energy_error",
    "importance_sampled_surrogate",
    "is_acceptable",
    "kl_constrained_optimum",
    "krylov_minimiser",
    "natural_gradient_step",
    "trial",
    "trpo_step",
]
