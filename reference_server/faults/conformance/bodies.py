"""Bodies that do not match their schemas."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import Schemas, remove_required
from reference_server.faults._altering import Change, alter_reads, alters_reads
from reference_server.faults.fault import Fault, alters, fault
from reference_server.responses.success import finish_success

FinishSuccess = Callable[[Call, Reply], Reply]


@alters(finish_success)
def empty_body(made: Reply, call: Call, reply: Reply) -> Reply:
    """Responses to reads of neither an object nor a list have no body."""
    rules = call.op_rules
    if rules.operation.safe and rules.use.kind == "other" and made.value is not MISSING:
        made.value = MISSING
    return made


def _replace_last_required(call: Call, reply: Reply, instead: Json) -> Reply:
    """A response to a read without the last required member. instead: see `without_required`."""
    rules, schemas = call.op_rules, call.server.profile.schemas
    documented = rules.operation.response_for(reply.status)
    if rules.operation.safe and documented and documented.media:
        schema = documented.media[0].schema
        reply.value = remove_required(schemas, schema, reply.value, instead)
    return reply


@alters(finish_success)
def omits_required_property(made: Reply, call: Call, reply: Reply) -> Reply:
    """Reads lack a property that the document requires."""
    return _replace_last_required(call, made, None)


@alters(finish_success)
def wrong_type(made: Reply, call: Call, reply: Reply) -> Reply:
    """Reads have a property of another type than the document says."""
    return _replace_last_required(call, made, [[]])


def _alters_reads(fault_id: str, alter: Change, about: str) -> Fault:
    """A fault that alters the values of reads. It shows where some example would be altered."""

    def finish(honest: FinishSuccess, call: Call, reply: Reply) -> Reply:
        return alter_reads(call, honest(call, reply), alter)

    def shows_in(profile: Profile) -> bool:
        return alters_reads(profile, alter)

    return fault(finish_success, fault_id=fault_id, about=about, shows_in=shows_in)(finish)


def _invent_choice(_: Schemas, schema: Mapping[str, Json], value: Json) -> Json:
    listed = "enum" in schema and isinstance(value, str)
    return "undecided" if listed else MISSING


def _remove_timestamp(_: Schemas, schema: Mapping[str, Json], value: Json) -> Json:
    stamp = schema.get("format") == "date-time" and schema.get("type") == "string"
    return None if stamp and value is not None else MISSING


def _exceed_format(_: Schemas, schema: Mapping[str, Json], value: Json) -> Json:
    return 2**31 if schema.get("format") == "int32" and isinstance(value, int) else MISSING


def _reformat_timestamp(_: Schemas, schema: Mapping[str, Json], value: Json) -> Json:
    stamp = schema.get("format") == "date-time" and isinstance(value, str)
    return value.replace("T", " ").removesuffix("Z") if stamp else MISSING


def _fill_write_only(schemas: Schemas, schema: Mapping[str, Json], value: Json) -> Json:
    hidden = {
        name: "not-for-your-eyes"
        for name, inner in schemas.members(schema).items()
        if schemas.resolved(inner).get("writeOnly") is True
    }
    return {**value, **hidden} if hidden and isinstance(value, Mapping) else MISSING


VALUES = (
    _alters_reads(
        "conformance/invented-choice",
        _invent_choice,
        "Reads have a value that is none of those that the document lists.",
    ),
    _alters_reads(
        "conformance/null-where-none-may-be",
        _remove_timestamp,
        "Reads have null for timestamps that are always there.",
    ),
    _alters_reads(
        "conformance/number-beyond-its-format",
        _exceed_format,
        "Reads have numbers that do not fit into 32 bits, where the document says that they do.",
    ),
    _alters_reads(
        "conformance/timestamp-of-other-form",
        _reformat_timestamp,
        "Reads have timestamps as databases print them.",
    ),
    _alters_reads(
        "conformance/sends-write-only",
        _fill_write_only,
        "Reads have what partners may send and never see.",
    ),
)
