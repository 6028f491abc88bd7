"""Subscriptions that may not be made, and secrets that may not be shown."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from apicheck.model.facts import Targets
from apicheck.model.json import at
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import find_array, put
from reference_server.faults.fault import alters, fault
from reference_server.responses.success import finish_success
from reference_server.stages.subscriptions import count_subscriptions
from reference_server.webhooks.targets import find_kinds, is_refused_target

IsRefusedTarget = Callable[[Targets, str], bool]


def _refuses(kind: str) -> Callable[[Profile], bool]:
    """Where a kind of address is refused."""
    return lambda profile: profile.webhooks is not None and kind in profile.webhooks.targets.refused


def _accepts(kind: str, targets: Targets, url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return kind in find_kinds(host) and kind in targets.refused


@fault(is_refused_target, needs=("webhooks.targets.schemes",))
def accepts_plain_http(honest: IsRefusedTarget, targets: Targets, url: str) -> bool:
    """A URL of plain HTTP can be subscribed."""
    return urlsplit(url).scheme != "http" and honest(targets, url)


@fault(is_refused_target, shows_in=_refuses("private"))
def accepts_private_addresses(honest: IsRefusedTarget, targets: Targets, url: str) -> bool:
    """A URL inside a private network can be subscribed."""
    return not _accepts("private", targets, url) and honest(targets, url)


@fault(is_refused_target, shows_in=_refuses("loopback"))
def accepts_loopback_addresses(honest: IsRefusedTarget, targets: Targets, url: str) -> bool:
    """A URL of the server's own machine can be subscribed."""
    return not _accepts("loopback", targets, url) and honest(targets, url)


@fault(is_refused_target, shows_in=_refuses("link-local"))
def accepts_link_local_addresses(honest: IsRefusedTarget, targets: Targets, url: str) -> bool:
    """A URL of the server's own link can be subscribed, where clouds keep their credentials."""
    return not _accepts("link-local", targets, url) and honest(targets, url)


@fault(is_refused_target, shows_in=_refuses("loopback"))
def reads_dotted_addresses_alone(honest: IsRefusedTarget, targets: Targets, url: str) -> bool:
    """An address that is written as one number is taken for the name of a host."""
    return not (urlsplit(url).hostname or "").isdigit() and honest(targets, url)


@fault(is_refused_target, shows_in=_refuses("loopback"))
def overlooks_ipv6(honest: IsRefusedTarget, targets: Targets, url: str) -> bool:
    """Every address of IPv6 can be subscribed."""
    return "[" not in url and honest(targets, url)


@fault(is_refused_target, shows_in=_refuses("loopback"))
def reads_host_before_the_sign(honest: IsRefusedTarget, targets: Targets, url: str) -> bool:
    """In a URL with user information (RFC 3986, section 3.2.1), that is taken for the host."""
    before, sign, _ = url.rpartition("@")
    return honest(targets, before if sign else url)


@fault(count_subscriptions, needs=("webhooks.subscriptions.limit",))
def limits_no_subscriptions(
    honest: Callable[[Call, str | None], int], call: Call, per: str | None
) -> int:
    """Any number of subscriptions can be made."""
    return 0


_SHOWN_ONCE = ("webhooks.subscriptions.secret_shown",)


@alters(finish_success, needs=_SHOWN_ONCE)
def shows_secret_when_read(made: Reply, call: Call, reply: Reply) -> Reply:
    """A subscription that is read has its secret."""
    webhooks = call.server.profile.webhooks
    subscriptions = webhooks.subscriptions if webhooks else None
    if subscriptions and call.op_rules.operation.id == subscriptions.read:
        known = call.server.subscriptions.find_secret(str(at(made.value, subscriptions.id)))
        made.value = put(made.value, subscriptions.secret, known)
    return made


@alters(finish_success, needs=_SHOWN_ONCE)
def shows_secret_in_list(made: Reply, call: Call, reply: Reply) -> Reply:
    """A list of subscriptions has the secret of each."""
    webhooks = call.server.profile.webhooks
    subscriptions = webhooks.subscriptions if webhooks else None
    if subscriptions and call.op_rules.operation.id == subscriptions.list:
        place = find_array(made.value)
        shown = [
            put(
                item,
                subscriptions.secret,
                call.server.subscriptions.find_secret(str(at(item, subscriptions.id))),
            )
            for item in at(made.value, place)
        ]
        made.value = put(made.value, place, shown)
    return made
