"""Conservative policy iteration: mix in a better policy a little, and never get worse."""

from .greedy_selector import best_in_class, greedy_selector
from .guaranteed_step import guaranteed_step
from .improvement_bound import mixture_penalty, partner_advantage, quadratic_mixture_penalty
from .mixture import mixture
from .visitation_shift import linear_visitation_shift, visitation_shift

__all__ = [
    "best_in_class",
    "greedy_selector",
    "guaranteed_step",
    "linear_visitation_shift",
    "mixture",
    "mixture_penalty",
    "partner_advantage",
    "quadratic_mixture_penalty",
    "visitation_shift",
]
