from apicheck.checks.errors._sized import pad_body
from apicheck.probe.serialize import with_unique_bytes


def test_a_padded_body_has_its_size_once_unique_values_are_filled_in() -> None:
    body = b'{"name": "{apicheck:unique}", "again": "{apicheck:unique}"}'
    assert len(with_unique_bytes(pad_body(body, 100), "0123456789ab")) == 100
    assert pad_body(b"{}", 1) == b"{}"
