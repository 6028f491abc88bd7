"""The servers, the contact, the resources and the examples of the document."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.json import Json
from reference_server.document.profile import Profile
from reference_server.document.published import Document, publish_document
from reference_server.faults.fault import alters


def _names_servers(profile: Profile) -> bool:
    """Whether the policy names servers, or the hosts of several regions."""
    return bool(profile.facts.document.servers or profile.facts.transport.hosts)


@alters(publish_document, needs=(), shows_in=_names_servers)
def names_other_servers(document: Document, profile: Profile) -> Document:
    """Every server of the document has another host than the API."""
    for server in document["servers"]:
        server["url"] = server["url"].replace("://", "://old-", 1)
    return document


@alters(publish_document, needs=("document.contact",))
def names_no_contact(document: Document, profile: Profile) -> Document:
    """The document does not say whom to ask."""
    del document["info"]["contact"]
    return document


@alters(publish_document, needs=("document.contact",))
def names_another_contact(document: Document, profile: Profile) -> Document:
    """The document names somebody else to ask."""
    contact = {"email": "nobody@other.example", "url": "https://other.example"}
    document["info"]["contact"] = contact
    return document


@alters(publish_document, needs=("document.documentation",))
def leads_to_no_documentation(document: Document, profile: Profile) -> Document:
    """The document does not say where the documentation is."""
    del document["externalDocs"]
    return document


@alters(publish_document, needs=("document.documentation",))
def leads_to_other_documentation(document: Document, profile: Profile) -> Document:
    """The document leads to the documentation of something else."""
    document["externalDocs"]["url"] = "https://other.example/docs"
    return document


@alters(publish_document, needs=("document.resources",), alone=True)
def lacks_a_resource(document: Document, profile: Profile) -> Document:
    """The document has another name for the last resource that the policy names."""
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


@alters(publish_document, needs=("document.examples",))
def shows_an_invalid_example(document: Document, profile: Profile) -> Document:
    """An example of the document lacks every member that the schema requires."""
    next(one for one in _list_shown(document) if one.get("example"))["example"] = {}
    return document


@alters(publish_document, needs=("document.examples",))
def shows_no_example(document: Document, profile: Profile) -> Document:
    """The document no longer shows an example of one response."""
    del next(one for one in _list_shown(document) if "example" in one)["example"]
    return document
