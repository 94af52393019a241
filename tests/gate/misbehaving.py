"""Implementations that misbehave, one kind each. Each is right until an episode is cut short."""

import ctypes
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
from policyproof.reference.advantage_estimation import generalized_advantage_estimation


def right(*batch, gamma, lam):
    return generalized_advantage_estimation(*batch, gamma=gamma, lam=lam)


class Misbehaving:
    """Right, until it is asked about a truncated step."""

    dtype = "float64"

    def gae(self, *batch, gamma, lam):
        answer = right(*batch, gamma=gamma, lam=lam)
        return self.spoil(answer, batch) if batch[4].any() else answer


class Raises(Misbehaving):
    def spoil(self, answer, batch):
        raise RuntimeError("boom")


class RaisesWithNothingToSay(Misbehaving):
    class UnprintableError(Exception):
        def __str__(self):
            raise ValueError

    def spoil(self, answer, batch):
        raise self.UnprintableError


class RaisesBaseException(Misbehaving):
    class OddError(BaseException):
        pass

    def spoil(self, answer, batch):
        raise self.OddError("neither Exception nor exit")


class RaisesGeneratorExit(Misbehaving):
    def spoil(self, answer, batch):
        raise GeneratorExit


class WrongShape(Misbehaving):
    def spoil(self, answer, batch):
        return answer.T[:, :, None]


class WrongDtype(Misbehaving):
    def spoil(self, answer, batch):
        return answer.astype(str)


class Flags(Misbehaving):
    def spoil(self, answer, batch):
        return answer > 0


class Complex(Misbehaving):
    def spoil(self, answer, batch):
        return answer + 0j


class Objects(Misbehaving):
    def spoil(self, answer, batch):
        return answer.astype(object)


class Ragged(Misbehaving):
    def spoil(self, answer, batch):
        return [[0.0], [0.0, 1.0]]


class Nothing(Misbehaving):
    def spoil(self, answer, batch):
        return None


class GeneratorOfRows(Misbehaving):
    def spoil(self, answer, batch):
        return (row for row in answer)


class Coroutine(Misbehaving):
    def spoil(self, answer, batch):
        async def later():
            return answer

        coroutine = later()
        coroutine.close()
        return coroutine


class ArrayThatRaises(Misbehaving):
    def spoil(self, answer, batch):
        class Lazy:
            def __array__(self, dtype=None, copy=None):
                raise MemoryError("too large to show")

        return Lazy()


class NotANumber(Misbehaving):
    def spoil(self, answer, batch):
        return answer * np.nan


class Infinite(Misbehaving):
    def spoil(self, answer, batch):
        return answer + np.inf


class Hangs(Misbehaving):
    def spoil(self, answer, batch):
        time.sleep(3600)


class Spins(Misbehaving):
    def spoil(self, answer, batch):
        while True:
            pass


class Deadlocks(Misbehaving):
    def spoil(self, answer, batch):
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()


class HangsWhenConverted(Misbehaving):
    def spoil(self, answer, batch):
        class Lazy:
            def __array__(self, dtype=None, copy=None):
                time.sleep(3600)

        return Lazy()


class WaitsForInput(Misbehaving):
    def spoil(self, answer, batch):
        return input("continue? ")


class Aborts(Misbehaving):
    def spoil(self, answer, batch):
        os.abort()


class Segfaults(Misbehaving):
    def spoil(self, answer, batch):
        ctypes.string_at(0)


class Killed(Misbehaving):
    def spoil(self, answer, batch):
        os.kill(os.getpid(), signal.SIGKILL)


class Exits(Misbehaving):
    def spoil(self, answer, batch):
        sys.exit(0)


class ExitsAtOnce(Misbehaving):
    def spoil(self, answer, batch):
        os._exit(0)


class Interrupts(Misbehaving):
    def spoil(self, answer, batch):
        raise KeyboardInterrupt


class RecursesForEver(Misbehaving):
    def spoil(self, answer, batch):
        return self.spoil(answer, batch)


class RecursesThroughTheStack(Misbehaving):
    def spoil(self, answer, batch):
        sys.setrecursionlimit(10**9)

        class Deep:
            def __repr__(self):
                return repr([Deep()])

        return repr(Deep())


class EatsMemory(Misbehaving):
    def spoil(self, answer, batch):
        hoard = []
        while True:
            hoard.append(np.ones(2**22))


class AsksForTooMuchMemory(Misbehaving):
    def spoil(self, answer, batch):
        return np.ones(2**60)


class Babbles(Misbehaving):
    def spoil(self, answer, batch):
        print("x" * 4 * 2**20)
        return answer


class BabblesForEver(Misbehaving):
    def spoil(self, answer, batch):
        while True:
            os.write(2, b"x" * 2**16)


class LeaksThreads(Misbehaving):
    def spoil(self, answer, batch):
        threading.Thread(target=time.sleep, args=(3600,)).start()
        return answer


class ForksAndComesBackTwice(Misbehaving):
    def spoil(self, answer, batch):
        os.fork()
        return answer + 1


class ClosesEveryFile(Misbehaving):
    def spoil(self, answer, batch):
        os.closerange(3, 1024)
        return answer


class OverwritesItsInputs(Misbehaving):
    def spoil(self, answer, batch):
        if batch[0].flags.writeable:
            batch[0][...] = 0
        return answer


class ForcesItsInputsOpen(Misbehaving):
    def spoil(self, answer, batch):
        batch[0].flags.writeable = True
        batch[0][...] = 0
        return answer


class ReturnsAnInput(Misbehaving):
    def spoil(self, answer, batch):
        if batch[1].flags.writeable:
            batch[1][...] = answer
        return batch[1]


class ReturnsOneBuffer(Misbehaving):
    def __init__(self):
        self.buffers = {}

    def spoil(self, answer, batch):
        buffer = self.buffers.setdefault(answer.shape, np.empty_like(answer))
        buffer[...] = answer
        return buffer


class Random(Misbehaving):
    generator = random.Random(0)

    def spoil(self, answer, batch):
        return answer + self.generator.random()


class RemembersTheLastCall(Misbehaving):
    last = 0.0

    def spoil(self, answer, batch):
        got, self.last = answer + 1e-3 * (self.last != 0), float(batch[0].sum()) + 1
        return got


class DrawsFromTheGlobalGenerator(Misbehaving):
    def spoil(self, answer, batch):
        random.random()
        return answer


class ChangesTheErrorState(Misbehaving):
    def spoil(self, answer, batch):
        np.seterr(all="ignore")
        return answer


class ChangesTheWorkingDirectory(Misbehaving):
    def spoil(self, answer, batch):
        os.chdir("/" if Path.cwd() != Path("/") else "/tmp")
        return answer
