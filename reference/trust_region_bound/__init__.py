"""Trust-region bounds: how far the performance can fall below the surrogate, in each distance between policies."""

from .average_bound import (
    advantage_span,
    mean_kl_penalty,
    mean_total_variation_penalty,
    mean_visitation_shift,
    span_penalty,
    uniform_span_penalty,
)
from .distances import maximal_kl, maximal_total_variation, mean_total_variation
from .estimation_error import estimated_surrogate, surrogate_error_bound
from .local_bound import gap_curvature, kl_curvature, local_penalty
from .minorizer import kl_penalty, minorizer, penalty_coefficient, step_limit
from .total_variation_bound import coupling_penalty, largest_advantage, total_variation_penalty
from .value_span_bound import value_span_penalty

__all__ = [
    "advantage_span",
    "coupling_penalty",
    "estimated_surrogate",
    "gap_curvature",
    "kl_curvature",
    "kl_penalty",
    "largest_advantage",
    "local_penalty",
    "maximal_kl",
    "maximal_total_variation",
    "mean_kl_penalty",
    "mean_total_variation",
    "mean_total_variation_penalty",
    "mean_visitation_shift",
    "minorizer",
    "penalty_coefficient",
    "span_penalty",
    "step_limit",
    "surrogate_error_bound",
    "total_variation_penalty",
    "uniform_span_penalty",
    "value_span_penalty",
]
