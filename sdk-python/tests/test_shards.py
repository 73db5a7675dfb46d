from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from fake_server import FakeServer
from roundelay import Roundelay, ValidationError
from roundelay.shards import find_shards, plan, zipped


@pytest.fixture
def hospitals(tmp_path: Path) -> Path:
    folder = tmp_path / "hospitals"
    for number in (1, 2, 10):
        ward = folder / f"site_{number}" / "ward a"
        ward.mkdir(parents=True)
        (ward / "data.csv").write_text(f"{number}\n" * 100)
        (folder / f"site_{number}" / "notes.txt").write_text("x")
    return folder


def test_sub_folders_are_shards_in_natural_order(hospitals: Path) -> None:
    with zipped(find_shards(hospitals)) as zips:
        assert [path.name for path in zips] == ["site_1.zip", "site_2.zip", "site_10.zip"]
        with zipfile.ZipFile(zips[2]) as archive:
            assert archive.namelist() == ["notes.txt", "ward a/data.csv"]
            assert archive.read("ward a/data.csv") == b"10\n" * 100
        scratch = zips[0].parent
    assert not scratch.exists()


def test_equal_folders_make_equal_zips_whenever_they_were_written(hospitals: Path) -> None:
    with zipped(find_shards(hospitals)) as zips:
        first = [path.read_bytes() for path in zips]
    for path in hospitals.rglob("*.csv"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    with zipped(find_shards(hospitals)) as zips:
        assert [path.read_bytes() for path in zips] == first


def test_unchanged_folders_are_not_sent_again(client: Roundelay, server: FakeServer, model_file: str, hospitals: Path) -> None:
    client.rt_submit(model_file, "wards", hospitals)
    sent = len(server.completed)
    (hospitals / "site_2" / "notes.txt").write_text("changed")

    client.rt_submit(model_file, "wards", hospitals)

    assert server.completed[sent:] == ["jobs/wards/shards/site_2.zip"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "no folder"),
        (lambda folder: folder.mkdir(), "no *.zip and no folder"),
        (lambda folder: (folder / "empty").mkdir(parents=True), "empty folder"),
        (lambda folder: (folder.mkdir(), (folder / "a.zip").write_text("no zip")), "is no zip file"),
    ],
)
def test_what_is_no_shard_is_told(tmp_path: Path, make: object, said: str) -> None:
    folder = tmp_path / "shards"
    make(folder)  # type: ignore[operator]

    with pytest.raises(ValidationError, match=".*" + said.replace("*", r"\*")):
        find_shards(folder)


def test_a_link_in_a_folder_is_refused_by_name(hospitals: Path) -> None:
    (hospitals / "site_1" / "secret").symlink_to("/etc/hostname")

    with pytest.raises(ValidationError, match="secret"), zipped(find_shards(hospitals)):
        pass


def test_the_plan_names_each_site_and_leaves_out_the_middle(tmp_path: Path) -> None:
    for number in range(1, 41):
        (tmp_path / f"part{number}").mkdir()
        (tmp_path / f"part{number}" / "x").write_text("x")

    lines = plan(find_shards(tmp_path)).splitlines()

    assert lines[0] == "  site-1  part1/"
    assert lines[8] == "  ... 30 more ..."
    assert lines[-1] == "  site-40  part40/"


def test_after_a_submit_the_next_commands_are_told(
    client: Roundelay, model_file: str, hospitals: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client._show_progress = True
    job = client.rt_submit(model_file, "wards", hospitals)

    told = capsys.readouterr().err
    assert f'client.jobs.get("{job.id}")' in told
    assert "site-3  site_10/" in told
    assert job.dashboard_url in told


def test_an_empty_zip_is_refused_by_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass

    with pytest.raises(ValidationError, match=r"a.zip\] is an empty zip"):
        find_shards(tmp_path)
