"""Reading chart repositories and registries, against a server on this machine that behaves like them."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from components.facts.versions import ISTIOD, KSERVE, VERSIONS_CHECKED, Chart
from operations.registries import RegistryError, chart_versions, digest, tags
from operations.versions import charts
from operations.versions.__main__ import main
from tests.support.http_servers import QuietHandler, http_server

DIGEST = f"sha256:{'a1' * 32}"
INDEX = "entries:\n  istiod:\n  - version: 1.31.4\n  - version: 1.33.0\n  - version: 1.34.0-rc.0\n"


class Registry(QuietHandler):
    """A Helm repository, and a registry that requires an anonymous token as ghcr.io does."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/charts/index.yaml":
            self._answer(200, INDEX)
        elif path == "/token":
            assert "scope=repository%3Akserve%2Fcharts%3Apull" in query
            self._answer(200, json.dumps({"token": "anonymous"}))
        elif self.headers.get("Authorization") != "Bearer anonymous":
            self.send_response(401)
            realm = f"http://{self.headers['Host']}/token"
            challenge = f'Bearer realm="{realm}",service="here",scope="repository:kserve/charts:pull"'
            self.send_header("WWW-Authenticate", challenge)
            self.end_headers()
        elif path == "/v2/kserve/charts/tags/list" and "last" not in query:
            self._answer(
                200, json.dumps({"tags": ["v0.20.0"]}), Link='</v2/kserve/charts/tags/list?last=1>; rel="next"'
            )
        elif path == "/v2/kserve/charts/tags/list":
            self._answer(200, json.dumps({"tags": ["v0.21.0", "v0.22.0-rc0"]}))
        elif path == "/v2/kserve/charts/manifests/v0.20.0":
            self._answer(200, "", **{"Docker-Content-Digest": DIGEST})
        else:
            self._answer(404, "")

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def _answer(self, status: int, text: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(text.encode())


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with http_server(Registry) as port:
        yield f"127.0.0.1:{port}"


def test_repository_lists_the_versions_of_a_chart(host: str) -> None:
    assert chart_versions(f"http://{host}/charts", "istiod") == ["1.31.4", "1.33.0", "1.34.0-rc.0"]
    with pytest.raises(RegistryError, match="lists no chart keda"):
        chart_versions(f"http://{host}/charts", "keda")


def test_registry_lists_tags_of_every_page_with_a_token(host: str) -> None:
    assert tags(f"oci://{host}/kserve/charts") == ["v0.20.0", "v0.21.0", "v0.22.0-rc0"]


def test_registry_names_the_digest_of_an_image(host: str) -> None:
    assert digest(f"{host}/kserve/charts:v0.20.0") == DIGEST
    with pytest.raises(RegistryError, match="404"):
        digest(f"{host}/kserve/charts:v9")


def test_registry_that_does_not_answer_is_named() -> None:
    with pytest.raises(RegistryError, match=r"http://127\.0\.0\.1:9/v2/none/tags/list"):
        tags("127.0.0.1:9/none")


def test_charts_that_are_behind_name_the_newest(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    istiod = replace(ISTIOD, repository=f"http://{host}/charts")
    kserve = replace(KSERVE, reference=f"oci://{host}/kserve/charts")

    def pinned(_: type[Chart]) -> Iterator[Chart]:
        yield from (istiod, kserve)

    monkeypatch.setattr(charts, "_pinned", pinned)
    assert main(["--of", "charts", "--today", str(VERSIONS_CHECKED)]) == 1
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "istiod chart 1.31.4 1.33.0 is newer; support ends on 2027-03-04 (estimated)" in lines
    assert "kserve chart v0.20.0 v0.21.0 is newer" in lines


def test_versions_list_the_end_of_a_charts_support_offline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--of", "charts", "--offline", "--today", "2026-11-29"]) == 1
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "Istio in Kubeflow 1.30.8 support ends on 2026-12-02 (estimated)"
    assert "istiod chart 1.31.4 not compared; support ends on 2027-03-04 (estimated)" in lines
    assert sum(line.startswith(("keda chart", "Argo CD v3.4.13")) for line in lines) == 2
