"""Earlier runs, as a later one is put beside them."""

from dataclasses import replace
from pathlib import Path

from apicheck.model.results import Results
from apicheck.report import render
from apicheck.run import compare_with_earlier, read_earlier
from apicheck.run.reading import MOST_EARLIER


def write(results: Results, day: int, folder: Path) -> Path:
    run = replace(results.run, started=f"2026-10-{day:02}T00:00:00Z")
    file = folder / f"{day}.json"
    file.write_bytes(render(replace(results, run=run), (), "json"))
    return file


def test_earlier_runs_are_read_in_order_of_time(results: Results, tmp_path: Path) -> None:
    places = [write(results, day, tmp_path) for day in (9, 2, 5)]
    assert [one.run.started[8:10] for one in read_earlier(places)] == ["02", "05", "09"]


def test_of_many_runs_the_newest_count(results: Results, tmp_path: Path) -> None:
    places = [write(results, day, tmp_path) for day in range(1, MOST_EARLIER + 4)]
    found = read_earlier(places)
    assert len(found) == MOST_EARLIER
    assert found[-1].run.started.startswith("2026-10-23")


def test_a_run_is_compared_with_the_last_of_them(results: Results, tmp_path: Path) -> None:
    first = replace(results, findings=())
    earlier = (first, results)
    found = compare_with_earlier(results, earlier)
    assert found is not None
    assert found.earlier == earlier
    assert found.difference.new == ()
    assert compare_with_earlier(results, ()) is None
