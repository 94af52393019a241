"""What all tests share."""

import subprocess
import sys

import pytest


@pytest.fixture
def policyproof(tmp_path):
    """Run the command line in an empty folder, as a person would; returns the finished process."""

    def run(*arguments, cwd=tmp_path, **options):
        command = [sys.executable, "-m", "policyproof", *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False, **options)

    return run
