"""Refusals with another status than the one promised, in a table."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import at
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults._documented import bodies_refer, queries_have_rules, refuses
from reference_server.faults.fault import Fault, everywhere, fault
from reference_server.policy import choose_status, is_documented, list_promised_statuses

_OF_CALLERS = (403, 401, 404, 400, 409, 410)
"""What may stand in for the refusal of a caller, the likeliest first."""
_OF_REQUESTS = (400, 422, 409, 404, 410)
"""What may stand in for the refusal of a request, the likeliest first."""


def _row(
    fault_id: str,
    kinds: str,
    statuses: int | tuple[int, ...],
    about: str,
    needs: tuple[str, ...] = (),
    *,
    when: Callable[[Call], bool] = lambda _: True,
    shows_in: Callable[[Profile], bool] = everywhere,
) -> Fault:
    """A refusal of these kinds gets one of these statuses: documented, if possible, and not due.

    when: of which calls, if not of all.
    """

    def choose(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
        if not _is_of(refusal, kinds) or not when(call):
            return honest(call, refusal)
        if isinstance(statuses, int):
            return statuses
        due = list_promised_statuses(call, refusal)
        others = [status for status in statuses if status not in due]
        return next((status for status in others if is_documented(call, status)), others[0])

    return fault(choose_status, fault_id=fault_id, about=about, needs=needs, shows_in=shows_in)(
        choose
    )


def _is_of(refusal: Refusal, kinds: str) -> bool:
    """Whether a refusal is of one of several kinds; `state` has those that begin with `state:`."""
    names = {refusal.kind, refusal.kind.partition(":")[0], refusal.members.get("error")}
    return not names.isdisjoint(kinds.split())


def _is_anonymous(call: Call) -> bool:
    return call.caller == "anonymous"


def _has_body(call: Call) -> bool:
    return bool(call.body)


def _has_no_body(call: Call) -> bool:
    return not call.body


def _lacks_role(call: Call) -> bool:
    wanted = set(call.op_rules.roles)
    return bool(wanted) and wanted.isdisjoint(call.caller_identity.roles)


def _holds_unknown_scopes(call: Call) -> bool:
    held = call.caller_identity.scopes
    return bool(held) and set(held).isdisjoint(call.server.profile.scopes)


def _refers_to_an_object(call: Call) -> bool:
    refers = call.op_rules.use.refers.items()
    found = (call.server.store.find(c.name, str(at(call.value, pointer))) for pointer, c in refers)
    return any(item is not None for item in found)


def ends_as_promised(profile: Profile) -> bool:
    """Where the policy says what comes after the sunset of an operation."""
    versioning = profile.facts.versioning
    return any(one.sunset and one.gone for one in (versioning.deprecations if versioning else ()))


FAULTS = (
    _row(
        "auth/bad-credentials-answered-with-other-status",
        "bad",
        _OF_CALLERS,
        "A bad credential is refused with another status than the one promised.",
        ("authentication.refusal",),
    ),
    _row(
        "auth/missing-credentials-answered-with-other-status",
        "anonymous",
        _OF_CALLERS,
        "A request without credentials is refused with another status than the one promised.",
        ("authentication.refusal",),
    ),
    _row(
        "auth/state-answered-with-other-status",
        "state",
        _OF_CALLERS,
        "A credential out of use is refused with another status than the one promised.",
        ("authentication.states",),
    ),
    _row(
        "auth/two-credentials-answered-with-other-status",
        "several",
        _OF_CALLERS,
        "Two credentials at once are refused with another status than the one promised.",
        ("authentication.several",),
    ),
    _row(
        "auth/unknown-path-answered-with-other-status",
        "unknown_path",
        _OF_CALLERS,
        "An undefined path without a credential is refused with another status than promised.",
        ("authentication.unknown_paths",),
        when=_is_anonymous,
    ),
    _row(
        "auth/redirects-to-a-login-page",
        "anonymous",
        302,
        "A request without credentials is redirected to a login page.",
        ("authentication.never",),
    ),
    _row(
        "errors/absent-object-answered-with-other-status",
        "absent",
        _OF_REQUESTS,
        "An absent object is refused with another status than the one promised.",
        ("authorization.absent",),
    ),
    _row(
        "errors/fails-on-malformed-body",
        "syntax",
        500,
        "A body that cannot be parsed makes the server fail.",
        ("requests.syntax",),
    ),
    _row(
        "errors/fails-on-unknown-object",
        "absent",
        500,
        "An absent object makes the server fail.",
        ("authorization.absent",),
    ),
    _row(
        "errors/failure-answered-with-200",
        "internal",
        200,
        "A failure of the server gets 200.",
        ("requests.failure",),
    ),
    _row(
        "errors/failure-answered-with-other-status",
        "internal",
        400,
        "A failure of the server is blamed on the caller.",
        ("requests.failure",),
    ),
    _row(
        "errors/ignores-trailing-slash",
        "trailing_slash",
        200,
        "A path with a slash at its end is served.",
        ("requests.trailing_slash",),
        shows_in=refuses("trailing_slash"),
    ),
    _row(
        "errors/redirects-trailing-slash",
        "trailing_slash",
        308,
        "A path with a slash at its end is redirected.",
        ("requests.trailing_slash",),
        shows_in=refuses("trailing_slash"),
    ),
    _row(
        "errors/invalid-body-answered-with-other-status",
        "schema format",
        _OF_REQUESTS,
        "A body that breaks its schema is refused with another status than the one promised.",
        ("requests.schema",),
        when=_has_body,
    ),
    _row(
        "conformance/undocumented-refusal",
        "schema format",
        418,
        "A body that breaks its schema is refused with a status that the document does not have.",
        ("requests.schema",),
        when=_has_body,
    ),
    _row(
        "errors/invalid-query-answered-with-other-status",
        "schema",
        _OF_REQUESTS,
        "A parameter that breaks its schema is refused with another status than the one promised.",
        ("requests.schema",),
        when=_has_no_body,
        shows_in=queries_have_rules,
    ),
    _row(
        "errors/makes-up-absent-objects",
        "absent",
        200,
        "An absent object gets 200.",
        ("authorization.absent",),
    ),
    _row(
        "errors/malformed-body-answered-with-other-status",
        "syntax",
        _OF_REQUESTS,
        "A body that cannot be parsed is refused with another status than the one promised.",
        ("requests.syntax",),
    ),
    _row(
        "errors/media-type-answered-with-other-status",
        "media",
        _OF_REQUESTS,
        "A body of another media type is refused with another status than the one promised.",
        ("requests.media",),
    ),
    _row(
        "errors/method-answered-with-other-status",
        "method",
        _OF_REQUESTS,
        "A method that a path does not have is refused with another status than the one promised.",
        ("requests.method",),
    ),
    _row(
        "errors/serves-any-method",
        "method",
        200,
        "A method that a path does not have is served.",
        ("requests.method",),
    ),
    _row(
        "errors/too-large-answered-with-other-status",
        "too_large",
        _OF_REQUESTS,
        "A body that is too large is refused with another status than the one promised.",
        ("requests.too_large",),
    ),
    _row(
        "errors/unknown-member-answered-with-other-status",
        "unknown_field",
        _OF_REQUESTS,
        "An undocumented member is refused with another status than the one promised.",
        ("requests.unknown_field",),
        shows_in=refuses("unknown_field"),
    ),
    _row(
        "errors/unknown-path-answered-with-200",
        "unknown_path",
        200,
        "An undefined path gets 200.",
        ("requests.unknown_path",),
    ),
    _row(
        "errors/unknown-path-answered-with-other-status",
        "unknown_path",
        _OF_REQUESTS,
        "An undefined path is refused with another status than the one promised.",
        ("requests.unknown_path",),
    ),
    _row(
        "errors/missing-media-type-answered-with-other-status",
        "missing_media",
        _OF_REQUESTS,
        "A body without Content-Type is refused with another status than the one promised.",
        ("requests.missing_media",),
    ),
    _row(
        "ratelimit/refusal-with-other-status",
        "rate",
        _OF_CALLERS,
        "A refusal by limit has another status than the one promised.",
        ("rate_limits.refusal",),
    ),
    _row(
        "formats/not-acceptable-answered-with-other-status",
        "accept",
        _OF_REQUESTS,
        "A request that accepts no format is refused with another status than the one promised.",
        ("requests.accept",),
        shows_in=refuses("accept"),
    ),
    _row(
        "formats/unknown-embed-answered-with-other-status",
        "unknown_embed",
        _OF_REQUESTS,
        "A member that there is not is refused with another status than the one promised.",
        ("requests.unknown_embed", "formats.embed"),
        shows_in=refuses("unknown_embed"),
    ),
    _row(
        "formats/changed-body-answered-with-other-status",
        "changed",
        _OF_REQUESTS,
        "Another body with a known key is refused with another status than the one promised.",
        ("formats.idempotency.changed",),
    ),
    _row(
        "oauth/invalid-client-answered-with-400",
        "client",
        400,
        "An unknown client is refused with 400, though it authenticated by Basic.",
        ("oauth.token",),
    ),
    _row(
        "oauth/bad-grant-answered-with-other-status",
        "invalid_grant",
        401,
        "A refresh token that is not valid is refused with 401.",
        ("oauth.refresh",),
    ),
    _row(
        "scopes/denial-answered-with-other-status",
        "scope",
        _OF_CALLERS,
        "A missing right is refused with another status than the one promised.",
        ("authorization.refusal",),
    ),
    _row(
        "scopes/foreign-object-answered-with-other-status",
        "foreign:tenant",
        _OF_CALLERS,
        "An object of another tenant is refused with another status than the one promised.",
        ("authorization.foreign.tenant",),
    ),
    _row(
        "scopes/foreign-reference-answered-with-other-status",
        "reference",
        _OF_CALLERS,
        "A body that names another tenant's object is refused otherwise than one that names none.",
        ("authorization.foreign.tenant",),
        when=_refers_to_an_object,
        shows_in=bodies_refer,
    ),
    _row(
        "scopes/foreign-tenant-answered-with-other-status",
        "tenant-foreign",
        _OF_CALLERS,
        "The path of another tenant is refused with another status than the one promised.",
        ("authorization.tenant.foreign",),
    ),
    _row(
        "scopes/missing-role-answered-with-other-status",
        "scope",
        _OF_CALLERS,
        "A missing role is refused with another status than the one promised.",
        ("authorization.refusal", "authorization.roles"),
        when=_lacks_role,
    ),
    _row(
        "scopes/unknown-scopes-answered-with-other-status",
        "scope",
        _OF_CALLERS,
        "A caller who holds only undefined scopes is refused with another status than promised.",
        ("authorization.refusal", "authorization.required"),
        when=_holds_unknown_scopes,
    ),
    _row(
        "versioning/gone-answered-with-other-status",
        "gone",
        _OF_REQUESTS,
        "An operation after its sunset is refused with another status than the one promised.",
        ("versioning.deprecations",),
        shows_in=ends_as_promised,
    ),
    _row(
        "webhooks/over-limit-with-other-status",
        "over_limit",
        _OF_CALLERS,
        "A subscription beyond the limit is refused with another status than the one promised.",
        ("webhooks.subscriptions.over_limit",),
    ),
    _row(
        "webhooks/target-refused-with-other-status",
        "target",
        _OF_CALLERS,
        "A URL that may not be subscribed is refused with another status than the one promised.",
        ("webhooks.targets.refusal",),
    ),
)
