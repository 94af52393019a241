"""Runs as SARIF 2.1.0, for code hosts that show the findings of analyses beside the code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from .loading import Records
from .matrix import FAILING, slugs

__all__ = ["sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(records: Records) -> str:
    """The whole document: a run an implementation, a rule an invariant that fails or deviates.

    A declared deviation is a note that is suppressed, with its reason. A target that is a file of the working tree
    gives the place; others are named as logical locations.
    """
    runs = [_run(run, slug) for run, slug in zip(records.runs, slugs(records.runs), strict=True)]
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": runs}, indent=1, ensure_ascii=False) + "\n"


def _run(run: Mapping[str, Any], slug: str) -> dict[str, Any]:
    told = [verdict for verdict in run["verdicts"] if verdict["status"] in (*FAILING, "deviates")]
    return {
        "tool": {
            "driver": {
                "name": "policyproof",
                "rules": [
                    {
                        "id": verdict["invariant"],
                        "shortDescription": {"text": verdict["statement"] or verdict["invariant"]},
                        "fullDescription": {"text": verdict["formula"] or verdict["invariant"]},
                        "properties": {"class": verdict["class"], "capability": verdict["capability"]},
                    }
                    for verdict in told
                ],
            }
        },
        "automationDetails": {"id": f"policyproof/{slug}"},
        "results": [_result(run, verdict, i) for i, verdict in enumerate(told)],
        "columnKind": "unicodeCodePoints",
        "properties": {"implementation": run["implementation"], "profile": run["profile"], "seed": run["seed"]},
    }


def _result(run: Mapping[str, Any], verdict: Mapping[str, Any], rule: int) -> dict[str, Any]:
    known = "; ".join(
        f"behaves like the known bug {bug['variant']}: {bug['description']}" for bug in verdict["diagnosis"]
    )
    words = filter(None, (f"{verdict['status']}: {verdict['statement']}", verdict["message"], known))
    result: dict[str, Any] = {
        "ruleId": verdict["invariant"],
        "ruleIndex": rule,
        "level": "note" if verdict["status"] == "deviates" else "error",
        "message": {"text": _text(" ".join(words))},
        "locations": [_location(run, verdict)],
        "partialFingerprints": {"implementation/invariant": f"{run['target']}/{verdict['invariant']}"},
    }
    if verdict["status"] == "deviates":
        reason = (verdict.get("deviation") or {}).get("reason", "")
        result["suppressions"] = [{"kind": "external", "justification": reason or "declared"}]
    return result


def _location(run: Mapping[str, Any], verdict: Mapping[str, Any]) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": f"{run['target']}.{verdict['capability']}", "kind": "function"}]
    }
    file, colon, _ = run["target"].rpartition(":")
    path = PurePosixPath(file)
    if colon and path.suffix == ".py" and not path.is_absolute() and ".." not in path.parts:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(str(path)), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        }
    return location


def _text(words: str) -> str:
    """Plain text, in which brackets are no links."""
    return re.sub(r"([\\\[\]])", r"\\\1", words)
