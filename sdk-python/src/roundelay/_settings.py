"""Finds the server's URL and the API key: arguments, then the environment, then the profile of ``roundelay login``."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Union
from urllib.parse import urlsplit

from .errors import ConfigurationError

URL_VARIABLES = ("ROUNDELAY_URL", "RESON_BASE_URL")
KEY_VARIABLES = ("ROUNDELAY_API_KEY", "RESON_API_KEY")
AUTHORITY_VARIABLE = "ROUNDELAY_CACERT"
ALLOW_HTTP_VARIABLES = ("ROUNDELAY_ALLOW_HTTP", "RESON_ALLOW_HTTP")


@dataclass(frozen=True)
class Settings:
    """Where to send requests and with which key; the key never shows in a repr or traceback."""

    urls: tuple[str, ...]
    api_key: str = field(repr=False)


def profile_path() -> Path:
    """The file that ``roundelay login`` writes."""
    return Path.home() / ".config" / "roundelay" / "profile.json"


def resolve(
    *,
    url: Optional[str],
    api_key: Optional[str],
    allow_http: bool,
    environment: Mapping[str, str],
    profile: Path,
) -> Settings:
    """Combines the three places.

    The profile's key goes only to the profile's URL: a URL from elsewhere never receives it.

    Raises
    ------
    ConfigurationError
        If one of the two is missing or malformed, or if the key would travel over plain HTTP.
    """
    stored = _read_profile(profile)
    chosen_url = url or _first(environment, URL_VARIABLES) or _string(stored, "url")
    if not chosen_url:
        raise ConfigurationError(
            f"no server URL; pass url=..., set {URL_VARIABLES[0]}, or run `roundelay login` (looked in {profile})"
        )
    allowed = allow_http or _first(environment, ALLOW_HTTP_VARIABLES) == "1"
    urls = tuple(_checked_url(part, allowed) for part in chosen_url.split(",") if part.strip())
    chosen_key = api_key or _first(environment, KEY_VARIABLES) or _profile_key(stored, urls)
    if not chosen_key:
        raise ConfigurationError(
            f"no API key for {urls[0]}; pass api_key=..., set {KEY_VARIABLES[0]}, or run `roundelay login` for that URL"
        )
    return Settings(urls, _checked_key(chosen_key.strip()))


def trusted(verify: Union[bool, str, None], environment: Mapping[str, str]) -> Union[bool, str]:
    """What certificates are checked by: the argument, else the file that ROUNDELAY_CACERT names, else True.

    Raises
    ------
    ConfigurationError
        If the file is not there.
    """
    chosen = environment.get(AUTHORITY_VARIABLE) or True if verify is None else verify
    if isinstance(chosen, str) and not Path(chosen).is_file():
        raise ConfigurationError(f"[cacert] {chosen} is no file; give the server's authority in PEM (URL/ca.pem has it)")
    return chosen


def _read_profile(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"[{path}] cannot be read: {error}; run `roundelay login` again") from error
    return content if isinstance(content, dict) else {}


def _profile_key(stored: Mapping[str, Any], urls: tuple[str, ...]) -> Optional[str]:
    own = {part.strip().rstrip("/") for part in (_string(stored, "url") or "").split(",")}
    return _string(stored, "apiKey") if set(urls) <= own else None


def _checked_url(text: str, allow_http: bool) -> str:
    text = text.strip().rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"[url] {text!r} is no http(s) URL; write it like https://roundelay.example.org")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(f"[url] {parts.hostname}: no user, query or fragment belongs into it; leave them out")
    if parts.scheme == "http" and not allow_http and not _is_loopback(parts.hostname):
        raise ConfigurationError(
            f"[url] {text} would send the API key unencrypted; use https://, or pass allow_http=True on a network you trust"
        )
    return text


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_key(key: str) -> str:
    if not key.startswith("rsk_") or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            "the API key does not look like one (rsk_live_...); make one on the profile page of the dashboard "
            "(worker tokens, rwt_..., are for `roundelay worker` only)"
        )
    return key


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> Optional[str]:
    return next((environment[name] for name in names if environment.get(name)), None)


def _string(mapping: Mapping[str, Any], name: str) -> Optional[str]:
    value = mapping.get(name)
    return value if isinstance(value, str) and value else None
