"""FINDINGS.md and its scripts belong together, and the scripts run without this package."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted(ROOT.glob("findings/*.py"))


def test_every_script_is_linked_and_every_link_is_a_script():
    linked = set(re.findall(r"\(findings/(\w+\.py)\)", (ROOT / "FINDINGS.md").read_text(encoding="utf-8")))
    assert linked == {script.name for script in SCRIPTS}


def test_no_script_imports_this_package():
    for script in SCRIPTS:
        tree = ast.parse(script.read_text(encoding="utf-8"))
        modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not any(module.startswith("policyproof") for module in modules), script
