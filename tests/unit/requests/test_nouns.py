import pytest

from apicheck.requests.nouns import names_thing, plain, singulars, words_of


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("things", "thing"),
        ("categories", "category"),
        ("movies", "movie"),
        ("statuses", "status"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("cases", "case"),
        ("databases", "database"),
        ("houses", "house"),
        ("caches", "cache"),
        ("batches", "batch"),
        ("wishes", "wish"),
        ("analyses", "analysis"),
        ("shelves", "shelf"),
        ("people", "person"),
        ("sub-people", "subperson"),
        ("children", "child"),
        ("indices", "index"),
        ("flow-runs", "flowrun"),
        ("flow_runs", "flowrun"),
        ("status", "status"),
        ("address", "address"),
        ("account", "account"),
        ("Keys", "key"),
    ],
)
def test_a_thing_is_called_like_its_collection(plural: str, singular: str) -> None:
    assert singular in singulars(plural)
    assert names_thing(singular, plural)


def test_names_are_alike_whatever_their_case() -> None:
    assert plain("flow-runs") == plain("flowRuns") == plain("flow_runs")
    assert words_of("bookIDs") == ["book", "id", "s"] or words_of("bookIds") == ["book", "ids"]
    assert words_of("X-HTTPThing") == ["x", "http", "thing"]
