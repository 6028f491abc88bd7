"""Reads the limits of an SLA4OAI document as facts of a policy.

SLA4OAI (version 1.0 of its specification, sections 5.2.8 to 5.2.17) describes plans beside an
OpenAPI document: a path, a method and a metric have limits, each a maximum in a period. The
limits of the metric `requests` become buckets, one for each operation, period and scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.load.limits import find_window_mistake
from apicheck.load.mistakes import Mistakes, collect_mistakes, did_you_mean
from apicheck.load.source import Source
from apicheck.model.errors import Mistake
from apicheck.model.json import MISSING, Json, at, child_pointer
from apicheck.model.operation import Spec

_METRIC = "requests"
_BUCKETS, _PLANS = "/facts/rate_limits/buckets", "/facts/rate_limits/plans"
_COMMON = "base"
"""The plan whose limits hold for every other plan that does not set its own."""
_PERIODS = {
    "secondly": "1s",
    "minutely": "1m",
    "hourly": "1h",
    "daily": "1d",
    "weekly": "1w",
    "monthly": "1 month",
    "yearly": "1 year",
}
"""Word -> window."""
_UNITS = {
    "second": "s",
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
    "month": " months",
    "year": " years",
    "forever": "",
}
"""Unit -> how a window ends that is of so many; "": none, as it never ends."""
_NO_END = "it has no period after which it admits requests again"
_SCOPES = {
    "account": "account",
    "tenant": "account",
    "user": "user",
    "app": "app",
    "key": "key",
    "token": "token",
    "ip": "ip",
}
"""Who has a limit of its own, in SLA4OAI -> in a policy."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """One maximum of a document. plan "": of every plan. place: its pointer."""

    plan: str
    operation: str
    maximum: int
    window: str
    scope: str
    place: str

    @property
    def bucket(self) -> str:
        window = self.window.replace(" ", "")
        return "-".join(filter(None, (self.operation, window, self.scope)))


def is_sla(source: Source) -> bool:
    """Whether a file is an SLA4OAI document, and no policy."""
    return isinstance(source.value, Mapping) and {"context", "metrics"} <= set(source.value)


@dataclass(frozen=True, slots=True)
class Sla:
    """An SLA4OAI document as a policy with nothing but facts.

    The lines of the facts are those of the limits that they come from. unread: the limits that
    are no facts, and why.
    """

    source: Source
    mistakes: Sequence[Mistake]
    unread: Sequence[Mistake]


def read_sla(source: Source, spec: Spec) -> Sla:
    """Read an SLA4OAI document, with all its mistakes."""
    mistakes, unread = collect_mistakes(source), collect_mistakes(source)
    found = [*_Reader(source.value, spec, mistakes, unread).read()]
    lines = {"": 1}
    limits = _make_facts(found, source, mistakes, lines)
    value = {"policy": "sla", "facts": {"rate_limits": limits} if found else {}}
    as_policy = replace(source, value=value, lines=lines, written={})
    return Sla(as_policy, mistakes.found, unread.found)


@dataclass(slots=True)
class _Reader:
    document: Mapping[str, Json]
    spec: Spec
    mistakes: Mistakes
    unread: Mistakes

    def read(self) -> Iterator[_Limit]:
        """Yield each limit of requests, those of every plan first."""
        yield from self._read_plan("", self.document, "")
        plans = self._mapping("/plans")
        if _COMMON in plans:
            yield from self._read_plan("", plans[_COMMON], child_pointer("/plans", _COMMON))
        for name, plan in plans.items():
            if name != _COMMON:
                yield from self._read_plan(name, plan, child_pointer("/plans", name))

    def _read_plan(self, name: str, plan: Json, place: str) -> Iterator[_Limit]:
        if not isinstance(plan, Mapping):
            self.mistakes.add(place, "expected a mapping")
            return
        for kind in ("rates", "quotas"):
            for path in self._mapping(f"{place}/{kind}"):
                inner = child_pointer(f"{place}/{kind}", path)
                for method in self._mapping(inner):
                    yield from self._read_operation(name, path, method, inner)

    def _read_operation(self, plan: str, path: str, method: str, place: str) -> Iterator[_Limit]:
        place = child_pointer(place, method)
        metrics = self._mapping(place)
        for metric in metrics:
            if metric != _METRIC:
                message = f'not read: apicheck counts requests, and this limits "{metric}"'
                self.unread.add(child_pointer(place, metric), message)
        rows = metrics.get(_METRIC)
        if rows is None:
            return
        operation = self._find_operation(path, method, place)
        place = f"{place}/{_METRIC}"
        if not isinstance(rows, list):
            self.mistakes.add(place, "expected a list of {max, period, scope}")
            return
        for number, row in enumerate(rows):
            limit = self._read_limit(row, child_pointer(place, number))
            if limit is not None and operation:
                yield replace(limit, plan=plan, operation=operation)

    def _find_operation(self, path: str, method: str, place: str) -> str:
        pointer = child_pointer(child_pointer("/paths", path), method)
        for operation in self.spec.operations:
            if operation.pointer == pointer:
                return operation.id
        message = f"{method.upper()} {path} is no operation of the document"
        known = self.spec.document.get("paths", {})
        self.mistakes.add(place, message, "" if path in known else did_you_mean(path, known))
        return ""

    def _read_limit(self, row: Json, place: str) -> _Limit | None:
        """A limit of requests in a period; None for one without, and for a mistake."""
        if not isinstance(row, Mapping):
            self.mistakes.add(place, "expected {max, period, scope}")
            return None
        scope, maximum = row.get("scope", ""), row.get("max")
        if scope and scope not in _SCOPES:
            self.mistakes.unknown(f"{place}/scope", "scope", str(scope), _SCOPES)
        if not isinstance(maximum, int) or isinstance(maximum, bool) or maximum < 1:
            self.mistakes.add(f"{place}/max", "expected a whole number, 1 or more")
            maximum = 0
        window = self._read_window(row.get("period"), f"{place}/period")
        if not window or not maximum:
            return None
        return _Limit("", "", maximum, window, _SCOPES.get(scope, ""), f"{place}/max")

    def _read_window(self, period: Json, place: str) -> str:
        """The window of a period; "" for none, for one that is not read, and for a mistake."""
        if period is None:
            self.unread.add(place.rpartition("/")[0], f"not read: {_NO_END}")
            return ""
        if isinstance(period, str):
            if period not in _PERIODS:
                self.mistakes.unknown(place, "period", period, _PERIODS)
            return _PERIODS.get(period, "")
        amount, unit = at(period, "/amount"), at(period, "/unit")
        if not isinstance(amount, int) or amount < 1 or not isinstance(unit, str):
            self.mistakes.add(place, "expected a period such as minutely, or {amount, unit}")
            return ""
        if unit not in _UNITS:
            self.mistakes.unknown(f"{place}/unit", "unit", unit, _UNITS)
        window = f"{amount}{letter}" if (letter := _UNITS.get(unit)) else ""
        if letter == "":
            self.unread.add(place, f"not read: {_NO_END}")
        elif window and (said := find_window_mistake(window)):
            self.unread.add(place, f"not read: {said[0]}")
            return ""
        return window

    def _mapping(self, place: str) -> Mapping[str, Json]:
        """The mapping at a pointer; {} where there is none."""
        value = at(self.document, place)
        if isinstance(value, Mapping):
            return value
        if value is not MISSING and value is not None:
            self.mistakes.add(place, "expected a mapping")
        return {}


def _make_facts(
    found: Sequence[_Limit], source: Source, mistakes: Mistakes, lines: dict[str, int]
) -> Mapping[str, Json]:
    """`rate_limits` of a policy. Fills in the lines of what it consists of."""
    buckets: dict[str, dict[str, Json]] = {}
    plans: dict[str, dict[str, int]] = {}
    for limit in found:
        line, name = source.line(limit.place), limit.bucket
        if name not in buckets:
            per = {"per": limit.scope} if limit.scope else {}
            buckets[name] = {"window": limit.window, "ops": limit.operation, **per}
            lines[child_pointer(_BUCKETS, name)] = line
        sizes, key = (
            (plans.setdefault(limit.plan, {}), name) if limit.plan else (buckets[name], "limit")
        )
        place = (
            child_pointer(child_pointer(_PLANS, limit.plan), name)
            if limit.plan
            else f"{child_pointer(_BUCKETS, name)}/limit"
        )
        if key in sizes:
            message = f"line {lines[place]} limits the same requests in {limit.window} already"
            mistakes.add(limit.place, message, "leave one of the two out")
        sizes[key] = limit.maximum
        lines.setdefault(place, line)
    _count_beside(buckets)
    return {"buckets": buckets, **({"plans": plans} if plans else {})}


def _count_beside(buckets: Mapping[str, dict[str, Json]]) -> None:
    """Where an operation has several limits, let the first bucket name the others."""
    of_operation: dict[str, list[str]] = {}
    for name, bucket in buckets.items():
        of_operation.setdefault(bucket["ops"], []).append(name)
    for first, *others in of_operation.values():
        if others:
            buckets[first]["also"] = others
