"""The claims ledger: what the literature says, its verdict, and the code that proves or refutes it.

One folder a group. ``ledger.toml`` holds the claims as data; the Python files beside it hold the evidence:
identities, inequalities with their tight families, counterexamples and facts, each naming the claims it executes.
"""
