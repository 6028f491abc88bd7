"""The servers, the contact, the resources and the examples of the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from apicheck.model.json import Json
from reference_server.document.profile import Profile
from reference_server.document.published import Document, publish_document
from reference_server.faults.fault import fault

Publish = Callable[[Profile], Document]


def _names_servers(profile: Profile) -> bool:
    """Whether the policy names servers, or the hosts of several regions."""
    return bool(profile.facts.document.servers or profile.facts.transport.hosts)


@fault(publish_document, needs=(), shows_in=_names_servers)
def names_other_servers(honest: Publish, profile: Profile) -> Document:
    """Every server of the document has another host than the API."""
    document = honest(profile)
    for server in document["servers"]:
        server["url"] = server["url"].replace("://", "://old-", 1)
    return document


@fault(publish_document, needs=("document.contact",))
def names_no_contact(honest: Publish, profile: Profile) -> Document:
    """The document does not say whom to ask."""
    document = honest(profile)
    del document["info"]["contact"]
    return document


@fault(publish_document, needs=("document.contact",))
def names_another_contact(honest: Publish, profile: Profile) -> Document:
    """The document names somebody else to ask."""
    document = honest(profile)
    contact = {"email": "nobody@other.example", "url": "https://other.example"}
    document["info"]["contact"] = contact
    return document


@fault(publish_document, needs=("document.documentation",))
def leads_to_no_documentation(honest: Publish, profile: Profile) -> Document:
    """The document does not say where the documentation is."""
    document = honest(profile)
    del document["externalDocs"]
    return document


@fault(publish_document, needs=("document.documentation",))
def leads_to_other_documentation(honest: Publish, profile: Profile) -> Document:
    """The document leads to the documentation of something else."""
    document = honest(profile)
    document["externalDocs"]["url"] = "https://other.example/docs"
    return document


@fault(publish_document, needs=("document.resources",), alone=True)
def lacks_a_resource(honest: Publish, profile: Profile) -> Document:
    """The document has another name for the last resource that the policy names."""
    document = honest(profile)
    last = profile.facts.document.resources[-1].strip("/")
    document["paths"] = {
        f"{path}/".replace(f"/{last}/", "/another/").rstrip("/"): item
        for path, item in document["paths"].items()
    }
    return document


def _list_shown(document: Document) -> Iterator[dict[str, Json]]:
    """The JSON bodies of successful responses that the operations show examples of."""
    for item in document["paths"].values():
        for operation in item.values():
            responses = operation.get("responses", {}) if isinstance(operation, dict) else {}
            for status, response in responses.items():
                for media, described in response.get("content", {}).items():
                    if status.startswith("2") and media == "application/json":
                        yield described


@fault(publish_document, needs=("document.examples",))
def shows_an_invalid_example(honest: Publish, profile: Profile) -> Document:
    """An example of the document lacks every member that the schema requires."""
    document = honest(profile)
    next(one for one in _list_shown(document) if one.get("example"))["example"] = {}
    return document


@fault(publish_document, needs=("document.examples",))
def shows_no_example(honest: Publish, profile: Profile) -> Document:
    """The document no longer shows an example of one response."""
    document = honest(profile)
    del next(one for one in _list_shown(document) if "example" in one)["example"]
    return document
