from __future__ import annotations

import base64
from typing import Any

import pytest

from apicheck.load.mistakes import Mistakes
from apicheck.load.proxies import read_proxies
from apicheck.load.secrets import SecretReader
from apicheck.model.json import MISSING
from apicheck.model.target import Proxy, is_loopback

HTTPS = "https://api.test/v1"


def read(
    environ: dict[str, str], url: str = HTTPS, **settings: Any
) -> tuple[dict[str, Proxy], SecretReader]:
    secrets = SecretReader(environ, MISSING, Mistakes(lambda _: ("file", 0)))
    return read_proxies(settings, [url], secrets), secrets


@pytest.mark.parametrize(
    ("environ", "url", "named_by"),
    [
        ({"HTTPS_PROXY": "http://proxy.test:3128"}, HTTPS, "HTTPS_PROXY"),
        ({"https_proxy": "http://proxy.test:3128", "HTTPS_PROXY": "no"}, HTTPS, "https_proxy"),
        ({"HTTP_PROXY": "proxy.test:3128"}, "http://api.test", "HTTP_PROXY"),
        ({"ALL_PROXY": "http://proxy.test:3128/"}, HTTPS, "ALL_PROXY"),
    ],
)
def test_a_proxy_of_the_environment_is_used(
    environ: dict[str, str], url: str, named_by: str
) -> None:
    found, _ = read(environ, url)
    assert found == {"api.test": Proxy("http://proxy.test:3128", named_by)}


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({"HTTP_PROXY": "http://proxy.test:3128"}, HTTPS),
        ({"HTTPS_PROXY": ""}, HTTPS),
        *(
            ({"HTTPS_PROXY": "http://proxy.test:3128"}, f"https://{host}:8443")
            for host in ("localhost", "127.0.0.1", "127.8.8.8", "[::1]", "app.localhost")
        ),
        *(
            ({"HTTPS_PROXY": "http://proxy.test:3128", "NO_PROXY": names}, HTTPS)
            for names in ("api.test", ".test", "other, test", "*", "*.test", "api.test:443")
        ),
        ({"HTTPS_PROXY": "http://p.test:1", "NO_PROXY": "10.0.0.0/8"}, "https://10.2.3.4"),
    ],
)
def test_no_proxy_is_used(environ: dict[str, str], url: str) -> None:
    assert read(environ, url)[0] == {}


def test_a_host_whose_name_only_ends_alike_is_not_left_out() -> None:
    environ = {"HTTPS_PROXY": "http://proxy.test:3128", "NO_PROXY": "pi.test"}
    assert "api.test" in read(environ)[0]


@pytest.mark.parametrize("url", ["socks5://proxy.test", "socks5h://proxy.test:9050"])
def test_a_socks_proxy_may_be_named_with_credentials_in_the_environment(url: str) -> None:
    assert read({}, proxy=url)[0]["api.test"].url == url
    found, secrets = read({"ALL_PROXY": url.replace("://", "://ada:open%21sesame@")})
    assert found["api.test"].url == url
    assert base64.b64decode(secrets.found[found["api.test"].credentials]) == b"ada:open!sesame"


def test_an_explicit_proxy_is_before_every_host() -> None:
    found, _ = read({}, "http://127.0.0.1:8000", proxy="http://proxy.test:3128")
    assert found["127.0.0.1"].url == "http://proxy.test:3128"
    assert read({"HTTPS_PROXY": "http://proxy.test:3128"}, proxy="none")[0] == {}


def test_the_credentials_of_a_proxy_are_secrets() -> None:
    found, secrets = read({"HTTPS_PROXY": "http://ada:open%21sesame@proxy.test:3128"})
    proxy = found["api.test"]
    assert proxy.url == "http://proxy.test:3128"
    assert "sesame" not in repr(found)
    assert base64.b64decode(secrets.found[proxy.credentials]) == b"ada:open!sesame"
    assert "open!sesame" in secrets.found.values()


@pytest.mark.parametrize(
    ("environ", "settings", "words"),
    [
        ({"HTTPS_PROXY": "socks4://u:hidden@proxy.test"}, {}, "HTTPS_PROXY is not the URL"),
        ({}, {"proxy": "http://u:hidden@proxy.test"}, "may not hold credentials"),
        ({}, {"proxy": "proxy.test"}, "is not the URL of a proxy: http"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_without_its_password(
    environ: dict[str, str], settings: dict[str, str], words: str
) -> None:
    found, secrets = read(environ, **settings)
    assert found == {}
    (mistake,) = secrets.mistakes.found
    assert words in str(mistake)
    assert "hidden" not in str(mistake)


def test_names_that_look_like_this_machine_are_not() -> None:
    assert not is_loopback("localhost.example.com")
    assert not is_loopback("127.example.com")
