"""Scripts that reproduce what a library does, without us."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from policyproof import adapters
from policyproof.gate.errors import UsageError
from policyproof.gate.script import script
from policyproof.gate.standalone import standalone

FOLDER = Path(adapters.__path__[0])
DEVIATIONS = ("normalize-advantages-a-batch-of-one-gives-zero", "collect-reports-what-the-environment-logged")
FILES = [file for file in sorted(FOLDER.rglob("*.py")) if not any(part.startswith("_") for part in file.parts)]
FILES = [file for file in FILES if file.stem != "fast_cuda"]


def methods(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ClassDef) and node.name == "Implementation":
            yield from (part.name for part in node.body if isinstance(part, ast.FunctionDef))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_method_of_an_adapter_stands_alone(file):
    module = ".".join((adapters.__name__, *file.relative_to(FOLDER).with_suffix("").parts))
    for method in methods(file):
        if not method.startswith("_"):
            text = standalone(module, "Implementation", method, adapters.__name__)
            compile(text, file, "exec")
            assert "policyproof.adapters" not in text
            assert f"def {method}(" in text


def test_one_name_for_two_things_is_refused():
    with pytest.raises(ValueError, match="tabular means"):
        standalone("policyproof.adapters.fast_cuda", "Implementation", "ppo_step", adapters.__name__)


@pytest.mark.parametrize("invariant", DEVIATIONS)
def test_a_deviation_shows_without_policyproof(invariant, tmp_path):
    pytest.importorskip("stable_baselines3", reason="stable-baselines3 is not installed")
    text = script(FOLDER / "deviations" / "cases" / f"stable-baselines3--{invariant}.json")
    barred = text.replace("import annotations\n", "import annotations\nimport sys\nsys.modules['policyproof'] = None\n")
    file = tmp_path / "report.py"
    file.write_text(barred)
    done = subprocess.run([sys.executable, file], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "AssertionError" in done.stderr, done.stderr


def test_what_shows_in_no_single_call_is_refused():
    pytest.importorskip("stable_baselines3", reason="stable-baselines3 is not installed")
    name = "stable-baselines3--normalize-advantages-adding-a-constant-changes-nothing.json"
    with pytest.raises(UsageError, match="policyproof replay"):
        script(FOLDER / "deviations" / "cases" / name)
