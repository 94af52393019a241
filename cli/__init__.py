"""The command line: one file a command."""

import click

from .. import __version__
from .bench import bench
from .campaign import campaign
from .check import check
from .explain import explain
from .init import init
from .kill_matrix import kill_matrix_
from .ledger import ledger_
from .list import list_
from .replay import replay
from .report import report
from .script import script

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="policyproof")
def main() -> None:
    """Proof-test policy-optimisation code against exact oracles.

    \b
    policyproof check fast-cpu                  judge a built-in target
    policyproof check my_adapter.py:MyGAE       judge your own
    policyproof init my-library                 write an adapter to begin with
    policyproof list                            what can be checked
    policyproof explain gae-equals-td-error-sum what an invariant states, and where it comes from
    policyproof replay FILE                     run a counterexample again
    policyproof script FILE                     the same as a short Python file that runs on its own
    policyproof campaign TARGET --run DIR       many seeds, on all cores or on a Ray cluster
    policyproof ledger                          execute what the literature claims
    policyproof report RUN.json --html DIR      pages, badges, JUnit and more of finished runs
    policyproof bench advantage                 how fast, against peers and the machine's own speed

    Exit codes: 0 all hold; 1 a violation, or an error in the code under test; 2 nothing could be judged.
    """  # noqa: D301 - click reads the backspace as "keep these lines"


for command in (bench, check, init, list_, explain, replay, script, campaign, report, ledger_, kill_matrix_):
    main.add_command(command)
