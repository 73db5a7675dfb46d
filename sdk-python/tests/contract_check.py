"""Holds requests and answers to contract/openapi.yaml: routes, query parameters, bodies and their types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

CONTRACT = Path(__file__).parents[2] / "contract" / "openapi.yaml"
_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    return yaml.load(CONTRACT.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def violations(method: str, path: str, query: dict[str, str], request: Any, status: int, answer: Any) -> Iterator[str]:
    """Yields what one exchange does that the contract does not say; `request` and `answer` are None where not JSON."""
    where = f"{method} {path}"
    operation = _operation(method, path)
    if operation is None:
        yield f"{where}: no such route in the contract"
        return
    known = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    for name in sorted(set(query) - known):
        yield f"{where}: unknown query parameter {name}"
    if request is not None:
        yield from _problems(where + " request", operation["requestBody"]["content"]["application/json"]["schema"], request)
    responses = operation["responses"]
    if status < 300 and str(status) not in responses and not (status == 206 and "200" in responses):
        yield f"{where}: answer {status} is not in the contract"
        return
    content = responses.get(str(status), responses.get("default", {})).get("content", {})
    if status >= 400:
        yield from _problems(where + f" answer {status}", {"$ref": "#/components/schemas/Problem"}, answer)
    elif "application/json" in content:
        yield from _problems(where + " answer", content["application/json"]["schema"], answer)


def _at(pointer: str) -> Any:
    node: Any = document()
    for step in pointer.removeprefix("#/").split("/"):
        node = node[step]
    return node


def _operation(method: str, path: str) -> Any:
    for template, operations in document()["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return operations[method.lower()]
    return None


def _problems(where: str, schema: dict[str, Any], value: Any) -> Iterator[str]:
    while "$ref" in schema:
        schema = _at(schema["$ref"])
    if "oneOf" in schema:
        if all(any(True for _ in _problems(where, option, value)) for option in schema["oneOf"]):
            yield f"{where}: {value!r} fits none of the alternatives"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    kinds = schema.get("type", [])
    if kinds and not any(_is(kind, value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{where}: {value!r} is no {kinds}"
        return
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{where}: {name} is missing"
        for name, member in value.items():
            if name in properties:
                yield from _problems(f"{where}.{name}", properties[name], member)
            elif others is False:
                yield f"{where}: unknown field {name}"
            elif isinstance(others, dict):
                yield from _problems(f"{where}.{name}", others, member)
    if isinstance(value, list):
        for index, member in enumerate(value):
            yield from _problems(f"{where}[{index}]", schema.get("items", {}), member)


def _is(kind: str, value: Any) -> bool:
    if kind in ("integer", "number"):
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    return isinstance(value, _TYPES[kind])
