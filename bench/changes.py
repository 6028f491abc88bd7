"""Compares releases of published OpenAPI documents, and prints what breaks clients.

    npm pack @octokit/openapi@18.2.0 @octokit/openapi@19.0.0     # once; unpack each into a folder
    python bench/changes.py OLD.json NEW.json                    one pair
    python bench/changes.py OLD_FOLDER NEW_FOLDER NAME…          files of that name in both

For each pair: the versions, the operations, how many changes are breaking and probably breaking,
the commonest rules, and seconds of processor time to load both documents and to compare them.
Nothing is sent.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from apicheck.compare import Impact, compare
from apicheck.load import load_spec

_COLUMNS = ("document", "from", "to", "MB", "operations", "breaking", "probably", "load s", "s")
_RULES_SHOWN = 4


def measure(old: Path, new: Path) -> tuple[list[str], str]:
    """A row of the table, and the commonest rules."""
    began = time.process_time()
    before, after = load_spec(old), load_spec(new)
    loaded = time.process_time()
    found = compare(before, after)
    compared = time.process_time()
    impacts = Counter(one.impact for one in found)
    rules = Counter(one.name for one in found).most_common(_RULES_SHOWN)
    row = (
        new.name,
        before.version,
        after.version,
        f"{new.stat().st_size / 1e6:.1f}",
        str(len(after.operations)),
        str(impacts[Impact.BREAKING]),
        str(impacts[Impact.PROBABLE]),
        f"{loaded - began:.1f}",
        f"{compared - loaded:.1f}",
    )
    return list(row), ", ".join(f"{name} {count}" for name, count in rules)


def list_pairs(arguments: list[str]) -> Iterator[tuple[Path, Path]]:
    """The pairs that the command line names."""
    old, new, *names = arguments
    if not names:
        yield Path(old), Path(new)
    for name in names:
        for path in sorted(Path(new).rglob(name)):
            other = Path(old) / path.relative_to(new)
            if other.is_file():
                yield other, path


def main() -> None:
    """Print the table in Markdown."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    columns = (*_COLUMNS, "commonest rules")
    print(f"| {' | '.join(columns)} |")
    print(f"|{'---|' * len(columns)}")
    for old, new in list_pairs(sys.argv[1:]):
        row, rules = measure(old, new)
        print(f"| {' | '.join((*row, rules))} |", flush=True)


if __name__ == "__main__":
    main()
