"""Decide which credentials a request carries."""

from __future__ import annotations

from collections.abc import Iterable

from apicheck.model.exchange import Credential
from apicheck.model.operation import SecurityScheme
from apicheck.model.subject import RunContext
from apicheck.model.target import Identity
from apicheck.model.verdict import NotTested, NotTestedKind

MUTUAL_TLS = "mutualTLS"


def credentials_of(
    context: RunContext,
    operation: str,
    identity: Identity,
    value: str = "",
    *,
    alternative: tuple[str, ...] = (),
) -> tuple[Credential, ...]:
    """An identity's credentials, as the operation's security requires them; () for a public one.

    value: replaces the first secret (by a placeholder with a derivation, or a drawn token).
    alternative: names of schemes that are needed together; default: `alternative_of`.
    """
    names = alternative or alternative_of(context, operation, identity)
    if not names and context.implied_scheme and identity.placeholder:
        names = (_scheme_of_its_own(context, identity),)
    schemes = [context.spec.schemes[name] for name in names if name in context.spec.schemes]
    sent = [scheme for scheme in schemes if scheme.kind != MUTUAL_TLS]
    secrets = [secret_of(context, identity, scheme) or identity.placeholder for scheme in sent]
    if value and secrets:
        secrets[0] = value
    return tuple(
        make_credential(context, scheme, secret)
        for scheme, secret in zip(sent, secrets, strict=True)
    )


def alternative_of(context: RunContext, operation: str, identity: Identity) -> tuple[str, ...]:
    """The first alternative of an operation's security for which an identity has the credentials.

    Where it has them for none, the first scheme of the first: its credential goes there instead.
    """
    alternatives = context.alternatives.get(operation, ())
    fitting = (names for names in alternatives if satisfies(context, identity, names))
    return next(fitting, alternatives[0][:1] if alternatives else ())


def scheme_to_carry(context: RunContext, operation: str, identity: Identity) -> str:
    """The scheme of a credential that an operation gets though the document asks for none.

    "" where the document asks for one, all get one anyway, or the identity has none.
    """
    if context.alternatives.get(operation) or context.implied_scheme or not identity.placeholder:
        return ""
    return _scheme_of_its_own(context, identity)


def _scheme_of_its_own(context: RunContext, identity: Identity) -> str:
    """The scheme in which an identity sends its credential where nothing asks for any; or ""."""
    schemes = context.spec.schemes
    if identity.scheme in schemes:
        return identity.scheme
    if context.implied_scheme:
        return context.implied_scheme
    fitting = (s.name for s in schemes.values() if s.kind != MUTUAL_TLS)
    return next((name for name in fitting if secret_of(context, identity, schemes[name])), "")


def satisfies(context: RunContext, identity: Identity, alternative: Iterable[str]) -> bool:
    """Whether an identity has a credential of each of these schemes.

    A client certificate belongs to the connection: all identities have it, or none.
    """
    schemes = [context.spec.schemes.get(name) for name in alternative]
    return all(
        scheme is not None
        and (
            context.client_certificate
            if scheme.kind == MUTUAL_TLS
            else bool(secret_of(context, identity, scheme, alone=len(schemes) == 1))
        )
        for scheme in schemes
    )


def secret_of(
    context: RunContext, identity: Identity, scheme: SecurityScheme, *, alone: bool = True
) -> str:
    """The placeholder of an identity's credential of a scheme; "" when it has none.

    alone: no other scheme is needed with it. A secret for which the target file names no scheme
    serves any single scheme, and none of several that are needed together.
    """
    if scheme.name in identity.credentials:
        return identity.credentials[scheme.name]
    own = identity.scheme == scheme.name or (
        alone and (not identity.scheme or _stands_in(context, identity, scheme))
    )
    return identity.placeholder if own else ""


def make_credential(context: RunContext, scheme: SecurityScheme, secret: str) -> Credential:
    """Put a secret into the place and the form of its scheme."""
    prefix = context.facts.authentication.prefix
    if scheme.kind == "apiKey":
        return Credential(scheme.name, scheme.place, scheme.parameter, (prefix or "") + secret)
    word = {"basic": "Basic"}.get(scheme.http_scheme, "Bearer")
    return Credential(scheme.name, "header", "Authorization", (prefix or f"{word} ") + secret)


def missing_credentials(context: RunContext, names: tuple[str, ...]) -> NotTested:
    """Why no request can carry credentials of these schemes, and the lines that change it."""
    schemes = [context.spec.schemes.get(name) for name in names]
    if any(scheme and scheme.kind == MUTUAL_TLS for scheme in schemes):
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            "it takes a client certificate (mutualTLS), which the connection has to present",
            '[tls]\nclient_cert = "client.pem"  # certificate and key',
        )
    lines = "\n".join(
        f'[identities.admin.credentials.{name}]\ntoken_env = "ADMIN_{name.upper()}"'
        for name in names
    )
    words = f"no identity has a credential of {' and '.join(names)}"
    return NotTested(NotTestedKind.NEEDS_IDENTITY, words, lines)


def explain_no_actor(context: RunContext, operation: str) -> NotTested:
    """Why no identity of the target may call an operation, and the lines that change it."""
    needed = context.alternatives.get(operation, ())
    held = [one for one in context.identities.values() if one.placeholder]
    if needed and held and not any(satisfies(context, one, a) for one in held for a in needed):
        return missing_credentials(context, needed[0])
    return NotTested(
        NotTestedKind.NEEDS_IDENTITY,
        f"no identity may call {operation}",
        '[identities.admin]\ntoken_env = "ADMIN_TOKEN"  # or --token-env ADMIN_TOKEN',
    )


def _stands_in(context: RunContext, identity: Identity, scheme: SecurityScheme) -> bool:
    """Whether a bearer token may serve another bearer scheme than its own.

    A document often has several names for one kind of token. Where the target file has a
    credential of that very scheme, it is another kind.
    """
    mine = context.spec.schemes.get(identity.scheme)
    taken = any(
        other.scheme == scheme.name or scheme.name in other.credentials
        for other in context.identities.values()
    )
    return mine is not None and mine.bearer and scheme.bearer and not taken
