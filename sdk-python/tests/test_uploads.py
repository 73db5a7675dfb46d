from __future__ import annotations

import os
from pathlib import Path

import pytest

from fake_server import API_KEY, CutConnection, FakeServer, Refusal, Seen
from roundelay import ConnectionError, Roundelay, RoundelayError, ServerError, ValidationError
from roundelay.etags import is_unchanged
from roundelay.models import StoredFile
from roundelay.sources import FileSource, TextSource
from roundelay.uploads import UploadNotes, Uploads


@pytest.fixture
def uploads(client: Roundelay, tmp_path: Path) -> Uploads:
    return Uploads(client._transport, client.files, UploadNotes(tmp_path / "cache", client.url))


@pytest.fixture
def big(tmp_path: Path) -> FileSource:
    path = tmp_path / "big.bin"
    path.write_bytes(bytes(index % 251 for index in range(4500)))
    return FileSource.of(path)


def parts_sent(server: FakeServer) -> list[int]:
    return sorted(int(seen.path.rsplit("/", 1)[-1]) for seen in server.seen if "/parts/" in seen.path)


def test_a_file_goes_in_parts_and_arrives_whole(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    advanced: list[int] = []

    uploads.send("a/big.bin", big, content_type="application/zip", advance=advanced.append)

    assert server.objects["a/big.bin"].content == big.path.read_bytes()
    assert server.objects["a/big.bin"].content_type == "application/zip"
    assert parts_sent(server) == [1, 2, 3, 4, 5]
    assert sum(advanced) == 4500


def test_an_empty_file_is_one_empty_part(uploads: Uploads, server: FakeServer) -> None:
    uploads.send("a/empty", TextSource.of(""), content_type="text/plain")

    assert server.objects["a/empty"].content == b""


def test_a_cut_connection_costs_only_the_part_under_way(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    cut = []

    def cut_part_3_once(seen: Seen) -> None:
        if seen.path.endswith("/parts/3") and not cut:
            cut.append(seen)
            raise CutConnection

    server.faults.append(cut_part_3_once)
    advanced: list[int] = []

    uploads.send("a/big.bin", big, content_type="application/zip", advance=advanced.append)

    assert server.objects["a/big.bin"].content == big.path.read_bytes()
    assert parts_sent(server) == [1, 2, 3, 3, 4, 5]
    assert sum(advanced) == 4500


def test_parts_that_the_server_lost_are_sent_again(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    lost = []

    def lose_part_2_when_asked(seen: Seen) -> None:
        if seen.method == "GET" and seen.path.startswith("/api/v1/uploads/") and not lost:
            lost.append(next(iter(server.uploads.values())).parts.pop(2))

    server.faults.append(lose_part_2_when_asked)

    uploads.send("a/big.bin", big, content_type="application/zip")

    assert lost and server.objects["a/big.bin"].content == big.path.read_bytes()
    assert parts_sent(server) == [1, 2, 2, 3, 4, 5]


def test_an_upload_that_the_server_forgot_begins_again(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    forgotten = []

    def forget_once(seen: Seen) -> None:
        if seen.path.endswith("/complete") and not forgotten:
            forgotten.append(server.uploads.popitem())

    server.faults.append(forget_once)
    advanced: list[int] = []

    uploads.send("a/big.bin", big, content_type="application/zip", advance=advanced.append)

    assert server.objects["a/big.bin"].content == big.path.read_bytes()
    assert sum(advanced) == 4500


def test_a_lost_answer_to_complete_is_no_failure(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    def complete_without_an_answer(seen: Seen) -> None:
        if seen.path.endswith("/complete"):
            server._upload_route(seen, seen.path.split("/")[4:])
            raise CutConnection

    server.faults.append(complete_without_an_answer)

    uploads.send("a/big.bin", big, content_type="application/zip")

    assert server.completed == ["a/big.bin"]
    assert parts_sent(server) == [1, 2, 3, 4, 5]


def test_an_upload_that_was_given_up_goes_on_in_another_process(
    uploads: Uploads, client: Roundelay, server: FakeServer, big: FileSource, tmp_path: Path
) -> None:
    # The first one's last requests may still be on their way when the second one begins; their host tells them apart.
    def is_of_the_first(seen: Seen) -> bool:
        return seen.headers["host"].startswith("127.0.0.1:")

    def away_after_two_parts(seen: Seen) -> None:
        if is_of_the_first(seen) and sum(len(upload.parts) for upload in server.uploads.values()) >= 2:
            raise CutConnection

    server.faults.append(away_after_two_parts)
    with pytest.raises(ConnectionError):
        uploads.send("a/big.bin", big, content_type="application/zip")
    held = set(next(iter(server.uploads.values())).parts)
    advanced: list[int] = []

    with Roundelay(server.url.replace("127.0.0.1", "localhost"), API_KEY, environment={}) as other:
        again = Uploads(other._transport, other.files, UploadNotes(tmp_path / "cache", client.url))
        again.send("a/big.bin", FileSource.of(big.path), content_type="application/zip", advance=advanced.append)

    sent = [seen.path.rsplit("/", 1)[-1] for seen in server.seen if "/parts/" in seen.path and not is_of_the_first(seen)]
    assert len(held) == 2 and sorted(map(int, sent)) == sorted({1, 2, 3, 4, 5} - held)
    assert server.objects["a/big.bin"].content == big.path.read_bytes()
    assert sum(advanced) == 4500
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_resumed_upload_does_not_mix_two_versions_of_a_file(
    uploads: Uploads, server: FakeServer, big: FileSource, tmp_path: Path
) -> None:
    before = big.path.stat()

    def away_at_complete(seen: Seen) -> None:
        if seen.path.endswith("/complete"):
            raise CutConnection

    server.faults.append(away_at_complete)
    with pytest.raises(ConnectionError):
        uploads.send("a/big.bin", big, content_type="application/zip")
    server.faults.clear()
    content = bytearray(big.path.read_bytes())
    content[2500] ^= 1
    big.path.write_bytes(content)
    os.utime(big.path, ns=(before.st_atime_ns, before.st_mtime_ns))  # nothing but the bytes tells the versions apart
    server.seen.clear()

    uploads.send("a/big.bin", FileSource.of(big.path), content_type="application/zip")

    assert parts_sent(server) == [3]
    assert server.objects["a/big.bin"].content == bytes(content)


def test_a_cache_folder_that_cannot_be_written_is_no_failure(client: Roundelay, server: FakeServer, big: FileSource) -> None:
    notes = UploadNotes(big.path / "below a file", client.url)

    Uploads(client._transport, client.files, notes).send("a/big.bin", big, content_type="application/zip")

    assert server.completed == ["a/big.bin"]


def test_a_busy_server_is_asked_again_after_its_own_pause(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    refused = []

    def busy_twice(seen: Seen) -> None:
        if "/parts/" in seen.path and len(refused) < 2:
            refused.append(seen)
            raise Refusal(503, "standby", "[server] is starting", "Try again.", {"Retry-After": "1"})

    server.faults.append(busy_twice)

    uploads.send("a/big.bin", big, content_type="application/zip")

    assert len(refused) == 2 and server.completed == ["a/big.bin"]


def test_a_refused_part_ends_the_upload_and_leaves_nothing(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    def quota(seen: Seen) -> None:
        if seen.path.endswith("/parts/2"):
            raise Refusal(403, "storage_quota_exceeded", "[a/big.bin] does not fit", "Delete something.")

    server.faults.append(quota)

    with pytest.raises(RoundelayError) as refused:
        uploads.send("a/big.bin", big, content_type="application/zip")

    assert type(refused.value).__name__ == "QuotaExceededError"
    assert server.uploads == {} and server.objects == {}


def test_a_server_that_stays_broken_is_an_error_in_the_end(uploads: Uploads, server: FakeServer, big: FileSource) -> None:
    def broken(seen: Seen) -> None:
        if "/parts/" in seen.path:
            raise Refusal(502, "bad_gateway", "[proxy] no server")

    server.faults.append(broken)

    with pytest.raises(ServerError, match="no server"):
        uploads.send("a/big.bin", big, content_type="application/zip")


def test_a_file_that_shrinks_meanwhile_is_named(uploads: Uploads, big: FileSource) -> None:
    big.path.write_bytes(b"short")

    with pytest.raises(ValidationError, match=r"big\.bin\] became shorter"):
        uploads.send("a/big.bin", big, content_type="application/zip")


@pytest.mark.parametrize(
    ("etag", "unchanged"),
    [
        ("900150983cd24fb0d6963f7d28e17f72", True),  # MD5 of abc
        ("900150983cd24fb0d6963f7d28e17f73", False),
        ("dbd31a38a15bfc1b05a13b2d0b4dd5a0-1", False),
        ("not-an-md5", False),
        ("", False),
    ],
)
def test_only_an_etag_that_the_bytes_give_counts_as_unchanged(etag: str, unchanged: bool) -> None:
    assert is_unchanged(TextSource.of("abc"), StoredFile("k", 3, etag, None, None)) is unchanged
    assert not is_unchanged(TextSource.of("abcd"), StoredFile("k", 3, etag, None, None))
