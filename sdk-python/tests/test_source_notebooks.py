"""Source extraction from notebook cells."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notebook import Notebook
from roundelay import SourceExtractionError
from roundelay.source import Extracted, extract_source

NET = "class Net:\n    def size(self):\n        return 1\n"
TRAIN = 'def fl_train(model, env, out_dir, logger=None):\n    return {"weights": {}, "samples": 1}\n'


@pytest.fixture(params=[True, False], ids=["ipython history", "linecache only"])
def notebook(request: pytest.FixtureRequest) -> Iterator[Notebook]:
    made = Notebook(history=request.param)
    yield made
    made.close()


def extract(notebook: Notebook) -> Extracted:
    return extract_source(notebook.names["Net"], train_fn="fl_train", validate_fn="fl_validate")


def text_of(notebook: Notebook) -> str:
    return extract(notebook).files["model_def.py"]


def run(text: str) -> dict[str, Any]:
    module = types.ModuleType("model_def")
    sys.modules["model_def"] = module  # dataclasses look themselves up there
    try:
        exec(compile(text, "model_def.py", "exec", dont_inherit=True), vars(module))
    finally:
        del sys.modules["model_def"]
    return vars(module)


def test_definitions_from_several_cells_come_with_helpers_constants_and_imports(notebook: Notebook) -> None:
    notebook.cell("import math\nimport os\nfrom collections import OrderedDict as OD\nimport json")
    notebook.cell("WIDTH = 8\nUNRELATED = dict(os.environ)")
    notebook.cell("def helper(x):\n    return math.floor(x) * WIDTH\n\ndef not_needed():\n    return json")
    notebook.cell("class Base:\n    pass\n\nclass Net(Base):\n    def size(self):\n        return helper(2.5)\n")
    notebook.cell('def fl_train(model, env, out_dir, logger=None):\n    return {"weights": OD(), "samples": model.size()}')
    notebook.cell('def fl_validate(model, env, out_dir, logger=None):\n    return {"metrics": {}, "samples": 1}')

    extracted = extract(notebook)
    names = run(extracted.files["model_def.py"])

    assert names["fl_train"](names["Net"](), {}, "")["samples"] == 16
    assert extracted.has_validate and "fl_validate" in names
    assert not {"UNRELATED", "not_needed", "json", "os"} & set(names)


def test_decorators_dataclasses_and_default_arguments_are_followed(notebook: Notebook) -> None:
    notebook.cell("import functools\nfrom dataclasses import dataclass")
    notebook.cell(
        "def twice(function):\n    @functools.wraps(function)\n    def inner(*args, **kwargs):\n"
        "        return function(*args, **kwargs) * 2\n    return inner\n"
    )
    notebook.cell("@dataclass\nclass Config:\n    width: int = 3\n")
    notebook.cell("class Net:\n    @twice\n    def size(self, config=Config()):\n        return config.width\n")
    notebook.cell("@twice\ndef count():\n    return 1\n\n" + TRAIN.replace('"samples": 1', '"samples": count()'))

    names = run(text_of(notebook))

    assert names["Net"]().size() == 6
    assert names["fl_train"](None, {}, "")["samples"] == 2


def test_the_definition_that_is_live_wins_over_older_and_broken_ones(notebook: Notebook) -> None:
    notebook.cell("def helper():\n    return 'old'\n")
    notebook.cell("class Net:\n    def size(self):\n        return helper()\n")
    notebook.cell(TRAIN)
    notebook.cell("def helper():\n    return 'new'\n")
    notebook.cell("raise ValueError('stop')\n\ndef helper():\n    return 'never ran'\n")
    notebook.cell("def helper(:\n    syntax error\n")

    assert run(text_of(notebook))["Net"]().size() == "new"


def test_a_helper_defined_anew_after_its_first_use_still_comes_first(notebook: Notebook) -> None:
    notebook.cell("def make():\n    return [1]\n")
    notebook.cell("TABLE = make()\n")
    notebook.cell("def make():\n    return [1, 2]\n")
    notebook.cell("class Net:\n    table = TABLE\n")
    notebook.cell(TRAIN)

    assert run(text_of(notebook))["Net"].table == [1, 2]


def test_changes_to_constants_and_classes_are_taken_along(notebook: Notebook) -> None:
    notebook.cell("CONFIG = {'a': 1}\nLABELS = []\nCOUNT = 1")
    notebook.cell("CONFIG['b'] = 2\nLABELS.append('x')\nCOUNT += 1\nfor i in range(2):\n    LABELS.append(i)")
    notebook.cell("class Net:\n    def size(self):\n        return (CONFIG, LABELS, COUNT)\n")
    notebook.cell("Net.extra = 5\n")
    notebook.cell(TRAIN)

    names = run(text_of(notebook))

    assert names["Net"]().size() == ({"a": 1, "b": 2}, ["x", 0, 1], 2)
    assert names["Net"].extra == 5


def test_a_literal_whose_cell_failed_does_not_count(notebook: Notebook) -> None:
    notebook.cell("WIDTH = 3")
    notebook.cell("1 / 0\nWIDTH = 4")
    notebook.cell("class Net:\n    def size(self):\n        return WIDTH\n")
    notebook.cell(TRAIN)

    assert run(text_of(notebook))["Net"]().size() == 3


def test_globals_that_functions_set_and_future_imports_work(notebook: Notebook) -> None:
    notebook.cell("from __future__ import annotations")
    notebook.cell("def remember(x: Unknown):\n    global SEEN\n    SEEN = x\n    return SEEN\n".replace("Unknown", "int"))
    notebook.cell("class Net:\n    def size(self):\n        return remember(4)\n")
    notebook.cell(TRAIN)

    text = text_of(notebook)

    assert text.startswith("from __future__ import annotations\n")
    assert run(text)["Net"]().size() == 4


def test_submodule_imports_of_one_package_are_all_taken(notebook: Notebook) -> None:
    notebook.cell("import os\nimport os.path\nimport xml.dom\nimport xml.sax")
    notebook.cell("class Net:\n    def size(self):\n        return (xml.dom, xml.sax, os.path.sep)\n")
    notebook.cell(TRAIN)

    assert len(run(text_of(notebook))["Net"]().size()) == 3


def test_a_star_import_is_kept_when_a_name_can_only_come_from_it(notebook: Notebook) -> None:
    notebook.cell("from math import *\nfrom json import *")
    notebook.cell("class Net:\n    def size(self):\n        return floor(2.5)\n")
    notebook.cell(TRAIN)

    text = text_of(notebook)
    assert run(text)["Net"]().size() == 2
    assert "json" not in text


def test_cells_under_time_magic_are_read() -> None:
    notebook = Notebook(history=True)
    try:
        body = NET + "\n" + TRAIN
        notebook.names["get_ipython"] = lambda: types.SimpleNamespace(
            run_cell_magic=lambda name, line, cell: exec(compile(cell, "<timed exec>", "exec"), notebook.names)
        )
        notebook.cell(f"get_ipython().run_cell_magic('time', '', {body!r})\n")

        assert run(text_of(notebook))["Net"]().size() == 1
    finally:
        notebook.close()


def test_a_model_from_a_file_with_functions_from_cells(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "file_nets.py").write_text("class Net:\n    width = 5\n")
    importlib.invalidate_caches()
    notebook.cell("from file_nets import Net\n")
    notebook.cell(TRAIN)

    files = extract(notebook).files
    del sys.modules["file_nets"]

    assert sorted(files) == ["file_nets.py", "model_def.py"]
    assert run(files["model_def.py"])["Net"].width == 5


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([NET, "fl_train = lambda model, env, out_dir: {}"], "fl_train.* is a lambda; write it as a def"),
        (
            [
                NET,
                "def make(rate):\n    def fl_train(model, env, out_dir):\n        return rate\n    return fl_train\n",
                "fl_train = make(3)",
            ],
            "takes rate from the function that it was made in",
        ),
        ([NET, "import operator\nfl_train = operator.add"], "builtin_function_or_method without Python source"),
        ([NET], "fl_train.* is defined nowhere"),
        (["class Net:\n    def f(self):\n        return missing_name\n", TRAIN], "missing_name.*used by Net.* defined nowhere"),
        (
            ["def wrap():\n    class Net:\n        def f(self):\n            pass\n    return Net\n\nNet = wrap()", TRAIN],
            "is defined inside a function",
        ),
        (
            ["from roundelay import TrainingConfig", NET, TRAIN.replace('"samples": 1', '"samples": TrainingConfig()')],
            "fl_train.* uses TrainingConfig of the package roundelay",
        ),
        (
            ["get_ipython = lambda: None\nFILES = [get_ipython()]", NET, TRAIN.replace("1}", "len(FILES)}")],
            "FILES is made with a notebook magic",
        ),
    ],
)
def test_what_cannot_be_taken_along_is_named(notebook: Notebook, cells: list[str], message: str) -> None:
    for cell in cells:
        notebook.cell(cell)

    with pytest.raises(SourceExtractionError, match=message):
        extract(notebook)


def test_a_value_without_source_is_named(notebook: Notebook) -> None:
    notebook.names["VOCABULARY"] = {"a": 1}
    notebook.cell("class Net:\n    def size(self):\n        return len(VOCABULARY)\n")
    notebook.cell(TRAIN)

    with pytest.raises(SourceExtractionError, match=r"\[VOCABULARY\] \(used by Net\) is a dict without source"):
        extract(notebook)


def test_a_python_prompt_without_source_says_so(notebook: Notebook) -> None:
    exec(compile(NET + TRAIN, "<nowhere>", "exec"), notebook.names)

    with pytest.raises(SourceExtractionError, match="keeps no source of what is typed"):
        extract(notebook)
