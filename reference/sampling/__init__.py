"""How samples are drawn and weighted: single path and vine, importance weights, off-policy operators.

Sampling schemes are programs over ``draw(probabilities)``. Given a random generator they sample; given to
``outcomes`` they yield every result with its probability, so that means and variances are exact.
"""

from .enumeration import Draw, expectation, outcomes, variance
from .importance import (
    MissingSupportError,
    chi_square,
    importance_weights,
    renyi_two,
    truncated,
    weighted_second_moment,
)
from .retrace import retrace_operator
from .self_normalised import self_normalised, self_normalised_limit, self_normalised_logit_gradient
from .single_path import action_values_within, rollout_return, single_path
from .state_laws import geometric_stop, state_law, time_average_law, two_step_covariance
from .v_trace import v_trace_operator, v_trace_policy
from .vine import all_actions, one_action, sampled_actions, vine

__all__ = [
    "Draw",
    "MissingSupportError",
    "action_values_within",
    "all_actions",
    "chi_square",
    "expectation",
    "geometric_stop",
    "importance_weights",
    "one_action",
    "outcomes",
    "renyi_two",
    "retrace_operator",
    "rollout_return",
    "sampled_actions",
    "self_normalised",
    "self_normalised_limit",
    "self_normalised_logit_gradient",
    "single_path",
    "state_law",
    "time_average_law",
    "truncated",
    "two_step_covariance",
    "v_trace_operator",
    "v_trace_policy",
    "variance",
    "vine",
    "weighted_second_moment",
]
