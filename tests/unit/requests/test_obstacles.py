from typing import Any

from apicheck.load import read_spec
from apicheck.model.operation import Operation
from apicheck.requests.obstacles import find_obstacle


def operations(paths: Any) -> dict[str, Operation]:
    servers = [{"url": "https://api.example.com"}]
    return {one.id: one for one in read_spec({"servers": servers, "paths": paths}).operations}


def test_what_another_host_serves_is_out_of_scope_unless_the_base_url_is_there() -> None:
    there = {"get": {}, "servers": [{"url": "https://files.example.com/v1"}]}
    (operation,) = operations({"/there": there}).values()
    why = find_obstacle(operation, "127.0.0.1:8000")
    assert why is not None
    assert "out of scope: its server is files.example.com" in why.reason
    assert find_obstacle(operation, "Files.example.com") is None


def test_what_only_a_fragment_tells_apart_says_from_what() -> None:
    found = operations(
        {
            "/schema/{a}": {"put": {"operationId": "plain"}, "get": {"operationId": "read"}},
            "/schema/{b}#add": {"put": {"operationId": "add"}},
            "/alone#why": {"put": {"operationId": "alone"}},
            "/x#a": {"get": {"operationId": "a"}},
            "/x#b": {"get": {"operationId": "b"}},
        }
    )
    said = {name: find_obstacle(one) for name, one in found.items()}
    assert [name for name, why in said.items() if why] == ["add", "a", "b"]
    why = said["add"]
    assert why is not None
    assert "PUT /schema/{b}#add" in why.reason
    assert "cannot be told apart from plain" in why.reason
