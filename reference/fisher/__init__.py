"""The Fisher information of a policy: outer products of scores, curvature of the KL divergence, closed forms."""

from .gaussian import gaussian_linear_fisher
from .hessian import mean_kl_hessian
from .information import InvalidBatchError, fisher_information, state_frequencies
from .rank import rank
from .scores import log_linear_scores, softmax_scores
from .tabular_softmax import softmax_fisher, softmax_fisher_rank, softmax_fisher_vector_product
from .taylor import kl_series, log_ratio_series, probability_series

__all__ = [
    "InvalidBatchError",
    "fisher_information",
    "gaussian_linear_fisher",
    "kl_series",
    "log_linear_scores",
    "log_ratio_series",
    "mean_kl_hessian",
    "probability_series",
    "rank",
    "softmax_fisher",
    "softmax_fisher_rank",
    "softmax_fisher_vector_product",
    "softmax_scores",
    "state_frequencies",
]
