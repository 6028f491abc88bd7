"""Provides identities during a run, from target file, OAuth client or control protocol."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from apicheck.model.json import Json
from apicheck.model.plan import Plan
from apicheck.model.target import Identity, Minter, usual_plan
from apicheck.probe.clock import TargetClock
from apicheck.probe.control import Control
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.identity_spec import RIGHTS, IdentitySpec, has_exactly, sort_or_none
from apicheck.probe.redactor import Redactor
from apicheck.probe.single_flight import SingleFlight
from apicheck.probe.token_client import Keep, TokenClient

_EARLY_S = 5.0


@dataclass(slots=True)
class _Minted:
    """An identity that this run made. expires: epoch seconds on the target's clock."""

    identity: Identity
    wanted: IdentitySpec
    minter: Minter | None = None
    control_id: str = ""
    expires: float | None = None
    revoked: bool = False


class Minting:
    """Finds or makes the identities that scripts ask for."""

    def __init__(
        self,
        plan: Plan,
        tokens: TokenClient,
        secrets: Redactor,
        clock: TargetClock,
        control: Control | None,
        know: Callable[[Identity, bool], None],
        *,
        last: int = 0,
    ) -> None:
        """know: called with an identity before a script gets it, and whether that may end it.

        last: the number of a name after which new ones are counted.
        """
        self._plan = plan
        self._usual_plan = usual_plan(plan.target)
        self._secrets = secrets
        self._clock = clock
        self._control = control if control and "mint" in plan.context.capabilities else None
        self._know = know
        self._tokens = tokens
        self._memo: SingleFlight[Identity | None] = SingleFlight()
        self._lock = threading.Lock()
        self._renewing = threading.RLock()
        self._made: dict[str, _Minted] = {}
        self._by_placeholder: dict[str, _Minted] = {}
        self._numbers = itertools.count(last + 1)
        self._expect_tokens_of_clients()
        self._used_up: set[str] = set()

    def _expect_tokens_of_clients(self) -> None:
        """Take identities that are clients as expired: each gets a token when it is first used."""
        minters = {minter.name: minter for minter in self._plan.target.minters}
        for identity in self._plan.target.identities.values():
            minter = minters.get(identity.minter)
            if minter is not None:
                wanted = IdentitySpec(scopes=sort_or_none(minter.scopes), tenant=minter.tenant)
                made = _Minted(identity, wanted, minter, expires=0.0)
                self._made[identity.name] = self._by_placeholder[identity.placeholder] = made

    def mint(self, arguments: Mapping[str, Json], keep: Keep) -> Json:
        """The identity that the arguments of an `Ask` describe; None when none can be made."""
        wanted = IdentitySpec.from_arguments(arguments)
        if arguments.get("fresh"):
            identity = self._make(wanted, keep, fresh=True)
        else:
            identity = self._memo.do(repr(wanted), lambda: self._make(wanted, keep, fresh=False))
        if identity is None:
            return None
        return {
            "identity": identity.name,
            "placeholder": identity.placeholder,
            "scheme": identity.scheme,
            "tenant": identity.tenant,
            "user": identity.user,
            "app": identity.app,
            "plan": identity.plan,
            "parameters": dict(identity.parameters),
            "credentials": dict(identity.credentials),
            "rights": {
                kind: words for kind in RIGHTS if (words := arguments.get(kind)) is not None
            },
            "state": identity.state,
        }

    def find_control_id(self, identity: str) -> str:
        """The id of an identity that the control protocol made; "" for any other."""
        made = self._made.get(identity)
        return made.control_id if made else ""

    def mint_by_clients(self) -> Iterator[Identity]:
        """Yield an identity of each client, with all the rights that it can get."""
        for minter in self._plan.target.minters:
            with suppress(ProbeStopped):
                wanted = IdentitySpec(tenant=minter.tenant)
                made = self._mint_by_client(minter, wanted, lambda _: None)
                if made is not None:
                    yield self._remember(made)

    def renew(self, placeholders: tuple[str, ...]) -> None:
        """Replace tokens of this run that have expired on the target's clock.

        One at a time: another request with the same token waits for the new one.
        """
        for placeholder in placeholders:
            made = self._by_placeholder.get(placeholder)
            if made is not None:
                with self._renewing:
                    self._renew_if_expired(made, placeholder)

    def make_again(self, name: str) -> bool:
        """Make a credential in the place of one that has ended."""
        if made := self._made.get(name):
            return self._replace(made, made.identity.placeholder)
        identity = self._plan.target.identities[name]
        wanted = IdentitySpec(
            scopes=identity.scopes,
            permissions=identity.permissions,
            roles=identity.roles,
            tenant=identity.tenant,
            user=identity.user,
            app=identity.app,
            plan=identity.plan,
            scheme=identity.scheme,
        )
        return self._replace(_Minted(identity, wanted), identity.placeholder)

    def _renew_if_expired(self, made: _Minted, placeholder: str) -> None:
        if made.expires is None or made.expires - _EARLY_S > self._clock.epoch():
            return
        if made.revoked or made.wanted.state != "active" or not made.wanted.renewed:
            return
        made.expires = None
        self._replace(made, placeholder)

    def _replace(self, made: _Minted, placeholder: str) -> bool:
        """Put a new token in the place of one; whether that was possible."""
        again = (
            self._mint_by_client(made.minter, made.wanted, lambda _: None)
            if made.minter
            else self._mint_new(made.wanted, lambda _: None)
        )
        token = self._secrets.live.get(again.identity.placeholder) if again else None
        if again is None or token is None:
            return False
        self._secrets.put(placeholder, token)
        made.expires, made.control_id = again.expires, again.control_id
        return True

    def revoke(self, name: str, keep: Keep) -> Json:
        """Revoke an identity that this run made. Returns {}, None when that is not possible."""
        made = self._made.get(name)
        if made is None:
            return None
        if made.control_id and self._control is not None:
            result = self._control.revoke(made.control_id)
            made.revoked = result is not None
            return result
        return self._revoke_by_client(made, keep)

    def change(self, name: str, account: Mapping[str, Json]) -> Json:
        """Change the account of an identity that this run made. None when that is not possible."""
        made = self._made.get(name)
        if made is None or not made.control_id or self._control is None:
            return None
        return self._control.change(made.control_id, dict(account))

    def revoke_all(self) -> None:
        """Revoke every token that a minter got and that lives, where the API offers revocation."""
        now = self._clock.epoch()
        for made in tuple(self._made.values()):
            used = made.identity.placeholder in self._secrets.live
            ended = made.revoked or (made.expires is not None and made.expires <= now)
            if made.minter is not None and used and not ended:
                made.revoked = True  # a token that ends soon is not renewed to be revoked
                self._revoke_by_client(made, lambda _: None)

    def _make(self, wanted: IdentitySpec, keep: Keep, *, fresh: bool) -> Identity | None:
        configured = self._find_configured(wanted, fresh=fresh)
        if configured is not None:
            return configured
        made = self._mint_new(wanted, keep)
        if made is None:
            return None
        return self._remember(made, may_end=fresh or not wanted.renewed)

    def _remember(self, made: _Minted, *, may_end: bool = False) -> Identity:
        self._made[made.identity.name] = made
        self._by_placeholder[made.identity.placeholder] = made
        self._know(made.identity, may_end)
        return made.identity

    def _find_configured(self, wanted: IdentitySpec, *, fresh: bool) -> Identity | None:
        for identity in self._plan.target.identities.values():
            if not self._fits(identity, wanted):
                continue
            if not fresh:
                return identity
            with self._lock:
                if identity.disposable and identity.name not in self._used_up:
                    self._used_up.add(identity.name)
                    self._know(identity, True)
                    return identity
        return None

    def _fits(self, identity: Identity, wanted: IdentitySpec) -> bool:
        context = self._plan.context
        return (
            identity.state == wanted.state
            and not wanted.claims
            and wanted.scheme in ("", identity.scheme, *identity.credentials)
            and wanted.tenant in ("", identity.tenant)
            and wanted.user in ("", identity.user)
            and wanted.app in ("", identity.app)
            and wanted.plan in ("", identity.plan)
            and has_exactly(identity.scopes, wanted.scopes, context.all_scopes)
            and has_exactly(identity.permissions, wanted.permissions, context.all_permissions)
            and has_exactly(identity.roles, wanted.roles, context.all_roles)
        )

    def _mint_new(self, wanted: IdentitySpec, keep: Keep) -> _Minted | None:
        scheme = self._scheme_of_minters()
        worth = wanted.fits_client and wanted.scopes != () and self._may_be_granted(wanted)
        if worth and (not scheme or wanted.scheme in ("", scheme)):
            for minter in self._plan.target.minters:
                made = self._mint_by_client(minter, wanted, keep)
                if made is not None:
                    return made
        return self._mint_by_control(wanted)

    def _scheme_of_minters(self) -> str:
        """The scheme of the tokens that client credentials get, "" without one."""
        schemes = self._plan.spec.schemes.values()
        return next((scheme.name for scheme in schemes if scheme.token_url), "")

    def _may_be_granted(self, wanted: IdentitySpec) -> bool:
        """Whether to ask a client: for undefined scopes only without a control protocol."""
        known = self._plan.context.all_scopes
        return self._control is None or set(wanted.scopes or ()) <= set(known)

    def _mint_by_client(self, minter: Minter, wanted: IdentitySpec, keep: Keep) -> _Minted | None:
        if wanted.tenant not in ("", minter.tenant):
            return None
        scopes = wanted.scopes if wanted.scopes is not None else minter.scopes
        if scopes and minter.scopes is not None and not set(scopes) <= set(minter.scopes):
            return None
        parameters = {"grant_type": "client_credentials"}
        if scopes:
            parameters["scope"] = " ".join(scopes)
        body = self._tokens.post(minter, minter.token_url, parameters, keep).members
        token = body.get("access_token")
        granted = body.get("scope")
        if not isinstance(token, str) or token not in self._secrets.live:
            return None
        if isinstance(granted, str) and wanted.scopes not in (
            None,
            sort_or_none(set(granted.split())),
        ):
            return None
        lifetime = body.get("expires_in")
        expires = self._clock.epoch() + lifetime if isinstance(lifetime, int | float) else None
        identity = Identity(
            name=f"minted-{next(self._numbers)}",
            placeholder=token,
            scheme=self._scheme_of_minters(),
            scopes=scopes,
            tenant=minter.tenant,
            exclusive=True,
            disposable=True,
            parameters=minter.parameters,
        )
        return _Minted(identity, wanted, minter, expires=expires)

    def _mint_by_control(self, wanted: IdentitySpec) -> _Minted | None:
        if self._control is None:
            return None
        members: dict[str, Json] = {
            "scopes": wanted.scopes,
            "permissions": wanted.permissions,
            "tenant": wanted.tenant,
            "user": wanted.user,
            "state": wanted.state,
        }
        optional: dict[str, Json] = {
            "roles": wanted.roles,
            "app": wanted.app,
            "plan": wanted.plan or self._usual_plan,
            "scheme": wanted.scheme,
            "claims": dict(wanted.claims),
        }
        members |= {name: value for name, value in optional.items() if value not in (None, "", {})}
        made = self._control.mint(members)
        if not isinstance(made, dict) or not isinstance(made.get("token"), str):
            return None
        granted = made.get("scopes")
        if isinstance(granted, list) and wanted.scopes not in (None, sort_or_none(granted)):
            return None
        expires = made.get("expires")
        identity = Identity(
            name=f"minted-{next(self._numbers)}",
            placeholder=self._secrets.issue(made["token"], "MINTED"),
            scheme=str(made.get("scheme") or ""),
            scopes=wanted.scopes,
            permissions=wanted.permissions,
            roles=wanted.roles,
            tenant=str(made.get("tenant") or wanted.tenant),
            user=str(made.get("user") or wanted.user),
            app=str(made.get("app") or ""),
            account=str(made.get("account") or ""),
            plan=str(made.get("plan") or ""),
            state=wanted.state,
            exclusive=True,
            disposable=True,
            parameters={k: str(v) for k, v in (made.get("parameters") or {}).items()},
            credentials={
                scheme: self._secrets.issue(str(secret), "MINTED")
                for scheme, secret in (made.get("credentials") or {}).items()
            },
        )
        return _Minted(
            identity,
            wanted,
            control_id=str(made.get("id", "")),
            expires=float(expires) if isinstance(expires, int | float) else None,
        )

    def _revoke_by_client(self, made: _Minted, keep: Keep) -> Json:
        oauth = self._plan.policy.facts.oauth
        if oauth is None or not oauth.revoke or made.minter is None:
            return None
        path = self._plan.spec.operation(oauth.revoke).path
        parameters = {"token": made.identity.placeholder, "token_type_hint": "access_token"}
        exchange = self._tokens.post(made.minter, path, parameters, keep)
        made.revoked = exchange.succeeded
        return {} if exchange.succeeded else None
