"""The list of parts says what the distribution holds, neither more nor less."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from conftest import HOME, ROOT, wheel

SBOM = HOME / "sbom.cdx.json"


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    return json.loads(SBOM.read_text())


def files(component: dict[str, Any]) -> list[str]:
    return [one["value"] for one in component.get("properties", []) if one["name"] == "roundelay:file"]


def sha256(component: dict[str, Any]) -> str | None:
    return next((one["content"] for one in component.get("hashes", []) if one["alg"] == "SHA-256"), None)


def test_every_file_of_lib_and_share_is_in_it_with_its_hash(sbom: dict[str, Any]) -> None:
    listed = {name: sha256(one) for one in sbom["components"] for name in files(one) if sha256(one)}
    shipped = [*HOME.glob("lib/*"), *HOME.glob("share/*.whl")]
    assert len(shipped) > 50
    assert listed == {str(file.relative_to(HOME)): hashlib.sha256(file.read_bytes()).hexdigest() for file in shipped}


def test_each_third_party_jar_has_the_coordinates_under_which_weaknesses_are_published(sbom: dict[str, Any]) -> None:
    for one in sbom["components"]:
        for name in files(one):
            if name.startswith("lib/") and one["type"] == "library":
                purl = f"pkg:maven/{one['group']}/{one['name']}@{one['version']}"
                assert one["purl"].split("?")[0] == purl
                assert name.startswith(f"lib/{one['group']}.{one['name']}-{one['version']}")


def test_the_packages_of_the_pages_are_in_it_and_their_tools_are_not(sbom: dict[str, Any]) -> None:
    listed = {one["purl"] for one in sbom["components"] if one.get("purl", "").startswith("pkg:npm/")}
    direct = json.loads((ROOT / "web" / "package.json").read_text())
    named = {re.sub(r"@[^@]*$", "", purl.removeprefix("pkg:npm/").replace("%40", "@")) for purl in listed}
    assert set(direct["dependencies"]) <= named
    assert not named & {"vite", "typescript", "eslint", "playwright-core"}


def test_postgresql_and_the_java_runtime_are_those_that_are_there(sbom: dict[str, Any]) -> None:
    by_name = {one["name"]: one for one in sbom["components"] if one.get("purl", "").startswith("pkg:generic/")}
    said = subprocess.run([HOME / "jre/bin/java", "-version"], capture_output=True, text=True, check=True).stderr
    assert by_name["openjdk"]["version"].split("-")[0] in said
    with zipfile.ZipFile(HOME / files(by_name["postgresql"])[0]) as jar:
        assert any(name.endswith((".txz", ".tgz")) for name in jar.namelist())
    assert re.fullmatch(r"\d+\.\d+", by_name["postgresql"]["version"])


def test_nothing_in_it_tells_of_the_machine_that_built_it(sbom: dict[str, Any]) -> None:
    text = SBOM.read_text()
    assert str(ROOT) not in text
    assert str(Path.home()) + "/" not in text
    assert not re.search(r"https?://|\d{4}-\d{2}-\d{2}T", text)
    assert sbom["bomFormat"] == "CycloneDX" and sbom["specVersion"] == "1.6"
    refs = [one["bom-ref"] for one in sbom["components"]]
    assert refs == sorted(set(refs))


def test_the_wheel_carries_it(sbom: dict[str, Any]) -> None:
    with zipfile.ZipFile(wheel("manylinux_2_17_x86_64")) as parts:
        assert json.loads(parts.read("roundelay/_product/sbom.cdx.json")) == sbom


def test_a_jar_that_maven_does_not_know_is_an_error(tmp_path: Path) -> None:
    lib = tmp_path / "product" / "lib"
    lib.mkdir(parents=True)
    with zipfile.ZipFile(lib / "org.example.stray-1.0.jar", "w"):
        pass
    (tmp_path / "lists").mkdir()
    ended = subprocess.run(
        [sys.executable, ROOT / "scripts/sbom.py", tmp_path / "product", tmp_path / "lists", ROOT / "web/package-lock.json"],
        capture_output=True,
        text=True,
    )
    assert ended.returncode != 0
    assert "org.example.stray-1.0.jar is in lib/ and in no list of Maven" in ended.stderr
