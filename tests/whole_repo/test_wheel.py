"""What is installed is all that is needed."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", folder]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def elsewhere(installed: Path, *command: str) -> str:
    """What a Python process says that has the wheel first on its path."""
    environ = {**os.environ, "PYTHONPATH": str(installed)}
    result = subprocess.run(
        [sys.executable, *command],
        cwd=installed.parent,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_wheel_has_the_profiles_of_the_checkout(root: Path, installed: Path) -> None:
    for folder in (root / "openapi").iterdir():
        for name in ("policy.yaml", "openapi.yaml", "collateral.json"):
            packaged = installed / "apicheck" / "profiles" / folder.name / name
            assert packaged.read_bytes() == (folder / name).read_bytes()


def test_the_wheel_has_every_source_and_data_file(
    root: Path, installed: Path, project_files: tuple[Path, ...]
) -> None:
    for above, below in ((root / "src", installed), (root, installed)):
        sources = [p for p in project_files if p.is_relative_to(above / "apicheck")] or [
            p for p in project_files if p.is_relative_to(above / "reference_server")
        ]
        assert len(sources) > 10
        assert [p for p in sources if not (below / p.relative_to(above)).is_file()] == []


def test_the_installed_package_finds_its_own_profiles(installed: Path) -> None:
    code = "from apicheck.load import profile_dir; print(profile_dir('canonical'))"
    assert elsewhere(installed, "-c", code).startswith(str(installed))


def test_the_installed_command_starts(installed: Path) -> None:
    said = elsewhere(installed, "-c", "from apicheck.cli import main; main(['--help'])")
    assert "apicheck" in said
