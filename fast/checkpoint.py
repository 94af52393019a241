"""An agent in one .npz file: arrays and JSON, never a pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zipfile import BadZipFile

import numpy as np

from .environments import Environment

if TYPE_CHECKING:
    from .agent import Agent

__all__ = ["load", "save"]

A = TypeVar("A", bound="Agent[Any]")


def _schema(kind: type[Agent[Any]]) -> str:
    return f"policyproof/{kind.__name__.lower()}/1"


def _arrays(agent: Agent[Any]) -> dict[str, Any]:
    """Name → the array of the agent that holds it; of the running moments, whatever is switched on."""
    found: dict[str, Any] = {
        "parameters": agent.network.parameters,
        "first_moment": agent.adam.first,
        "second_moment": agent.adam.second,
        "adam_steps": agent.adam.steps,
    }
    for name, moments in _moments(agent).items():
        found |= {f"{name}_mean": moments.mean, f"{name}_squares": moments.squares}
    return found


def _moments(agent: Agent[Any]) -> dict[str, Any]:
    observed, scale = agent.collector.moments, agent.collector.reward_scale
    return ({"observation": observed} if observed else {}) | ({"return": scale.moments} if scale else {})


def save(agent: Agent[Any], path: str | os.PathLike[str]) -> None:
    """Write the file as a whole or not at all."""
    told = {
        "schema": _schema(type(agent)),
        "config": agent.config.as_dict(),
        "environment": agent.environment if isinstance(agent.environment, str) else None,
        "sizes": _sizes(agent),
        "steps": agent.steps,
        "random": agent.random.bit_generator.state,
        "counts": {name: moments.count for name, moments in _moments(agent).items()},
    }
    path = Path(path)
    unfinished = path.with_name(path.name + ".unfinished")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, agent=np.array(json.dumps(told)), **_arrays(agent))
    unfinished.replace(path)


def load(
    cls: type[A],
    path: str | os.PathLike[str],
    environment: Environment | None,
    make: Callable[[Environment, Any], A] | None = None,
) -> A:
    """Make the agent anew, by `make(environment, config)` where the class alone will not do, and put back the rest."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        told = json.loads(str(arrays["agent"]))
        schema = told["schema"]
    except (BadZipFile, ValueError, KeyError, TypeError, EOFError) as error:
        raise ValueError(f"{os.fspath(path)} is no agent of this package") from error
    if schema != _schema(cls):
        raise ValueError(f"{os.fspath(path)} follows {schema!r}; this version reads {_schema(cls)!r}")
    if environment is None:
        environment = told["environment"]
        if environment is None:
            raise ValueError("the agent's environment was not an id; pass it as the second argument of load")
    agent = (make or cls)(environment, cls.config_type.from_dict(told["config"]))
    if _sizes(agent) != told["sizes"]:
        raise ValueError(f"the agent was trained on {told['sizes']}; this environment has {_sizes(agent)}")
    for name, array in _arrays(agent).items():
        if array.shape != arrays[name].shape:
            raise ValueError(
                f"{name} has shape {arrays[name].shape} in the file, {array.shape} in the agent made for it"
            )
        array[...] = arrays[name]
    for name, moments in _moments(agent).items():
        moments.count = told["counts"][name]
    agent.steps = told["steps"]
    agent.random.bit_generator.state = told["random"]
    return agent


def _sizes(agent: Agent[Any]) -> dict[str, Any]:
    spaces = agent.spaces
    return {"inputs": spaces.inputs, "actions": spaces.actions, "discrete": spaces.discrete}
