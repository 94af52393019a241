"""Fast implementations on CPU and GPU; a name is imported when it is first asked for, PyTorch with it."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .advantage import generalized_advantage_estimation
    from .ppo import PPO
    from .ppo_config import PPOConfig
    from .torch_ppo import TorchPPO
    from .trpo import TRPO
    from .trpo_config import TRPOConfig

__all__ = ["PPO", "TRPO", "PPOConfig", "TRPOConfig", "TorchPPO", "generalized_advantage_estimation"]

_HOME = {
    "PPO": ".ppo",
    "PPOConfig": ".ppo_config",
    "TRPO": ".trpo",
    "TRPOConfig": ".trpo_config",
    "TorchPPO": ".torch_ppo",
    "generalized_advantage_estimation": ".advantage",
}


def __getattr__(name: str) -> object:
    """The public name `name`, from the module where it lives (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)
