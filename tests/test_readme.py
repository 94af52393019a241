"""The README shows what happens: its commands run, and print what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
ADAPTER, FROM_PYTHON = (body for kind, body in BLOCKS if kind == "python")
CONSOLE = [body for kind, body in BLOCKS if kind == "console"]


@pytest.fixture
def shell(tmp_path):
    """A folder with the README's adapter, and its programs on the path."""
    (tmp_path / "my_adapter.py").write_text(ADAPTER)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "80"}

    def run(command):
        return subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("session", CONSOLE, ids=lambda session: session.splitlines()[0])
def test_each_console_session_prints_what_is_shown(session, shell):
    command, *shown = session.splitlines()
    printed = iter([line.rstrip() for line in shell(command.removeprefix("$ ")).stdout.splitlines()])
    for line in shown:
        assert line == "..." or line in printed, f"not printed, or not in this order: {line}"


def test_the_adapter_has_at_most_ten_lines():
    assert len(ADAPTER.strip().splitlines()) <= 10


def test_the_python_example_runs(shell):
    Path(shell("pwd").stdout.strip(), "example.py").write_text(FROM_PYTHON)
    done = shell("python example.py")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command", [line.split("#")[0].split() for kind, b in BLOCKS if kind == "sh" for line in b.splitlines()]
)
def test_the_make_commands_exist(command):
    dry = subprocess.run([*command, "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr
    assert "policyproof check fast-cpu stable-baselines3" in dry.stdout or "pytest" in dry.stdout


def test_every_folder_of_the_house_is_packaged():
    listed = set(re.findall(r'^    "(policyproof[\w.]*)",$', (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE))
    found = [file.parent.relative_to(ROOT) for file in ROOT.glob("*/**/__init__.py")]
    folders = {folder for folder in found if not any(part.startswith(".") for part in folder.parts)}
    assert {".".join(("policyproof", *folder.parts)) for folder in folders} <= listed
