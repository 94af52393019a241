"""A process in which contenders run when they are told to, so that no library shares one with another.

    python worker.py FILE SIZES NAME...

NAME is a function of FILE. It takes SIZES, a JSON object, as keywords, imports what it measures, and gives an iterator
of functions: the functions are timed, and what happens between them, such as putting parameters back, is not.

The first line written is `null`: all is prepared, and has run once. A line `["turn", NAME, WARM, CALLS]` that is read
is answered by the CPU seconds that a call took, all threads together, and by those on the wall, after WARM calls that
are not timed; a line `["answer", NAME]` by what the last call returned. Where there is more than one thread, other work
has to wait meanwhile, as Linux lets root demand; whether it did is told too.
"""

import json
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

SEVERAL = os.environ.get("OMP_NUM_THREADS") != "1"


class _Contender:
    def __init__(self, functions: Iterator[Callable[[], object]]) -> None:
        self._functions = functions
        self.answer: object = None
        self.turn(0, 1)

    def turn(self, warm: int, calls: int) -> tuple[float, float, bool]:
        ahead = SEVERAL and _scheduled("SCHED_FIFO", 1)
        for function in islice(self._functions, warm):
            function()
        functions, answer = list(islice(self._functions, calls)), None
        cpu, wall = process_time(), perf_counter()
        for function in functions:
            answer = function()
        seconds = (process_time() - cpu) / calls, (perf_counter() - wall) / calls
        if ahead:
            _scheduled("SCHED_OTHER", 0)
        self.answer = answer
        return *seconds, ahead


def _scheduled(policy: str, priority: int) -> bool:
    """Whether all threads of this process, and those that they begin, follow a policy of the scheduler from now on."""
    try:
        for task in Path("/proc/self/task").iterdir():
            os.sched_setscheduler(int(task.name), getattr(os, policy), os.sched_param(priority))
    except (OSError, AttributeError):
        return False
    return True


def _serve(file: str, sizes: str, *names: str) -> None:
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer

        def say(answer: Any) -> None:
            print(json.dumps(answer, default=lambda array: array.tolist()), file=answers, flush=True)

        functions = runpy.run_path(file)
        contenders = {name: _Contender(functions[name](**json.loads(sizes))) for name in names}
        say(None)
        for line in sys.stdin:
            match json.loads(line):
                case ["turn", name, warm, calls]:
                    say(contenders[name].turn(warm, calls))
                case ["answer", name]:
                    say(contenders[name].answer)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
