"""What ends a probe for a reason that is not its script's."""

from __future__ import annotations

from apicheck.model.verdict import NotTestedKind


class ProbeStopped(Exception):
    """Ends the probe that is playing. `ended` is what its transcript says of it."""

    def __init__(self, verdict: str, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.ended = (verdict, reason, remedy)

    @classmethod
    def not_tested(cls, kind: NotTestedKind, reason: str, remedy: str = "") -> ProbeStopped:
        """The probe was kept from sending."""
        return cls(f"not-tested:{kind}", reason, remedy)

    @classmethod
    def stopped(cls) -> ProbeStopped:
        """The user stopped the run."""
        return cls.not_tested(NotTestedKind.NEEDS_BUDGET, "the run was stopped")
