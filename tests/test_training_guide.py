"""The example of docs/train.md runs, and what it trains plays."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parent.parent / "docs" / "train.md"


def test_the_example_trains_saves_and_goes_on(tmp_path):
    pytest.importorskip("numba", reason="the extra `fast` is not installed")
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (reached,) = re.findall(r"mean return of 100 episodes: (\d+)", done.stdout)
    assert int(reached) > 200
    assert (tmp_path / "cartpole.npz").is_file()
