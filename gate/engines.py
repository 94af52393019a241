"""Where the units of a campaign are judged: in local processes, or on a Ray cluster."""

from __future__ import annotations

import atexit
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from importlib import import_module
from itertools import groupby, islice
from typing import Any

from .campaign import Plan, Unit
from .errors import UsageError
from .sandbox import sandbox
from .session import Limits
from .verdict import Verdict

__all__ = ["judged_here", "judged_on_ray"]

AHEAD = 4
"""Units handed to Ray for each core, so that none waits for work."""


def judged_here(
    plan: Plan, units: Iterable[Unit], limits: Limits, workers: int | None
) -> Generator[tuple[Unit, Verdict]]:
    """Judge units in ``workers`` processes on this machine, target by target."""
    for target, own in groupby(units, key=lambda unit: unit.target):
        with sandbox(target, workers) as opened:
            jobs = (plan.job(unit) for unit in own)
            for job, verdict in opened.verdicts(lambda jobs=jobs: next(jobs, None), limits):  # type: ignore[misc]
                yield Unit(target, job.invariant, job.seed), verdict


def judged_on_ray(plan: Plan, units: Iterable[Unit], limits: Limits, address: str) -> Generator[tuple[Unit, Verdict]]:
    """Judge units as tasks of a Ray cluster; a task whose worker or node dies is run again by Ray.

    ``address`` is ``auto``, ``local`` for a cluster of this machine's cores that ends with the run, or HOST:PORT.
    Each core judges in a worker process of its own, so a crash costs that process and not Ray's.

    Raises
    ------
    UsageError: Ray is not installed, or there is no cluster at the address.
    """
    try:
        ray: Any = import_module("ray")
    except ImportError as error:
        raise UsageError('Ray is not installed: run pip install "policyproof[ray]"') from error
    try:
        ray.init(address=address, log_to_driver=False, logging_level="error", include_dashboard=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UsageError(f"no Ray cluster at {address}: {str(error).splitlines()[0]}") from error
    try:
        remote = ray.remote(num_cpus=1, max_retries=-1)(_judged)
        waiting: Iterator[Unit] = iter(units)
        under_way: dict[Any, Unit] = {}
        window = AHEAD * int(ray.cluster_resources().get("CPU", 1))
        while True:
            for unit in islice(waiting, window - len(under_way)):
                under_way[remote.remote(plan, unit, limits)] = unit
            if not under_way:
                return
            finished, _ = ray.wait(list(under_way), num_returns=1)
            for reference in finished:
                yield under_way.pop(reference), Verdict.from_fields(ray.get(reference))
    finally:
        ray.shutdown()


OPEN: dict[str, Any] = {}
"""The one target that this Ray worker has open."""


def _judged(plan: Plan, unit: Unit, limits: Limits) -> dict[str, Any]:
    if OPEN.get("target") != unit.target:
        OPEN.pop("stack", ExitStack()).close()
        OPEN.update(
            target=unit.target, stack=(stack := ExitStack()), sandbox=stack.enter_context(sandbox(unit.target, 1))
        )
        atexit.register(stack.close)
    jobs = iter([plan.job(unit)])
    ((_, verdict),) = OPEN["sandbox"].verdicts(lambda: next(jobs, None), limits)
    return asdict(verdict)
