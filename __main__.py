"""``python -m policyproof``."""

from .cli import main

main(prog_name="policyproof")
