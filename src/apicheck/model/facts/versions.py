"""What a policy promises of the versions that a request can name."""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.model.facts.responses import ExpectedResponse, When


@dataclass(frozen=True, slots=True)
class ServedBy:
    """In place of a refusal: this version serves the request."""

    serves: str


@dataclass(frozen=True, slots=True)
class RedirectedTo:
    """In place of a refusal: the response leads to the same path of this version."""

    redirects: str


Treatment = ExpectedResponse | ServedBy | RedirectedTo
"""What becomes of a request whose version is not served by itself."""


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """`versioning.versions.<version>`.

    state: "current", "supported", "deprecated" or "retired". serves, redirects: the version of
    which this is another name, and the one to which it leads; "" for none. since: of the
    deprecation; announced: when it was; sunset: the end. All three are ISO dates or date-times,
    UTC; "" when not said. answer: the response to a request that names it, where that is not
    `versioning.retired`.
    """

    state: str = "supported"
    serves: str = ""
    redirects: str = ""
    since: str = ""
    announced: str = ""
    sunset: str = ""
    guide: str = ""
    answer: ExpectedResponse | None = None

    @property
    def is_served(self) -> bool:
        """Whether requests are served by the version under a name of its own."""
        return self.state != "retired" and not self.serves and not self.redirects


@dataclass(frozen=True, slots=True)
class VersionEcho:
    """`versioning.echo`: the response field that names the version that served the request.

    when: the responses that have it; None for those with 2xx.
    """

    header: str
    when: When | None = None
