"""A checkout of next to nothing: the real front door before a project whose only command prints what it was given."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

COMMAND = "import sys\n\ndef main():\n    print(sys.argv[1:])\n"

BACKEND = '''
"""Builds the editable wheel with the standard library alone, as a test reaches no package registry."""
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    files = {
        "tiny.pth": __file__.rpartition("/")[0],
        "celesta-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: celesta\\nVersion: 1\\n",
        "celesta-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "celesta-1.dist-info/entry_points.txt": "[console_scripts]\\ncelesta = command:main\\n",
    }
    files["celesta-1.dist-info/RECORD"] = "".join(f"{name},,\\n" for name in [*files, "celesta-1.dist-info/RECORD"])
    with zipfile.ZipFile(f"{folder}/celesta-1-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "celesta-1-py3-none-any.whl"
'''

PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "tiny_backend"\nbackend-path = ["."]\n'


WITHOUT = "import sys\nfor name in {!r}:\n    sys.modules[name] = None\n"


@dataclass
class Checkout:
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def door(self) -> Path:
        return self.folder / "celesta"

    @property
    def lock(self) -> Path:
        return self.folder / "requirements.lock"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.door), *arguments]

    def start(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run(self.command(*arguments), **environment)

    def run(self, command: list[str], cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd, env=self.offline(**environment), capture_output=True, text=True, check=False)

    def offline(self, **more: str) -> dict[str, str]:
        """An environment in which pip finds nothing but what the test names."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        return {**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **self.environment, **more}

    def lack(self, folder: Path, *modules: str) -> None:
        """Start under a Python that lacks these modules from now on."""
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(WITHOUT.format(modules))
        self.environment["PYTHONPATH"] = str(folder)


def make_checkout(folder: Path) -> Checkout:
    folder.mkdir()
    shutil.copy(ROOT / "celesta", folder)
    for name, text in {
        "command.py": COMMAND,
        "tiny_backend.py": BACKEND,
        "pyproject.toml": PYPROJECT,
        "setup.cfg": "",
        "requirements.lock": "# Nothing.\n",
        "requirements-development.lock": "# Nothing.\n",
    }.items():
        (folder / name).write_text(text)
    return Checkout(folder)


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    return make_checkout(tmp_path / "a check out")


@pytest.fixture
def quick_checkout(checkout, tmp_path) -> Checkout:
    """Under a Python without ensurepip where that is possible: unpacking pip takes longer than all the rest."""
    if importlib.util.find_spec("pip"):
        checkout.lack(tmp_path / "lacking", "ensurepip")
    return checkout


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Checkout:
    """A checkout that was started once; every test leaves it as complete as it found it."""
    checkout = make_checkout(tmp_path_factory.mktemp("installed") / "a check out")
    checkout.start()
    return checkout


NOBODY = "redis://127.0.0.1:1/0"
"""Where no server listens."""


@pytest.fixture
def own_home(values, core_app, monkeypatch) -> None:
    """Commands that run in this process find the test's own Core, and no broker."""
    for name, value in {**values, "REDIS_URL": NOBODY}.items():
        monkeypatch.setenv(name, value)
