"""Run: the pipeline from files to report, with confirmation and shrinking, and the proof."""

from apicheck.run.attesting import locate_attestations, read_attested
from apicheck.run.auditing import audit
from apicheck.run.clause_proof import ClauseProof, prove_clauses
from apicheck.run.cleaning import Cleaned, clean, recorded_arguments
from apicheck.run.collateral import (
    broken_file,
    caught_file,
    collateral_file,
    read_broken,
    read_caught,
    read_collateral,
    write_broken,
    write_caught,
    write_collateral,
)
from apicheck.run.config import (
    Inputs,
    RunConfig,
    build_plan,
    load_document,
    load_inputs,
    load_plan,
    sketch_plan,
)
from apicheck.run.coverage import ClauseCoverage, Coverage, Means, Reading, measure_coverage
from apicheck.run.directory import read_journal
from apicheck.run.in_process import Application, serve_application
from apicheck.run.keys import (
    PublicKey,
    SigningKey,
    find_signing_key,
    read_public_key,
    read_signing_key,
)
from apicheck.run.manifest import Change, find_changes, has_manifest, hash_manifest
from apicheck.run.pipeline import RunResult, run_pipeline, write_results
from apicheck.run.progress import Progress, Silent
from apicheck.run.proof import Proof, prove
from apicheck.run.prover import ProofRow
from apicheck.run.reading import (
    compare_with_earlier,
    judge_saved,
    load_saved,
    read_earlier,
    read_results,
)
from apicheck.run.receiver import ReceiverTarget, run_receiver
from apicheck.run.receiver_promises import Promised, promise_of_provider, promise_of_scheme
from apicheck.run.resuming import resume_pipeline
from apicheck.run.server import Server, build_server_command, reference_server
from apicheck.run.signing import Verified, list_signers, sign_run, verify_run

__all__ = [
    "Application",
    "Change",
    "ClauseCoverage",
    "ClauseProof",
    "Cleaned",
    "Coverage",
    "Inputs",
    "Means",
    "Progress",
    "Promised",
    "Proof",
    "ProofRow",
    "PublicKey",
    "Reading",
    "ReceiverTarget",
    "RunConfig",
    "RunResult",
    "Server",
    "SigningKey",
    "Silent",
    "Verified",
    "audit",
    "broken_file",
    "build_plan",
    "build_server_command",
    "caught_file",
    "clean",
    "collateral_file",
    "compare_with_earlier",
    "find_changes",
    "find_signing_key",
    "has_manifest",
    "hash_manifest",
    "judge_saved",
    "list_signers",
    "load_document",
    "load_inputs",
    "load_plan",
    "load_saved",
    "locate_attestations",
    "measure_coverage",
    "promise_of_provider",
    "promise_of_scheme",
    "prove",
    "prove_clauses",
    "read_attested",
    "read_broken",
    "read_caught",
    "read_collateral",
    "read_earlier",
    "read_journal",
    "read_public_key",
    "read_results",
    "read_signing_key",
    "recorded_arguments",
    "reference_server",
    "resume_pipeline",
    "run_pipeline",
    "run_receiver",
    "serve_application",
    "sign_run",
    "sketch_plan",
    "verify_run",
    "write_broken",
    "write_caught",
    "write_collateral",
    "write_results",
]
