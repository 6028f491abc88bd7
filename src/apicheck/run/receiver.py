"""A run against a receiver of webhooks: a target like any other, with documents of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from apicheck.model.json import Json
from apicheck.run.config import RunConfig
from apicheck.run.pipeline import RunResult, run_pipeline
from apicheck.run.progress import Progress
from apicheck.run.receiver_documents import OPERATION, write_documents
from apicheck.run.receiver_promises import Promised


@dataclass(frozen=True, slots=True)
class ReceiverTarget:
    """A receiver. url: to which deliveries go.

    secret_env: the variable with the secret. effects: a URL or a file in which the ids of processed
    deliveries stand; "" where nothing shows them. file: a target file with further settings.
    other_secret_env: the variable with the secret of another tenant. load: many deliveries may be
    sent in a short time.
    """

    url: str
    secret_env: str = ""
    effects: str = ""
    file: Path | None = None
    other_secret_env: str = ""
    load: bool = False


def run_receiver(
    receiver: ReceiverTarget,
    promised: Promised,
    config: RunConfig,
    progress: Progress | None = None,
) -> RunResult:
    """Run against a receiver. config: its policy, document and target are the receiver's.

    Raises what `run_pipeline` raises.
    """
    with TemporaryDirectory(prefix="apicheck-") as folder:
        documents = write_documents(Path(folder), receiver.url, promised)
        own = replace(
            config,
            policy=documents.policy,
            spec=documents.spec,
            target=receiver.file or documents.target,
            overrides={**config.overrides, **_override(receiver)},
        )
        return run_pipeline(own, progress)


def _override(receiver: ReceiverTarget) -> Mapping[str, Json]:
    """What goes before the target file."""
    parts = urlsplit(receiver.url)
    settings: dict[str, Json] = {
        "base_url": f"{parts.scheme}://{parts.netloc}",
        "base_path": "",
        "safety.allow": [OPERATION],
    }
    if receiver.file is None:
        settings["name"] = parts.netloc
    if receiver.secret_env:
        settings["receiver.secret_env"] = receiver.secret_env
    if receiver.other_secret_env:
        settings["receiver.other_secret_env"] = receiver.other_secret_env
    if receiver.load:
        settings["receiver.load"] = True
    if receiver.effects:
        remote = receiver.effects.startswith(("http://", "https://"))
        file = str(Path(receiver.effects).resolve())
        settings["effects"] = {"url": receiver.effects} if remote else {"file": file}
    return settings
