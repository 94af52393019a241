"""Work on a device that is recorded once as a CUDA graph and replayed: one launch for thousands of kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

__all__ = ["Replayed"]

WARM_UPS = 2


class Replayed:
    """``work`` on CUDA, recorded at the first call; on another device, ``work`` itself.

    work : takes and returns nothing, and reads and writes tensors that stay where they are; asks the device for no
        number.
    state : the tensors among them whose values outlive a call. The runs that warm up are undone in them.
    generator : where ``work`` draws its random numbers; each replay goes on from where the last one ended.

    No GPU has run this; on a CPU the work runs as it is.
    """

    def __init__(self, work: Callable[[], None], state: Sequence[Tensor], generator: Generator) -> None:
        self._work, self._state, self._generator = work, state, generator
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self) -> None:
        """Do the work once."""
        if self._generator.device.type != "cuda":
            self._work()
            return
        if self._graph is None:
            self._graph = self._record()
        self._graph.replay()

    def _record(self) -> torch.cuda.CUDAGraph:
        before, drawn = [tensor.clone() for tensor in self._state], self._generator.get_state()
        aside = torch.cuda.Stream(self._generator.device)  # type: ignore[no-untyped-call]
        here = torch.cuda.current_stream(self._generator.device)
        aside.wait_stream(here)
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                self._work()
        here.wait_stream(aside)
        for tensor, old in zip(self._state, before, strict=True):
            tensor.copy_(old)
        self._generator.set_state(drawn)
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self._generator)
        with torch.cuda.graph(graph):
            self._work()
        return graph
