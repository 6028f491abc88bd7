"""The command line: parses, calls `apicheck.run`, prints, and chooses the exit code."""

from __future__ import annotations

import difflib
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from apicheck import __version__
from apicheck.cli.libraries import collect_garbage_rarely, leave_garbage, tame_libraries
from apicheck.cli.screen import Screen
from apicheck.cli.streams import prepare_streams
from apicheck.model.errors import ApicheckError
from apicheck.signals import Leave, leave_on_signals

COMMANDS = (
    "demo",
    "run",
    "plan",
    "receiver",
    "serve",
    "prove",
    "audit",
    "judge",
    "report",
    "verify",
    "sign",
    "baseline",
    "diff",
    "clean",
    "lint",
    "attest",
    "checks",
    "explain",
    "profiles",
    "schema",
    "new-check",
)
"""In the order in which a new user needs them; each is a module of this package."""

USAGE = 2
SIGNALLED = 128
"""With the number of the signal that ended the command at once added."""


class _Commands(click.Group):
    """A group that imports each command on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        if cmd_name not in COMMANDS:
            return None
        module = f"apicheck.cli.{cmd_name.replace('-', '_')}"
        command: click.Command = importlib.import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"apicheck has no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="""\b
Exit codes: 0 conformant, 1 not-conformant, 2 wrong usage or configuration,
3 incomplete, 4 invalid or unreachable, 5 a secret in the run's own files.

\b
Shell completion (for bash; zsh_source and fish_source for other shells):
  eval "$(_APICHECK_COMPLETE=bash_source apicheck)"
""",
)
@click.version_option(__version__, prog_name="apicheck")
def app() -> None:
    """Test whether an API keeps its published policy, clause by clause.

    apicheck takes a policy, an OpenAPI document and credentials. It tests each clause against
    the running API and writes a report with a verdict and the evidence for every clause.

    \b
    apicheck demo                     try a whole run; needs no setup
    apicheck lint --policy FILE       see what your policy promises
    apicheck plan                     see what a run would send
    apicheck run                      test your API
    apicheck receiver URL             test your receiver of webhooks
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error prints a message, never a traceback.

    arguments: None for those of this process, whose streams and end are then looked after.
    """
    if arguments is not None:
        return _run(list(arguments), Screen())
    finish, screen = prepare_streams(), Screen()
    code = _run(sys.argv[1:], screen)
    leave_garbage()
    if why := finish():
        screen.complain(why)
        code = code or USAGE
    if code > SIGNALLED:  # threads may still wait for a response
        os._exit(code)
    return code


def _run(arguments: list[str], screen: Screen) -> int:
    tame_libraries()
    collect_garbage_rarely()
    try:
        with leave_on_signals():
            returned = app.main(arguments, prog_name="apicheck", obj=screen, standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt) as error:
        screen.complain("stopped")
        cause = error.__cause__ or error.__context__ or error  # click aborts on an interrupt
        return cause.exit_code if isinstance(cause, Leave) else SIGNALLED + signal.SIGINT
    except ApicheckError as error:
        screen.complain(str(error))
        return error.exit_code
    except OSError as error:
        return _report_refusal(screen, error)
    except Exception as error:  # noqa: BLE001  (the last resort: the user must not see a traceback)
        return _report_bug(screen, error)
    return returned if isinstance(returned, int) else 0


def _report_refusal(screen: Screen, error: OSError) -> int:
    """Say what the operating system refused."""
    _print_traceback(screen, error)
    about = f": {error.filename}" if error.filename else ""
    words = f"{error.strerror or str(error) or type(error).__name__}{about}"
    try:
        Path.cwd()
    except OSError:
        words = "the working directory does not exist any more"
    screen.complain(words)
    return USAGE


def _report_bug(screen: Screen, error: Exception) -> int:
    _print_traceback(screen, error)
    hint = "" if screen.verbose else " (-v prints the traceback)"
    screen.complain(f"this is a bug in apicheck: {type(error).__name__}: {error}{hint}")
    return USAGE


def _print_traceback(screen: Screen, error: Exception) -> None:
    if screen.verbose:
        import traceback

        traceback.print_exception(error)
