"""What holds of every row, whatever stands beside it."""

from ..rows_alone import rows_alone
from .capability import ENTROPY, KL, LOG_PROB, entropy_bound, kl_bound, log_prob_bound

SEAM = "the seam: distributions are per row"

ROWS = (
    rows_alone(LOG_PROB, log_prob_bound, SEAM, "softmax-over-the-batch"),
    rows_alone(ENTROPY, entropy_bound, SEAM, "mean-over-the-batch"),
    rows_alone(KL, kl_bound, SEAM, "mean-over-the-batch"),
)
