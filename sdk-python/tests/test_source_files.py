"""Source extraction from .py files and scripts."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from roundelay import SourceExtractionError
from roundelay.source import extract_source

FUNCTIONS = """

def fl_train(model, env, out_dir, logger=None):
    return {"weights": {}, "samples": 1}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]
    importlib.invalidate_caches()


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    importlib.invalidate_caches()


def extract(model: object, validate_fn: str = "fl_validate") -> dict[str, str]:
    return dict(extract_source(model, train_fn="fl_train", validate_fn=validate_fn).files)  # type: ignore[arg-type]


def test_a_file_is_taken_whole_with_comments(project: Path) -> None:
    text = '"""My net."""\n\n# keep me\nWIDTH = 8\n\n\nclass PlainNet:\n    width = WIDTH\n' + FUNCTIONS
    write(project, plain_net=text)

    extracted = extract_source(importlib.import_module("plain_net").PlainNet, train_fn="fl_train", validate_fn="fl_validate")

    assert extracted.files == {"model_def.py": text}
    assert (extracted.class_name, extracted.has_validate) == ("PlainNet", False)


def test_own_modules_travel_along_also_those_imported_inside_functions(project: Path) -> None:
    write(
        project,
        own_layers="from own_blocks import BLOCK\n",
        own_blocks="BLOCK = 1\n",
        own_losses="LOSS = 2\n",
        unrelated="X = 1\n",
        own_net=(
            "import json\nimport own_layers\n\n\nclass Net:\n    pass\n\n\n"
            "def fl_train(model, env, out_dir):\n    import own_losses\n"
        ),
    )

    files = extract(importlib.import_module("own_net").Net)

    assert sorted(files) == ["model_def.py", "own_blocks.py", "own_layers.py", "own_losses.py"]


def test_a_class_in_a_package_brings_the_package_and_keeps_relative_imports(project: Path) -> None:
    package = project / "own_pkg"
    package.mkdir()
    write(
        package,
        __init__="",
        layers="WIDTH = 8\n",
        nets="from .layers import WIDTH\n\n\nclass Net:\n    w = WIDTH\n" + FUNCTIONS,
    )

    files = extract(importlib.import_module("own_pkg.nets").Net)

    assert files["model_def.py"] == "from own_pkg.nets import Net, fl_train\n"
    assert sorted(files) == ["model_def.py", "own_pkg/__init__.py", "own_pkg/layers.py", "own_pkg/nets.py"]


def test_the_files_run_where_nothing_else_is(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    write(
        project,
        deep_helper="SCALE = 3\n",
        deep_net="from deep_helper import SCALE\n\n\nclass Net:\n    s = SCALE\n" + FUNCTIONS,
    )
    scripts = tmp_path_factory.mktemp("scripts")

    for name, text in extract(importlib.import_module("deep_net").Net).items():
        (scripts / name).write_text(text)

    ran = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(scripts)!r}); import model_def; print(model_def.Net.s)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "3\n"


SCRIPT = """
import json
from dataclasses import dataclass

from roundelay import Roundelay
from roundelay.source import extract_source

EPOCHS_FACTOR = 2
UNUSED = open("/dev/null")


@dataclass
class Settings:
    width: int = 4


class Net:
    settings = Settings()

    def size(self):
        return self.settings.width * EPOCHS_FACTOR


def fl_train(model, env, out_dir, logger=None):
    return {"weights": {}, "samples": model.size()}


if __name__ == "__main__":
    files = extract_source(Net, train_fn="fl_train", validate_fn="fl_validate").files
    print(files["model_def.py"])
"""


def test_a_script_that_submits_itself_sends_only_what_the_model_needs(project: Path) -> None:
    (project / "job.py").write_text(SCRIPT)

    ran = subprocess.run(
        [sys.executable, "job.py"],
        cwd=project,
        env={"PYTHONPATH": str(Path(__file__).parents[1] / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "class Net" in ran.stdout and "class Settings" in ran.stdout and "EPOCHS_FACTOR = 2" in ran.stdout
    assert "roundelay" not in ran.stdout and "UNUSED" not in ran.stdout and "json" not in ran.stdout


def test_a_missing_training_function_names_what_is_there(project: Path) -> None:
    write(project, no_train="class Net:\n    pass\n\n\ndef train():\n    pass\n")

    with pytest.raises(SourceExtractionError, match="no function fl_train, only Net, train; "):
        extract(importlib.import_module("no_train").Net)


def test_what_is_no_top_level_class_is_refused_with_the_way_out(project: Path) -> None:
    write(
        project,
        odd=(
            "class Outer:\n    class Inner:\n        pass\n\n\n"
            "def make(width):\n    class Net:\n        w = width\n    return Net\n\n\n"
            "Made = make(3)\nByType = type('ByType', (), {})\nsmall = lambda: None\n\n\n"
            "class WithState:\n    def state_dict(self):\n        return {}\n"
        ),
    )
    odd = importlib.import_module("odd")

    for given, message in [
        (odd.Outer.Inner, "inside another class"),
        (odd.Made, "inside a function, so it may hold that function's local values"),
        (odd.small, "a lambda is no class"),
        (odd.WithState(), "pass the class itself: WithState"),
        (dict, "compiled code without Python source"),
    ]:
        with pytest.raises(SourceExtractionError, match=message):
            extract(given)


def test_a_class_of_an_installed_package_is_refused() -> None:
    import httpx

    with pytest.raises(SourceExtractionError, match="installed package httpx; subclass it"):
        extract(httpx.Client)


def test_a_module_of_ones_own_called_model_def_is_in_the_way(project: Path) -> None:
    write(project, model_def="X = 1\n", other_net="import model_def\n\n\nclass Net:\n    pass\n" + FUNCTIONS)

    with pytest.raises(SourceExtractionError, match="rename your file"):
        extract(importlib.import_module("other_net").Net)


def test_a_file_called_model_def_may_be_imported_by_its_own_modules(project: Path) -> None:
    write(project, model_def="import ring\n\n\nclass Net:\n    pass\n" + FUNCTIONS, ring="import model_def\n")

    assert sorted(extract(importlib.import_module("model_def").Net)) == ["model_def.py", "ring.py"]
