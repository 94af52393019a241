"""The adapters of the libraries that are installed here: they deviate as declared, and from nothing else."""

import re
import tomllib
from pathlib import Path

import pytest
from policyproof import adapters
from policyproof.gate.check import run
from policyproof.gate.deviations import settled, shipped_deviations
from policyproof.gate.errors import UsageError
from policyproof.gate.profile import Profile
from policyproof.gate.sandbox import sandbox
from policyproof.gate.target import built_in_targets

OURS = ("fast-cpu", "fast-cuda")
LIBRARIES = [name for name in built_in_targets() if name not in OURS]
FEW = Profile("few", 10, 10_000, None, 60.0)
FOLDER = Path(adapters.__path__[0])


def judged(name, only, profile=FEW):
    try:
        with sandbox(name, 0) as opened:
            report = run(opened, profile, only=only, seed=0)
            more = Profile("more", 200, 200_000, None, 60.0)
            return settled(report, shipped_deviations(name), lambda ids: run(opened, more, only=ids, seed=0))
    except UsageError as error:
        if "is not installed" not in str(error):
            raise
        pytest.skip(str(error))


def test_stable_baselines3_deviates_as_declared_and_from_nothing_else():
    report = judged("stable-baselines3", ("gae-equals-weighted-average", "normalize_advantages"))
    assert not report.failed, [(v.invariant, v.status, v.message) for v in report.verdicts if v.status != "holds"]
    assert "deviates" in {verdict.status for verdict in report.verdicts}


@pytest.mark.nightly
@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_deviates_as_declared_and_from_nothing_else(name):
    report = judged(name, None)
    assert not report.failed, [(v.invariant, v.status, v.message) for v in report.verdicts if v.status != "holds"]


@pytest.mark.parametrize("name", LIBRARIES)
def test_an_absent_library_is_reported_with_the_command_that_installs_it(name):
    try:
        with sandbox(name, 0):
            pytest.skip(f"{name} is installed")
    except UsageError as error:
        assert re.search(r"is not installed: run pip install .+", str(error))  # noqa: PT017 - either is right


def test_only_the_adapter_of_a_library_imports_it():
    names = {
        "brax",
        "elegantrl",
        "garage",
        "pfrl",
        "ray",
        "rl_games",
        "rlax",
        "rsl_rl",
        "skrl",
        "tianshou",
        "torchrl",
        "xuance",
    }
    for file in FOLDER.rglob("*.py"):
        imported = set(re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(), flags=re.MULTILINE)) & names
        owner = file.relative_to(FOLDER).with_suffix("").as_posix().replace("rllib", "ray")
        assert all(name in owner for name in imported), (file, imported)


def test_every_library_that_is_pinned_has_an_adapter():
    files = [re.split(r"# what \w+ needs", file.read_text())[0] for file in FOLDER.glob("requirements/*.txt")]
    pinned = [line for text in files for line in text.splitlines()]
    libraries = {re.split(r"[=\[]", line)[0] for line in pinned if re.match(r"[\w\[\]-]+==", line)}
    folders = {path.stem for path in FOLDER.iterdir()}
    assert {name.replace("-", "_").removesuffix("_lib").replace("ray", "rllib") for name in libraries} <= folders


def test_every_deviation_says_its_smallest_case():
    for file in FOLDER.glob("deviations/*.toml"):
        for entry in tomllib.loads(file.read_text())["deviation"]:
            assert entry.get("case"), (file, entry["reason"])
