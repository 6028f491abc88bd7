"""Link fields, HTTP dates and structured dates, as the RFCs write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apicheck.authoring import fields

NEW_YEAR_2027 = 1_798_761_600


def test_a_link_has_a_target_its_relations_and_its_parameters() -> None:
    (link,) = fields.parse_links(
        '</v2/contacts>; rel="successor-version Deprecation"; title="a, b; \\"c\\""'
    )
    assert link.target == "/v2/contacts"
    assert link.relations == ("successor-version", "deprecation")
    assert link.parameters == {"title": 'a, b; "c"'}


def test_commas_in_targets_and_quotes_do_not_end_a_link() -> None:
    found = fields.parse_links(
        '<https://x.test/a,b?c=1;d>; rel=next, <b>;rel="prev" ; title="x,<y>" , , <c>'
    )
    assert [link.target for link in found] == ["https://x.test/a,b?c=1;d", "b", "c"]
    assert [link.relations for link in found] == [("next",), ("prev",), ()]


def test_the_first_rel_counts_and_an_empty_field_has_no_links() -> None:
    assert fields.parse_links("<a>; rel=next; rel=prev")[0].relations == ("next",)
    assert fields.parse_links("") == ()


@pytest.mark.parametrize("field", ["/v2/contacts", "<a>; rel=next <b>", '<a>; rel="next', "<a b>"])
def test_what_is_no_link_field_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="Link field"):
        fields.parse_links(field)


@given(st.text(st.sampled_from('<>;,"= ar\\/'), max_size=30))
def test_reading_a_link_field_ends(field: str) -> None:
    try:
        assert isinstance(fields.parse_links(field), tuple)
    except ValueError:
        assert field.strip(" \t,")


@given(st.integers(0, 200_000_000_000))
def test_every_date_that_the_standard_library_writes_is_read(seconds: int) -> None:
    text = format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
    assert fields.parse_http_date(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Friday, 01-Jan-27 00:00:00 GMT",  # the obsolete forms are for recipients
        "Fri Jan  1 00:00:00 2027",
        "Fri, 01 Jan 2027 00:00:00 UTC",
        "Fri, 01 Jan 2027 00:00:00 +0000",
        "Sat, 01 Jan 2027 00:00:00 GMT",  # it was a Friday
        "Mon, 30 Feb 2026 00:00:00 GMT",
        "2027-01-01",
        "",
    ],
)
def test_what_is_no_imf_fixdate_is_none(text: str) -> None:
    assert fields.parse_http_date(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("@1798761600", NEW_YEAR_2027), ("@-1", -1), ("@0;a=1", 0), ("true", None), ("@1.5", None)],
)
def test_a_structured_date_is_an_at_sign_and_seconds(text: str, seconds: int | None) -> None:
    assert fields.parse_structured_date(text) == seconds


def test_a_date_of_the_policy_is_its_whole_day_in_utc() -> None:
    assert fields.parse_instant("2027-01-01") == (NEW_YEAR_2027, NEW_YEAR_2027 + 86_399)
    assert fields.parse_instant("2027-01-01T01:00:00+01:00") == (NEW_YEAR_2027, NEW_YEAR_2027)
    assert fields.parse_instant("soon") is None


@pytest.mark.parametrize(
    "field",
    [
        'nonsense, </next>; rel="next"',
        '</first>; rel=first, </next>; title="a, b; c"; rel="start next"',
        "</a,b>; rel=up,, </next>; rel=next; title*=UTF-8''x, <>oops",
        '</a>; rel="unfinished, </next>; rel=next',
    ],
)
def test_a_part_that_is_no_link_does_not_hide_the_others(field: str) -> None:
    found = [link.target for link in fields.find_links(field) if "next" in link.relations]
    assert found == ["/next"]
