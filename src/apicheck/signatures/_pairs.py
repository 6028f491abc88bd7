"""A field of pairs, as in `t=1614265330,v1=…`: a time and signatures with their versions."""

from __future__ import annotations

from apicheck.signatures.delivery import Delivery, Parts


def read_pairs(delivery: Delivery, header: str, *, separator: str, time: str) -> Parts:
    """What a field of pairs holds. time: the name of the timestamp; two timestamps are none."""
    items = [item.strip() for item in (delivery.header(header) or "").split(separator)]
    pairs = [item.partition("=")[::2] for item in items if item]
    times = [value for name, value in pairs if name == time]
    macs = tuple((name, value) for name, value in pairs if name != time)
    return Parts(macs, times[0] if len(times) == 1 else None)


def write_pairs(
    delivery: Delivery, header: str, parts: Parts, *, separator: str, time: str
) -> Delivery:
    """The delivery with these parts in its field; without the field where there are none."""
    items = [f"{time}={parts.timestamp}"] if parts.timestamp is not None else []
    items += [f"{version}={mac}" if version else mac for version, mac in parts.macs]
    headers = [(header, separator.join(items))] if items else []
    return delivery.without(header).with_headers(*headers)
