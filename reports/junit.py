"""Runs as JUnit XML: a suite an implementation, a case an invariant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from .loading import Records
from .matrix import FAILING, label, ratio_text
from .terminal import failure_text

__all__ = ["junit"]

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold, escaped or not."""
ERRORS = ("error", "timeout", "crashed")


def junit(records: Records) -> str:
    """The whole document.

    A violation or a stale deviation is a ``failure``; an error, time-out or crash an ``error``; what is not offered,
    or deviates as declared, is ``skipped`` with the reason.
    """
    root = ET.Element("testsuites", name="policyproof")
    for run in records.runs:
        counted = {status: sum(v["status"] == status for v in run["verdicts"]) for status in (*FAILING, "deviates")}
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_legal(label(run)),
            tests=str(len(run["verdicts"])),
            failures=str(counted["violated"] + counted["stale"]),
            errors=str(sum(counted[status] for status in ERRORS)),
            skipped=str(counted["deviates"] + run["totals"].get("not offered", 0)),
            time=f"{sum(verdict['seconds'] for verdict in run['verdicts']):.4f}",
        )
        properties = ET.SubElement(suite, "properties")
        for name in ("target", "profile", "seed"):
            ET.SubElement(properties, "property", name=name, value=_legal(str(run[name])))
        for verdict in run["verdicts"]:
            _case(suite, run, verdict)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, run: Mapping[str, Any], verdict: Mapping[str, Any]) -> None:
    name = run["implementation"]["name"]
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_legal(f"{name}.{verdict['capability']}"),
        name=verdict["invariant"],
        time=f"{verdict['seconds']:.4f}",
    )
    status = verdict["status"]
    if status in FAILING:
        kind = "error" if status in ERRORS else "failure"
        reason = verdict["message"] or f"{status}, worst error ÷ bound {ratio_text(verdict['worst_ratio'])}"
        found = ET.SubElement(case, kind, type=status, message=_legal(reason))
        found.text = _legal(failure_text({**run, "verdicts": [verdict]}))
    elif status == "deviates":
        reason = (verdict.get("deviation") or {}).get("reason", "")
        ET.SubElement(case, "skipped", message=_legal(f"deviates as declared: {reason}"))
    elif status == "not offered":
        ET.SubElement(case, "skipped", message="not offered")


def _legal(words: str) -> str:
    return ILLEGAL.sub("\ufffd", words)
