"""The kill matrix as data and as a figure."""

import json


def test_the_matrix_names_what_is_caught_and_draws_it(policyproof, tmp_path):
    done = policyproof(
        "kill-matrix", "--only", "gae-equals-td-error-sum", "--only", "gae-same-inputs-same-bits",
        "--seed", "0", "--json", "kills.json", "--figures", "figures",
    )  # fmt: skip
    matrix = json.loads((tmp_path / "kills.json").read_text())
    killed = {(kill["variant"], kill["invariant"]) for kill in matrix["kills"]}
    assert ("time-limit-as-termination", "gae-equals-td-error-sum") in killed
    assert ("answer-depends-on-the-call", "gae-same-inputs-same-bits") in killed
    assert all(kill["examples"] >= 1 for kill in matrix["kills"])
    assert "gae: inputs-overwritten" in matrix["survivors"]
    assert "survives: gae: inputs-overwritten" in done.stdout
    assert done.returncode == 1
    assert "gae: answer-depends-on-the-call" in matrix["lonely"]
    assert "gae-same-inputs-same-bits" not in matrix["redundant"]
    assert (tmp_path / "figures" / "gae.png").stat().st_size > 10_000
