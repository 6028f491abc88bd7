"""Run: the pipeline from files to report, with confirmation and shrinking, and the proof."""

from apicheck.run.cleaning import Cleaned, clean, recorded_arguments
from apicheck.run.collateral import collateral_file, read_collateral, write_collateral
from apicheck.run.config import Inputs, RunConfig, build_plan, load_inputs, load_plan
from apicheck.run.directory import read_journal
from apicheck.run.manifest import Change, find_changes, has_manifest, hash_manifest
from apicheck.run.pipeline import RunResult, judge_saved, load_saved, run_pipeline, write_results
from apicheck.run.progress import Progress, Silent
from apicheck.run.proof import Proof, prove
from apicheck.run.prover import ProofRow
from apicheck.run.server import Server, build_server_command, reference_server

__all__ = [
    "Change",
    "Cleaned",
    "Inputs",
    "Progress",
    "Proof",
    "ProofRow",
    "RunConfig",
    "RunResult",
    "Server",
    "Silent",
    "build_plan",
    "build_server_command",
    "clean",
    "collateral_file",
    "find_changes",
    "has_manifest",
    "hash_manifest",
    "judge_saved",
    "load_inputs",
    "load_plan",
    "load_saved",
    "prove",
    "read_collateral",
    "read_journal",
    "recorded_arguments",
    "reference_server",
    "run_pipeline",
    "write_collateral",
    "write_results",
]
