"""Dates of another form than the promised one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from apicheck.model.date_forms import compile_form
from apicheck.model.json import Json
from reference_server.call import Call, Reply
from reference_server.faults.fault import alters
from reference_server.responses.success import finish_success

_LOCAL = timezone(timedelta(hours=2))


@alters(finish_success, needs=("formats.dates",))
def dates_of_the_local_zone(made: Reply, call: Call, reply: Reply) -> Reply:
    """Dates are those of the server's own zone, with its offset."""
    dates = call.server.profile.facts.formats.dates
    if dates is not None:
        made.value = _localize(made.value, dates.form)
    return made


def _localize(value: Json, form: str) -> Json:
    if isinstance(value, Mapping):
        return {key: _localize(inner, form) for key, inner in value.items()}
    if isinstance(value, list):
        return [_localize(inner, form) for inner in value]
    if isinstance(value, str) and compile_form(form).fullmatch(value):
        return datetime.fromisoformat(value).astimezone(_LOCAL).isoformat()
    return value
