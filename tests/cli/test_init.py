"""`policyproof init` as a person meets it."""

import importlib.util

import pytest
from policyproof.invariants.subject import CAPABILITIES


def test_the_adapter_that_it_writes_names_the_whole_seam_and_holds(policyproof, tmp_path):
    made = policyproof("init", "my-library")
    assert made.returncode == 0, made.stderr
    assert "it offers gae" in made.stdout
    specification = importlib.util.spec_from_file_location("written", tmp_path / "my_library_adapter.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    assert {name for name in CAPABILITIES if hasattr(module.MyLibrary, name)} == set(CAPABILITIES)
    judged = policyproof("check", "my_library_adapter.py:MyLibrary", "--only", "gae-equals-td-error-sum", "--seed", "0")
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "1 holds" in judged.stdout


@pytest.mark.parametrize(("arguments", "says"), [(["3d"], "begin it with a letter"), ([], "Missing argument")])
def test_bad_names_end_with_2_and_one_sentence(policyproof, arguments, says):
    done = policyproof("init", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_file_that_exists_is_kept(policyproof, tmp_path):
    (tmp_path / "mine_adapter.py").write_text("kept = True\n")
    done = policyproof("init", "mine")
    assert done.returncode == 2
    assert "mine_adapter.py exists" in done.stderr
    assert (tmp_path / "mine_adapter.py").read_text() == "kept = True\n"
    assert policyproof("init", "mine", "--force").returncode == 0
