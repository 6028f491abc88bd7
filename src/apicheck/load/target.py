"""Reads a target file, the environment and options into a Target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from apicheck.load import target_names
from apicheck.load.endpoints import read_endpoints
from apicheck.load.grammar import as_list, parse_duration
from apicheck.load.mistakes import Mistakes, drop_invalid
from apicheck.load.names import normalize
from apicheck.load.proxies import read_proxies
from apicheck.load.reading import Node
from apicheck.load.receiver import read_effects, read_foreign_secret, read_receiver_secret
from apicheck.load.refs import read_refs
from apicheck.load.schemes import find_own_scheme, find_schemes
from apicheck.load.secrets import SecretReader, is_secret_field, placeholder, run_command
from apicheck.load.source import Source
from apicheck.load.target_file import read_target
from apicheck.load.waivers import read_out_of_scope, read_waivers
from apicheck.model.errors import TargetError
from apicheck.model.facts import Selector
from apicheck.model.json import Json, child_pointer
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy
from apicheck.model.target import (
    Consent,
    Identity,
    Limit,
    Listener,
    Minter,
    Mode,
    Safety,
    Secrets,
    Target,
    Tls,
)

_HINT_URL = 'base_url = "https://staging.example.com", or --base-url'
_HINTS = {
    "/control/url": 'url = "http://127.0.0.1:9000"',
    "/webhooks/public_url": 'public_url = "https://hooks.example.com"',
}
"""What a URL looks like, by its place in the file; elsewhere the base URL's."""


def load_target(
    path: Path | None,
    *,
    spec: Spec,
    policy: Policy,
    environ: Mapping[str, str],
    overrides: Mapping[str, Json] = {},
    today: date | None = None,
) -> Target:
    """The target: file, environment and options merged.

    path: the target file, or None. environ: holds the secrets. overrides: dotted path
    in the target file -> value, from the command line. today: the day on which waivers must not
    have expired, by default this one. Raises TargetError with every mistake.
    """
    source = read_target(path) if path else Source("command line", {})
    settings: Node = override(source.value, overrides)
    mistakes = _make_collector(source, overrides)
    mistakes.against("target", settings)
    settings = drop_invalid("target", settings)
    base_url = _read_base_url(settings, spec, mistakes)
    schemes = find_schemes(settings, spec, policy.facts.authentication.schemes)
    spec = replace(spec, schemes={**spec.schemes, **policy.facts.authentication.schemes, **schemes})
    folder = path.parent if path else Path()
    command = settings.get("credentials", {})
    printed = None if mistakes.found else run_command(command, folder, environ, mistakes)
    secrets = SecretReader(environ, printed, mistakes)
    identities = {
        name: _build_identity(name, value, secrets, spec)
        for name, value in settings.get("identities", {}).items()
    }
    minters = tuple(
        _build_minter(name, value, secrets, spec)
        for name, value in settings.get("mint", {}).items()
    )
    public_clients = tuple(
        _build_minter(name, value, secrets, spec, section="public_clients")
        for name, value in settings.get("public_clients", {}).items()
    )
    identities |= _make_identities_of_clients(minters, identities, mistakes)
    endpoints = read_endpoints(settings, base_url, spec.prefix, policy, mistakes)
    urls = (base_url, *(minter.token_url for minter in minters), *sorted(endpoints.urls))
    proxies = read_proxies(settings, urls, secrets)
    receiver_secret = read_receiver_secret(settings, policy, secrets)
    foreign_secret = read_foreign_secret(settings, policy, secrets)
    target_names.verify(settings, spec, policy, mistakes)
    refs = (*read_refs(settings.get("refs", {}), spec, mistakes), *policy.refs)
    today = today or datetime.now(UTC).date()
    out_of_scope = read_out_of_scope(settings, mistakes, today)
    waivers = read_waivers(settings, mistakes, today)
    _verify_files(settings, folder, mistakes)
    mistakes.raise_found(TargetError, source.file)
    listener, tls = settings.get("webhooks"), settings.get("tls", {})
    return Target(
        name=settings.get("name", urlsplit(base_url).netloc),
        base_url=base_url,
        base_path=settings.get("base_path"),
        schemes=schemes,
        security={
            name: Selector(tuple(as_list(ops)))
            for name, ops in settings.get("security", {}).items()
        },
        identities=identities,
        minters=minters,
        public_clients=public_clients,
        consent=_build_consent(settings, folder),
        limits={
            name: Limit(
                limit.get("limit"),
                parse_duration(limit.get("window")),
                use_up=limit.get("use_up", False),
            )
            for name, limit in settings.get("limits", {}).items()
        },
        out_of_scope=out_of_scope,
        waivers=waivers,
        confirmed={normalize(p): word for p, word in settings.get("confirm", {}).items()},
        readings=tuple(as_list(settings.get("readings", ()))),
        listener=None if listener is None else Listener(**listener),
        control_url=settings.get("control", {}).get("url", "").rstrip("/"),
        receiver_secret=receiver_secret,
        foreign_secret=foreign_secret,
        load=settings.get("receiver", {}).get("load", False),
        effects=read_effects(settings, folder),
        fixtures=settings.get("fixtures", {}),
        refs=refs,
        safety=_build_safety(settings.get("safety", {})),
        tls=Tls(
            ca_file=_join_path(folder, tls.get("ca_file")),
            client_cert=_join_path(folder, tls.get("client_cert")),
            verify=tls.get("verify", True),
        ),
        endpoints=endpoints,
        proxies=proxies,
        headers=_read_headers(settings.get("headers", {}), secrets),
        file=str(path) if path else "",
        secrets=Secrets(secrets.found),
    )


def _make_collector(source: Source, overrides: Node) -> Mistakes:
    """A collector of mistakes, which places those of overridden settings on the command line."""
    given = {"/" + path.replace(".", "/") for path in overrides}

    def place(pointer: str) -> tuple[str, int]:
        if any(pointer == path or pointer.startswith(f"{path}/") for path in given):
            return "command line", 0
        return source.file, source.line(pointer)

    return Mistakes(place)


def override(settings: Node, overrides: Mapping[str, Json]) -> dict[str, Json]:
    """The settings with other values at dotted paths."""
    result = dict(settings)
    for path, value in overrides.items():
        first, dot, rest = path.partition(".")
        inner = result.get(first, {})
        if dot and isinstance(inner, Mapping):
            result[first] = override(inner, {rest: value})
        else:
            result[path] = value
    return result


def _read_base_url(settings: Node, spec: Spec, mistakes: Mistakes) -> str:
    """The base URL without the server path of the document."""
    if "base_url" not in settings:
        if any(mistake.path == "base_url" for mistake in mistakes.found):
            return ""
        mistakes.add("", "base_url is missing: apicheck needs the URL of the API", _HINT_URL)
        return ""
    url = _verify_url("/base_url", settings["base_url"], mistakes)
    return url.removesuffix(spec.prefix) if spec.prefix else url


def _verify_url(pointer: str, url: str, mistakes: Mistakes) -> str:
    hint = _HINTS.get(pointer, _HINT_URL)
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as problem:
        mistakes.add(pointer, f"is not a URL: {problem}", hint)
        return ""
    if parts.username is not None or parts.password is not None:
        mistakes.add(pointer, "a URL may not hold credentials", "give them to an identity")
    elif parts.scheme not in ("http", "https") or not host:
        mistakes.add(pointer, f'"{url}" is not an http or https URL with a host', hint)
    elif parts.query or parts.fragment:
        mistakes.add(pointer, "this URL has no query and no fragment", "end it with the path")
    return url.rstrip("/")


def _build_identity(name: str, settings: Node, secrets: SecretReader, spec: Spec) -> Identity:
    pointer, whose = child_pointer("/identities", name), f'identity "{name}"'
    scheme = settings.get("scheme", "")
    if scheme and scheme not in spec.schemes:
        secrets.mistakes.unknown(f"{pointer}/scheme", "security scheme", scheme, spec.schemes)
    own = [spec.schemes[scheme]] if scheme in spec.schemes else spec.schemes.values()
    basic = bool(own) and all(one.http_scheme == "basic" for one in own)
    token = secrets.read_credential(name, settings, pointer, whose, basic=basic)
    others = {
        other: secrets.read_further(
            f"{name}_{other}", given, child_pointer(f"{pointer}/credentials", other), whose
        )
        for other, given in settings.get("credentials", {}).items()
    }
    for other in others:
        if other not in spec.schemes:
            place = child_pointer(f"{pointer}/credentials", other)
            secrets.mistakes.unknown(place, "security scheme", other, spec.schemes)
    mistaken = any(
        mistake.path.startswith(f"identities.{name}.") for mistake in secrets.mistakes.found
    )
    if token is None and not others and not mistaken:
        message = f"{whose} has no credential"
        secrets.mistakes.add(pointer, message, 'token_env = "…", or user_env and password_env')
    if token is None and others:
        scheme = next(iter(others))
    scheme = scheme or find_own_scheme(settings, spec)
    scopes, permissions = settings.get("scopes"), settings.get("permissions")
    roles = settings.get("roles")
    return Identity(
        name=name,
        placeholder=others[scheme] if token is None and others else placeholder(name),
        scheme=scheme,
        scopes=None if scopes is None else tuple(scopes),
        permissions=None if permissions is None else tuple(permissions),
        **{key: settings.get(key, "") for key in ("tenant", "user", "app", "account", "plan")},
        roles=None if roles is None else tuple(roles),
        state=settings.get("state", "active"),
        exclusive=settings.get("exclusive", False),
        disposable=settings.get("disposable", False),
        parameters=_as_texts(settings.get("parameters", {})),
        fixtures=settings.get("fixtures", {}),
        credentials=others,
        declared=_find_declaration(pointer, settings, secrets.mistakes),
    )


def _find_declaration(pointer: str, settings: Node, mistakes: Mistakes) -> str:
    """Where the target file declares the rights of an identity, or else the identity itself."""
    named = next((key for key in ("scopes", "permissions", "roles") if key in settings), "")
    file, line = mistakes.place(f"{pointer}/{named}" if named else pointer)
    return f"{Path(file).name}:{line}" if line else "--token-env"


def _build_minter(
    name: str, settings: Node, secrets: SecretReader, spec: Spec, section: str = "mint"
) -> Minter:
    """A client of a section: `mint`, or `public_clients`, which have no secret."""
    public = section == "public_clients"
    pointer = child_pointer(f"/{section}", name)
    whose = f'{"public client" if public else "minter"} "{name}"'
    values = {"client_secret": ""}
    for what in ("client_id",) if public else ("client_id", "client_secret"):
        if isinstance(settings.get(what), str):
            values[what] = settings[what]
            continue
        secret = secrets.read_secret(settings, (f"{what}_env", what), pointer, whose)
        if secret is None:
            secrets.mistakes.add(pointer, f"{whose} has no {what}", f'{what}_env = "…"')
        kept = placeholder(f"public-{name}" if public else name, what.upper())
        values[what] = secrets.keep(kept, secret or "")
    url = settings.get("token_url") or _find_token_url(spec)
    if not url:
        secrets.mistakes.add(pointer, f"{whose} has no token_url", 'token_url = "/oauth/token"')
    scopes = settings.get("scopes")
    return Minter(
        name=name,
        token_url=url,
        client_id=values["client_id"],
        client_secret=values["client_secret"],
        tenant=settings.get("tenant", ""),
        scopes=None if scopes is None else tuple(scopes),
        parameters=_as_texts(settings.get("parameters", {})),
        redirect_uri=settings.get("redirect_uri", ""),
    )


def _build_consent(settings: Node, folder: Path) -> Consent | None:
    given = settings.get("consent")
    if given is None:
        return None
    command = list(given.get("command", ()))
    if command and command[0].startswith("."):
        command[0] = _join_path(folder.resolve(), command[0])
    return Consent(
        identity=given.get("as", ""),
        scheme=given.get("scheme", ""),
        form=given.get("form", {}),
        command=tuple(command),
        folder=str(folder) if command else "",
    )


def _make_identities_of_clients(
    minters: Iterable[Minter], identities: Mapping[str, Identity], mistakes: Mistakes
) -> dict[str, Identity]:
    """An identity for each client whose tenant has none: a token with every scope it may get."""
    tenants = {identity.tenant for identity in identities.values()}
    made = {}
    for minter in minters:
        if minter.tenant in tenants or minter.name in identities:
            continue
        file, line = mistakes.place(child_pointer("/mint", minter.name))
        made[minter.name] = Identity(
            name=minter.name,
            placeholder=placeholder(minter.name),
            scopes=minter.scopes,
            tenant=minter.tenant,
            parameters=minter.parameters,
            exclusive=True,
            declared=f"{Path(file).name}:{line}",
            minter=minter.name,
        )
    return made


def _find_token_url(spec: Spec) -> str:
    urls = [scheme.token_url for scheme in spec.schemes.values() if scheme.token_url]
    return urls[0] if urls else ""


def _read_headers(settings: Node, secrets: SecretReader) -> tuple[tuple[str, str], ...]:
    """Headers for every request; a placeholder replaces the value where the name means a secret."""
    return tuple(
        (name, secrets.keep(placeholder(name, "HEADER"), value))
        if is_secret_field(name)
        else (name, value)
        for name, value in settings.items()
    )


def _as_texts(values: Node) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _build_safety(settings: Node) -> Safety:
    mode = settings.get("mode")
    return Safety(
        mode=None if mode is None else Mode(mode),
        hosts=tuple(settings.get("hosts", ())),
        methods=tuple(method.upper() for method in settings.get("methods", ())),
        max_requests=settings.get("max_requests"),
        max_seconds=settings.get("max_seconds"),
        skip=tuple(settings.get("skip", ())),
        allow=tuple(settings.get("allow", ())),
    )


def _verify_files(settings: Node, folder: Path, mistakes: Mistakes) -> None:
    for key in ("ca_file", "client_cert"):
        name = settings.get("tls", {}).get(key)
        if name and not (folder / name).is_file():
            mistakes.add(f"/tls/{key}", f"the file {name} does not exist")
    control = settings.get("control", {}).get("url")
    if control:
        _verify_url("/control/url", control, mistakes)
    public = settings.get("webhooks", {}).get("public_url")
    if public:
        _verify_url("/webhooks/public_url", public, mistakes)


def _join_path(folder: Path, name: str | None) -> str:
    return str(folder / name) if name else ""
