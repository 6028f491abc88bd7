"""The command line: thin. Parses, calls `apicheck.run`, prints, chooses the exit code."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence

import click

from apicheck import __version__
from apicheck.cli.screen import Screen
from apicheck.model.errors import ApicheckError

COMMANDS = (
    "demo",
    "run",
    "plan",
    "serve",
    "prove",
    "judge",
    "report",
    "lint",
    "checks",
    "explain",
    "profiles",
    "new-check",
)
"""In the order in which somebody new would want them; each is a module of this package."""

USAGE = 2
INTERRUPTED = 130


class _Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

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
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="""\b
Exit codes: 0 conformant, 1 not-conformant, 2 usage or configuration,
3 incomplete, 4 invalid or unreachable, 5 a secret in the run's own files.

\b
Shell completion (bash; zsh and fish likewise):
  eval "$(_APICHECK_COMPLETE=bash_source apicheck)"
""",
)
@click.version_option(__version__, prog_name="apicheck")
def app() -> None:
    """Test whether a published API policy is kept, clause by clause.

    Give it a policy, an OpenAPI document and some credentials; it tests each clause against the
    running API and hands back a report with a verdict for every clause, and the evidence.

    \b
    apicheck demo                     look at a whole run, nothing needed
    apicheck lint --policy FILE       what does my policy promise?
    apicheck plan                     what would be sent?
    apicheck run                      test it
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error ends in a message, none in a trace."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    screen = Screen()
    try:
        returned = app.main(given, prog_name="apicheck", obj=screen, standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        screen.complain("stopped")
        return INTERRUPTED
    except ApicheckError as error:
        screen.complain(str(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001  (the last resort: a person must not see a trace)
        return _bug(screen, error)
    return returned if isinstance(returned, int) else 0


def _bug(screen: Screen, error: Exception) -> int:
    if screen.verbose:
        import traceback

        traceback.print_exception(error)
    hint = "" if screen.verbose else " (run again with -v for where it happened)"
    screen.complain(f"this is a bug in apicheck: {type(error).__name__}: {error}{hint}")
    return USAGE
