"""The parts of a run that was resumed, as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from apicheck.model.codec import from_json, to_json
from apicheck.model.ending import SENTINEL, Ending
from apicheck.model.exchange import Transcript
from apicheck.model.results import Resumption

_Key = tuple[str, int, str | None]


def join_parts(
    transcripts: Sequence[Transcript], resumed: Sequence[Resumption]
) -> tuple[Transcript, ...]:
    """Join the parts of a run: what was played anew replaces what was cut off.

    A credential or a server that had ended lives again when the run is resumed.
    """
    begins = [one.recorded for one in resumed]
    parts = [bisect_right(begins, number) for number in range(len(transcripts))]
    last: dict[_Key, int] = {_key(one): part for one, part in zip(transcripts, parts, strict=True)}
    return tuple(
        _revive(one, resumed[part].after_s) if part < len(resumed) else one
        for one, part in zip(transcripts, parts, strict=True)
        if one.probe == SENTINEL or last[_key(one)] == part
    )


def _key(transcript: Transcript) -> _Key:
    return transcript.probe, transcript.attempt, transcript.case


def _revive(transcript: Transcript, at: float) -> Transcript:
    if transcript.probe != SENTINEL:
        return transcript
    endings = [from_json(Ending, answer) for answer in transcript.answers]
    ended = (one if one.until is not None else replace(one, until=at) for one in endings)
    return replace(transcript, answers=tuple(to_json(one, whole=True) for one in ended))
