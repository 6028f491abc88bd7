from typing import Any

import pytest

from apicheck.load.servers import Server, choose_server, find_home, prefix_of, read_servers


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://api.example.com/v1", "api.example.com", "/v1"),
        ("https://API.example.com:8443/v1/", "api.example.com:8443", "/v1"),
        ("//api.example.com/v1", "api.example.com", "/v1"),
        ("https://api.example.com", "api.example.com", ""),
        ("https://api.example.com/a/../v1/./", "api.example.com", "/v1"),
        ("https://api.example.com//v1?x=/y#z", "api.example.com", "/v1"),
        ("/v1", "", "/v1"),
        ("v1/", "", "/v1"),
        ("./v1", "", "/v1"),
        ("../v1", "", "/v1"),
        (".", "", ""),
        ("/", "", ""),
        ("", "", ""),
        ("https://[no/v1", "", ""),
    ],
)
def test_the_url_of_a_server_is_resolved(url: str, host: str, path: str) -> None:
    scheme = "https" if host and url.startswith("https:") else ""
    assert read_servers([{"url": url}]) == (Server(host, path, scheme),)


def test_variables_have_their_defaults() -> None:
    variables = {"host": {"default": "api.example.com"}, "base": {"default": "v2"}}
    servers = [{"url": "https://{host}/{base}", "variables": variables}]
    assert read_servers(servers) == (Server("api.example.com", "/v2", "https"),)


@pytest.mark.parametrize("servers", [None, [], {}, "x", [3]])
def test_without_a_server_there_is_no_path(servers: Any) -> None:
    assert prefix_of(servers) == ""


def served(*hosts: str, **document: Any) -> dict[str, Any]:
    paths = {
        f"/{number}": {"get": {}, **({"servers": [{"url": f"https://{host}"}]} if host else {})}
        for number, host in enumerate(hosts)
    }
    return {"paths": paths, **document}


@pytest.mark.parametrize(
    ("document", "home"),
    [
        (served("", servers=[{"url": "https://a.example"}]), {"", "a.example"}),
        (served("b.example", servers=[{"url": "https://a.example"}]), {"", "a.example"}),
        (served("b.example", "b.example", ""), {"", "b.example"}),
        (served("b.example", "", servers=[{"url": "/v1"}]), {""}),
        ({}, {""}),
    ],
)
def test_the_home_of_a_document_is_where_it_or_most_of_it_is_served(
    document: Any, home: set[str]
) -> None:
    assert find_home(document) == home


def test_an_operation_is_elsewhere_when_none_of_its_servers_is_at_home() -> None:
    home = frozenset({"", "a.example"})
    both = [{"url": "https://b.example/b"}, {"url": "https://a.example/a"}]
    assert choose_server(both, home) == (Server("a.example", "/a", "https"), "")
    assert choose_server(both[:1], home) == (Server("b.example", "/b", "https"), "b.example")
    assert choose_server(None, home) == (Server("", ""), "")
