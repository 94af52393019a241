"""Runs to render: a real one with counterexamples, and made-up ones of any number, with hostile names."""

import json
from copy import deepcopy
from pathlib import Path

import policyproof
import pytest
from policyproof.gate.check import check
from policyproof.invariants.discovery import all_invariants
from policyproof.reports.loading import records_of

ROOT = Path(policyproof.__file__).parent
HOSTILE = "<script>alert(1)</script>"
UNUSUAL = {0: "violated", 1: "deviates", 2: "stale", 3: "timeout", 4: "not offered"}
"""What becomes of five in forty invariants of a made-up run; the others hold."""


class Shifted:
    """Treats a time limit as death."""

    name = "shifted"

    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        done, advantages, last = terminated | truncated, 0 * rewards, 0.0
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + gamma * next_values[t] * ~done[t] - values[t]
            advantages[t] = last = delta + gamma * lam * ~done[t] * last
        return advantages


@pytest.fixture(scope="session")
def run():
    """What the gate writes of an implementation that fails."""
    return check(Shifted(), profile="quick", seed=0).to_json()


@pytest.fixture(scope="session")
def ledger():
    return json.loads((ROOT / "reports" / "claims" / "ledger.json").read_text())


def made_up(number, violated):
    """A run of every invariant: some are violated as ``violated`` is, some deviate, fail or are not offered."""
    verdicts = []
    for i, invariant in enumerate(all_invariants()):
        status = UNUSUAL.get((i + 3 * number) % 40, "holds")
        verdict = {
            "invariant": invariant.id,
            "class": invariant.kind.value,
            "capability": invariant.capability,
            "status": status,
            "statement": invariant.statement,
            "formula": invariant.formula,
            "sources": list(invariant.sources),
            "claims": list(invariant.claims),
            "examples": 0 if status == "not offered" else 128,
            "instances": 0 if status == "not offered" else 1500,
            "worst_ratio": {"violated": 1e6 + i, "not offered": 0.0}.get(status, 0.03125),
            "seconds": 0.25,
            "message": "",
            "counterexample": None,
            "diagnosis": [],
        }
        if status == "violated":
            verdict |= {"message": violated["message"], "diagnosis": violated["diagnosis"]}
            verdict["counterexample"] = {**violated["counterexample"], "invariant": invariant.id}
        if status == "deviates":
            verdict["deviation"] = {
                "reason": "documented otherwise",
                "link": "https://example.org/1",
                "kind": "convention",
                "expires": None,
            }
        verdicts.append(verdict)
    ran = [verdict for verdict in verdicts if verdict["status"] != "not offered"]
    totals = {"invariants": len(ran), "examples": 128 * len(ran), "instances": 1500 * len(ran)}
    for verdict in verdicts:
        totals[verdict["status"]] = totals.get(verdict["status"], 0) + 1
    about = {"name": f"library-{number}", "version": "1.0", "dtype": "float32", "device": "cpu", "conventions": {}}
    return {
        "schema": "policyproof/run/1",
        "target": f"library_{number}.py:Adapter",
        "implementation": about,
        "profile": "ci",
        "seed": number,
        "verdicts": verdicts,
        "totals": totals,
        "complete": True,
    }


@pytest.fixture(scope="session")
def many(run, ledger):
    """Fifteen implementations × all invariants, and the ledger."""
    violated = next(verdict for verdict in run["verdicts"] if verdict["status"] == "violated")
    runs = [made_up(number, violated) for number in range(15)]
    return records_of([*(("made up", one) for one in runs), ("ledger", ledger)])


@pytest.fixture(scope="session")
def hostile(run):
    """The run, and a record of each other kind, with markup in every text that comes from outside."""
    bad = deepcopy(run)
    bad["implementation"] |= {"name": HOSTILE, "version": f"'\"{HOSTILE}", "conventions": {HOSTILE: HOSTILE}}
    bad["target"] = f"{HOSTILE}.py:{HOSTILE}"
    for verdict in bad["verdicts"]:
        verdict["statement"] += HOSTILE
        verdict["formula"] = rf"\text{{{HOSTILE}}} = {HOSTILE}"
        verdict["sources"] = [HOSTILE]
        verdict["claims"] = [HOSTILE]
        verdict["message"] += f"{HOSTILE} | [a](javascript:alert(1)) @everyone =1+1 \x07"
        verdict["convention"] = {HOSTILE: [HOSTILE]}
        if verdict["status"] == "violated":
            verdict["diagnosis"] = [{"variant": HOSTILE, "description": HOSTILE, "citation": HOSTILE}]
            verdict["counterexample"]["seen"]["what"] = HOSTILE
            verdict["counterexample"]["seen"]["got"] = [HOSTILE]
            verdict["counterexample"]["case"]["fields"][HOSTILE] = {"type": "text", "value": HOSTILE}
            verdict["counterexample"]["case"]["fields"]["rewards"]["entries"][0] = HOSTILE
    deviating = next(verdict for verdict in bad["verdicts"] if verdict["status"] == "holds")
    deviating |= {"status": "deviates", "deviation": {"reason": HOSTILE, "link": "javascript:alert(1)"}}
    bad["totals"] |= {"deviates": 1, "holds": bad["totals"]["holds"] - 1}
    others = (HOSTILE_LEDGER, HOSTILE_KILL_MATRIX, HOSTILE_BENCHMARK, HOSTILE_CURVES)
    return records_of([("hostile", record) for record in (bad, *others)])


HOSTILE_LEDGER = {
    "schema": "policyproof/ledger/1",
    "instances": 1,
    "seed": 0,
    "claims": [
        {
            "id": "claim",
            "number": 1,
            "status": "refuted",
            "sources": [{"title": HOSTILE, "place": HOSTILE}],
            "evidence": [HOSTILE],
            **dict.fromkeys(
                ("group", "verdict", "literature", "as_written", "statement", "hypotheses", "reason"), HOSTILE
            ),
        }
    ],
    "evidence": [
        {
            "name": HOSTILE,
            "kind": "counterexample",
            "claims": ["claim"],
            "statement": HOSTILE,
            "instances": 1,
            "undecided": 0,
            "failure": HOSTILE,
            "ratio": HOSTILE,
            "ratio_float": 0.5,
            "counterexample": {
                "instance": HOSTILE,
                "written": [HOSTILE, HOSTILE],
                "relation": HOSTILE,
                "truth": [HOSTILE, HOSTILE],
            },
        }
    ],
    "totals": {
        **dict.fromkeys(("claims", "refuted", "evidence", "instances"), 1),
        **dict.fromkeys(("verified", "not executed", "violated", "undecided"), 0),
    },
    "complete": True,
}
HOSTILE_KILL_MATRIX = {
    "schema": "policyproof/kill-matrix/1",
    "profile": HOSTILE,
    "seed": 0,
    "variants": [
        {"name": HOSTILE, "capability": HOSTILE, "description": HOSTILE, "citations": [HOSTILE], "forms": 1},
        {"name": f"2 {HOSTILE}", "capability": HOSTILE, "description": HOSTILE, "citations": [], "forms": 1},
    ],
    "invariants": [{"id": "gae-equals-td-error-sum", "capability": HOSTILE, "needs": [HOSTILE]}],
    "kills": [
        {
            "variant": HOSTILE,
            "capability": HOSTILE,
            "invariant": "gae-equals-td-error-sum",
            "examples": 1,
            "seconds": 0.5,
        }
    ],
    "survivors": [f"{HOSTILE}: 2 {HOSTILE}"],
    "lonely": [HOSTILE],
    "redundant": [HOSTILE],
    "complete": True,
}
HOSTILE_BENCHMARK = {
    "schema": "policyproof/benchmark/1",
    "what": HOSTILE,
    "how": HOSTILE,
    "date": HOSTILE,
    "cpu": {"model": HOSTILE, "cores": 1},
    "gpu": HOSTILE,
    "versions": {HOSTILE: HOSTILE},
    "rounds": 1,
    "shapes": [
        {
            HOSTILE: HOSTILE,
            "microseconds": {HOSTILE: 1.0, f"2 {HOSTILE}": 2.0},
            "quartiles": {HOSTILE: [1.0, 2.0]},
            "probes": {HOSTILE: 1.0},
        }
    ],
    "complete": True,
}
HOSTILE_CURVES = {
    "schema": "policyproof/learning-curves/1",
    "what": HOSTILE,
    "environment": HOSTILE,
    "seeds": 1,
    "band": HOSTILE,
    "versions": {HOSTILE: HOSTILE},
    "curves": [{"name": HOSTILE, "steps": [0, 1], "interquartile_mean": [0, 2], "low": [0, 1], "high": [0, 3]}],
    "complete": True,
}
