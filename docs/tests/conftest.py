"""The product for the pages: with three workers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from running import Product, running


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("data"), 3, os.environ.get("ROUNDELAY_PYTHON")) as started:
        yield started
