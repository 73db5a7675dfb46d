from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Optional

import pytest

from fake_server import API_KEY, FakeServer
from roundelay import AuthError, ConfigurationError, ConnectionError, Roundelay
from roundelay._settings import Settings, resolve, trusted


def settle(
    tmp_path: Path,
    *,
    url: Optional[str] = None,
    api_key: Optional[str] = None,
    profile: Optional[dict[str, str]] = None,
    allow_http: bool = False,
    **environment: str,
) -> Settings:
    path = tmp_path / "profile.json"
    if profile is not None:
        path.write_text(json.dumps(profile))
    return resolve(url=url, api_key=api_key, allow_http=allow_http, environment=environment, profile=path)


PROFILE = {"url": "https://profile.example.org/", "apiKey": "rsk_live_profile"}


def test_arguments_win_over_the_environment_and_that_over_the_profile(tmp_path: Path) -> None:
    ours = {"ROUNDELAY_URL": "https://env.example.org", "ROUNDELAY_API_KEY": "rsk_live_env"}

    argument = settle(tmp_path, url="https://arg.example.org/", api_key="rsk_live_arg", profile=PROFILE, **ours)
    environment = settle(tmp_path, profile=PROFILE, **ours)
    profile = settle(tmp_path, profile=PROFILE)

    assert (argument.urls, argument.api_key) == (("https://arg.example.org",), "rsk_live_arg")
    assert (environment.urls, environment.api_key) == (("https://env.example.org",), "rsk_live_env")
    assert (profile.urls, profile.api_key) == (("https://profile.example.org",), "rsk_live_profile")


def test_a_sourced_credentials_env_is_enough(tmp_path: Path) -> None:
    settings = settle(tmp_path, RESON_BASE_URL="http://127.0.0.1:8000", RESON_API_KEY="rsk_live_x")

    assert settings == Settings(("http://127.0.0.1:8000",), "rsk_live_x")


def test_the_profiles_key_goes_to_no_other_server(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no API key for https://other\.example\.org"):
        settle(tmp_path, url="https://other.example.org", profile=PROFILE)

    assert settle(tmp_path, url="https://profile.example.org", profile=PROFILE).api_key == "rsk_live_profile"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_plain_http_is_for_this_machine_only(tmp_path: Path, host: str) -> None:
    assert settle(tmp_path, url=f"http://{host}", api_key="rsk_live_x").urls == (f"http://{host}",)
    for remote in ("http://example.org", "https://example.org,http://10.0.0.1", "http://localhost.evil.org"):
        with pytest.raises(ConfigurationError, match="unencrypted"):
            settle(tmp_path, url=remote, api_key="rsk_live_x")
    assert settle(tmp_path, url="http://10.0.0.1", api_key="rsk_live_x", allow_http=True).urls == ("http://10.0.0.1",)


@pytest.mark.parametrize("url", ["example.org", "ftp://example.org", "https://user:pw@example.org", "https://example.org?x=1"])
def test_a_malformed_url_is_refused_and_its_password_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settle(tmp_path, url=url, api_key="rsk_live_x")

    assert "pw@" not in str(refused.value)


def test_something_else_than_an_api_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not look like one") as refused:
        settle(tmp_path, url="https://example.org", api_key="rwt_worker_token")

    assert "rwt_worker_token" not in str(refused.value)


def test_nothing_at_all_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"ROUNDELAY_URL, or run `roundelay login`"):
        settle(tmp_path)


def test_the_key_shows_in_no_repr_or_traceback(server: FakeServer, tmp_path: Path) -> None:
    with Roundelay(server.url, "rsk_live_wrong", environment={}, profile=tmp_path / "none") as client:
        with pytest.raises(AuthError) as refused:
            client.jobs.list()
        shown = "".join(traceback.format_exception(type(refused.value), refused.value, refused.tb)) + repr(client)

    assert refused.value.code == "invalid_api_key"
    assert "rsk_live_wrong" not in shown


def test_a_dead_server_is_a_connection_error_after_the_retries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roundelay._http._pause_seconds", lambda attempt, retry_after: 0.0)
    fake = FakeServer()
    fake.close()

    client = Roundelay(fake.url, API_KEY, environment={}, profile=tmp_path / "none", max_retries=2)
    with client, pytest.raises(ConnectionError, match="is the server running"):
        client.jobs.list()


def test_the_next_server_is_asked_when_one_is_down(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roundelay._http._pause_seconds", lambda attempt, retry_after: 0.0)
    down = FakeServer()
    down.close()

    with Roundelay(f"{down.url},{server.url}", API_KEY, environment={}, profile=tmp_path / "none") as client:
        assert list(client.jobs.list()) == []


def test_the_authority_comes_from_the_argument_then_from_the_environment(tmp_path: Path) -> None:
    file, other = tmp_path / "ca.pem", tmp_path / "other.pem"
    file.write_text("")
    other.write_text("")
    environment = {"ROUNDELAY_CACERT": str(file)}

    assert trusted(None, {}) is True
    assert trusted(None, environment) == str(file)
    assert trusted(str(other), environment) == str(other)
    assert trusted(False, environment) is False
    with pytest.raises(ConfigurationError, match="authority in PEM"):
        trusted(None, {"ROUNDELAY_CACERT": str(tmp_path / "missing.pem")})
