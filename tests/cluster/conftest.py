"""A real Kubernetes API server with etcd, for one run of the tests: no controllers, no nodes, no accounts."""

import secrets
from collections.abc import Generator

import pytest

from tests.support.cluster.server import Cluster, custom_resource_definitions, write_kubeconfig
from tests.support.programs import require
from tests.support.services.servers import free_port, issue_certificate, server_process


@pytest.fixture(scope="session")
def empty_cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    """An API server that holds only what Kubernetes creates by itself."""
    require("etcd", "kube-apiserver", "kubectl")
    folder = tmp_path_factory.mktemp("cluster")
    store, peer, port = free_port(), free_port(), free_port()
    etcd = [
        "etcd",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls=http://127.0.0.1:{store}",
        f"--advertise-client-urls=http://127.0.0.1:{store}",
        f"--listen-peer-urls=http://127.0.0.1:{peer}",
        "--unsafe-no-fsync",
    ]
    authority = issue_certificate(folder)
    token = secrets.token_hex()
    (folder / "tokens.csv").write_text(f"{token},admin,1,system:masters\n")
    server = [
        "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{store}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={folder / 'server.pem'}",
        f"--tls-private-key-file={folder / 'server.key'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        # As on EKS, where DaemonSets of the node are privileged.
        "--allow-privileged=true",
        "--service-account-issuer=https://127.0.0.1",
        f"--service-account-key-file={folder / 'server.pem'}",
        f"--service-account-signing-key-file={folder / 'server.key'}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
        # Controllers, which do not run here, create the account that this plugin asks of each pod.
        "--disable-admission-plugins=ServiceAccount",
    ]
    logs = [folder / name for name in ("etcd-log", "server-log")]
    for each in logs:
        each.mkdir()
    kubeconfig = write_kubeconfig(folder, f"https://127.0.0.1:{port}", authority, token)
    with server_process(etcd, logs[0]), server_process(server, logs[1]) as process:
        cluster = Cluster(process, logs[1], kubeconfig)
        cluster.wait_until(lambda: cluster.kubectl("get", "--raw=/readyz").returncode == 0)
        yield cluster


@pytest.fixture(scope="session")
def cluster(empty_cluster: Cluster) -> Cluster:
    """An API server that serves every custom resource of `tests/definitions`."""
    empty_cluster.create(custom_resource_definitions())
    served = ("wait", "--for=condition=Established", "crd", "--all")
    # It fails for a definition that the server has not looked at yet.
    empty_cluster.wait_until(lambda: empty_cluster.kubectl(*served).returncode == 0)
    return empty_cluster
