"""Run: the line from files to report, confirmation, shrinking, and the proof."""

from apicheck.run.collateral import collateral_file, read_collateral, write_collateral
from apicheck.run.directory import read_journal
from apicheck.run.line import Outcome, judge_saved, load_saved, run_line, write_results
from apicheck.run.progress import Progress, Silent
from apicheck.run.proof import Proof, prove
from apicheck.run.prover import ProofRow
from apicheck.run.request import Inputs, RunRequest, inputs_of, make_plan, plan_of
from apicheck.run.server import Server, reference_server, server_command

__all__ = [
    "Inputs",
    "Outcome",
    "Progress",
    "Proof",
    "ProofRow",
    "RunRequest",
    "Server",
    "Silent",
    "collateral_file",
    "inputs_of",
    "judge_saved",
    "load_saved",
    "make_plan",
    "plan_of",
    "prove",
    "read_collateral",
    "read_journal",
    "reference_server",
    "run_line",
    "server_command",
    "write_collateral",
    "write_results",
]
