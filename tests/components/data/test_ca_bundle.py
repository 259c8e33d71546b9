"""The certificates of RDS: fetched by the very command of the init container, from a server of the test's own."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import certifi
import pytest

from components.data.database.ca_bundle import (
    BUNDLE_FOLDER,
    BUNDLE_PATH,
    bundle_address,
    bundle_fetcher,
    bundle_mount,
    bundle_volume,
)
from tests.support.http_servers import QuietHandler, http_server

CERTIFICATES = Path(certifi.where()).read_text(encoding="utf-8")


class _Quiet(QuietHandler, SimpleHTTPRequestHandler):
    """Serves a folder."""


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which it is served."""
    folder = tmp_path / "published"
    folder.mkdir()
    with http_server(partial(_Quiet, directory=str(folder))) as port:
        yield folder, f"http://127.0.0.1:{port}"


def fetch(address: str, target: Path) -> subprocess.CompletedProcess[str]:
    """Run the init container's command with another address and file."""
    container = bundle_fetcher("image", "us-east-1", {}, {})
    places = {bundle_address("us-east-1"): address, BUNDLE_PATH: str(target)}
    command = [places.get(word, word) for word in map(str, container["command"])]
    assert command[0] == "python3"
    return subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, timeout=60, check=False)


def test_what_is_published_is_written(published: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = published
    (folder / "bundle.pem").write_text(CERTIFICATES, encoding="utf-8")
    target = tmp_path / "bundle.pem"
    assert fetch(f"{address}/bundle.pem", target).returncode == 0
    assert target.read_text(encoding="utf-8") == CERTIFICATES


@pytest.mark.parametrize("answer", ["", "<html>sign in to the hotel</html>", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_is_not(published: tuple[Path, str], tmp_path: Path, answer: str) -> None:
    folder, address = published
    (folder / "bundle.pem").write_text(answer, encoding="utf-8")
    target = tmp_path / "bundle.pem"
    assert fetch(f"{address}/bundle.pem", target).returncode != 0
    assert not target.exists()


def test_a_missing_bundle_fails(published: tuple[Path, str], tmp_path: Path) -> None:
    target = tmp_path / "bundle.pem"
    assert fetch(f"{published[1]}/other.pem", target).returncode != 0
    assert not target.exists()


def test_both_containers_see_it_and_one_writes() -> None:
    [written] = bundle_fetcher("image", "us-east-1", {}, {})["volumeMounts"]
    assert written["name"] == bundle_mount()["name"] == bundle_volume()["name"]
    assert written["mountPath"] == bundle_mount()["mountPath"] == BUNDLE_FOLDER
    assert Path(BUNDLE_PATH).parent == Path(BUNDLE_FOLDER)
    assert bundle_mount()["readOnly"]
    assert not written.get("readOnly")
