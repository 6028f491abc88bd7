"""The exception that ends a probe for a reason outside its script."""

from __future__ import annotations

from apicheck.model.verdict import NotTested, NotTestedKind, StopReason


class ProbeStopped(Exception):
    """Ends the probe that is playing. `reason` becomes its transcript's `stopped_by`."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason.reason)
        self.reason = reason

    @classmethod
    def not_tested(cls, kind: NotTestedKind, reason: str, remedy: str = "") -> ProbeStopped:
        """The probe was kept from sending."""
        return cls(NotTested(kind, reason, remedy))

    @classmethod
    def by_user(cls) -> ProbeStopped:
        """The user stopped the run."""
        return cls.not_tested(NotTestedKind.NEEDS_BUDGET, "the run was stopped")
