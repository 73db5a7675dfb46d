from __future__ import annotations

import os
from pathlib import Path

import pytest

from fake_server import FakeServer
from roundelay import ConnectionError, NotFoundError, Roundelay, RoundelayError, ValidationError

CONTENT = bytes(index % 251 for index in range(3000))


def test_list_goes_over_pages_and_folders_fold(client: Roundelay, server: FakeServer) -> None:
    for number in range(1203):
        server.put(f"jobs/a/files_out/{number:04}.txt", b"x")
    server.put("jobs/b/model_out/checkpoint.pt", b"y")

    assert len(client.files.list("jobs/")) == 1204
    assert [file.key for file in client.files.list("jobs/b/")] == ["jobs/b/model_out/checkpoint.pt"]
    assert client.files.folders("jobs/") == ["jobs/a/", "jobs/b/"]


def test_read_and_link(client: Roundelay, server: FakeServer) -> None:
    server.put("jobs/a/files_out/training_log.txt", "Zürich\n".encode())

    assert client.files.read("jobs/a/files_out/training_log.txt") == "Zürich\n".encode()
    assert client.files.read_text("jobs/a/files_out/training_log.txt") == "Zürich\n"
    assert client.files.url("jobs/a/files_out/training_log.txt").endswith("?signed")
    with pytest.raises(NotFoundError):
        client.files.read("jobs/a/none")


def test_a_read_that_was_cut_is_repeated(client: Roundelay, server: FakeServer) -> None:
    server.put("a/b", CONTENT)
    server.cut_downloads_at += [1000]

    assert client.files.read("a/b") == CONTENT


def test_an_object_is_downloaded_to_a_name_or_into_a_folder(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    server.put("jobs/a/model_out/checkpoint.pt", CONTENT)

    assert client.files.download("jobs/a/model_out/checkpoint.pt", tmp_path) == [tmp_path / "checkpoint.pt"]
    assert client.files.download("jobs/a/model_out/checkpoint.pt", tmp_path / "b.pt") == [tmp_path / "b.pt"]
    assert (tmp_path / "checkpoint.pt").read_bytes() == (tmp_path / "b.pt").read_bytes() == CONTENT


def test_a_folder_is_downloaded_with_its_tree(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    server.put("jobs/a/files_out/site-1/round_0/loss.csv", b"1")
    server.put("jobs/a/files_out/metrics.csv", b"")

    client.files.download("jobs/a/files_out/", tmp_path / "out")

    assert (tmp_path / "out/site-1/round_0/loss.csv").read_bytes() == b"1"
    assert (tmp_path / "out/metrics.csv").read_bytes() == b""
    assert not [path for path in (tmp_path / "out").rglob("*") if path.name.endswith(".part")]


def test_a_cut_download_goes_on_where_it_stopped(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    server.put("a/big", CONTENT)
    server.cut_downloads_at += [1000, 500]

    client.files.download("a/big", tmp_path / "big")

    ranges = [seen.headers.get("range") for seen in server.seen if seen.path.endswith("/content")]
    assert ranges == [None, "bytes=1000-", "bytes=1500-"]
    assert (tmp_path / "big").read_bytes() == CONTENT


def test_a_download_that_was_given_up_goes_on_in_the_next_call(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    server.put("a/big", CONTENT)
    server.cut_downloads_at += [1000] + [0] * 5

    with pytest.raises(ConnectionError):
        client.files.download("a/big", tmp_path / "big")
    assert not (tmp_path / "big").exists()
    server.cut_downloads_at.clear()
    server.seen.clear()
    client.files.download("a/big", tmp_path / "big")

    assert [seen.headers.get("range") for seen in server.seen if seen.path.endswith("/content")] == ["bytes=1000-"]
    assert (tmp_path / "big").read_bytes() == CONTENT


def test_a_partial_download_of_older_bytes_is_not_continued(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    server.put("a/big", CONTENT)
    server.cut_downloads_at += [1000] + [0] * 5
    with pytest.raises(ConnectionError):
        client.files.download("a/big", tmp_path / "big")
    server.cut_downloads_at.clear()
    server.put("a/big", CONTENT[::-1])

    client.files.download("a/big", tmp_path / "big")

    assert (tmp_path / "big").read_bytes() == CONTENT[::-1]


def test_bytes_that_change_while_they_are_fetched_are_not_mixed(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    server.put("a/big", CONTENT)

    def write_anew(seen: object) -> None:
        if server.routes()[-1] == "GET /api/v1/files/content":
            server.put("a/big", CONTENT[::-1])

    server.faults.append(write_anew)

    with pytest.raises(RoundelayError, match="written anew while it was fetched"):
        client.files.download("a/big", tmp_path / "big")
    assert not (tmp_path / "big").exists()


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "a//b", "a\\..\\evil", "c:evil", "a\nb", "./x"])
def test_a_key_that_would_leave_the_folder_is_refused_before_anything_is_written(
    client: Roundelay, server: FakeServer, tmp_path: Path, name: str
) -> None:
    server.put("jobs/a/good.txt", b"x")
    server.put(f"jobs/a/{name}", b"evil")

    with pytest.raises(ValidationError, match="outside of the target folder"):
        client.files.download("jobs/a/", tmp_path / "out")

    assert list(tmp_path.rglob("*")) == []


def test_a_link_in_the_folder_does_not_lead_out_of_it(client: Roundelay, server: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", tmp_path / "out" / "sub")
    server.put("jobs/a/sub/file.txt", b"x")

    with pytest.raises(ValidationError, match="outside of the target folder"):
        client.files.download("jobs/a/", tmp_path / "out")

    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_nothing_under_a_name_is_not_found(client: Roundelay, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="a folder needs / at its end"):
        client.files.download("jobs/a", tmp_path)
    with pytest.raises(NotFoundError):
        client.files.download("jobs/a/", tmp_path)


def test_delete_takes_an_object_or_a_whole_folder_and_never_everything(client: Roundelay, server: FakeServer) -> None:
    for key in ("jobs/a/x", "jobs/a/y/z", "jobs/ab"):
        server.put(key, b"12")

    assert client.files.delete("jobs/a/x").objects == 1
    deleted = client.files.delete("jobs/a/")

    assert (deleted.objects, deleted.bytes) == (1, 2)
    assert list(server.objects) == ["jobs/ab"]
    for everything in ("", "/"):
        with pytest.raises(ValidationError):
            client.files.delete(everything)
