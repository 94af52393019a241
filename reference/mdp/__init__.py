"""What follows from the definition of a Markov decision process alone."""

from .finite_horizon import finite_horizon_performance, finite_horizon_values
from .geometric_horizon import stopped_state_distribution, surviving_performance
from .simulation_lemma import model_value_difference
from .state_distribution import partial_visitation, state_distributions
from .trajectories import Trajectory, trajectories, trajectory_probability, trajectory_return

__all__ = [
    "Trajectory",
    "finite_horizon_performance",
    "finite_horizon_values",
    "model_value_difference",
    "partial_visitation",
    "state_distributions",
    "stopped_state_distribution",
    "surviving_performance",
    "trajectories",
    "trajectory_probability",
    "trajectory_return",
]
