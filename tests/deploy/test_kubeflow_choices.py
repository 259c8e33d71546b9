"""What Kubeflow's overlays decide: sign-in, where data goes and how, queues, notebooks and who reaches whom."""

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from components.cluster.node_pool.labels import device_plugin_config
from components.cluster.node_pool.spec import NodePoolSpec
from components.core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL, NVIDIA_TAINT
from components.core.spec import parse
from components.facts.versions import KUBEFLOW_ISTIO, KUEUE
from components.kubeflow.notebooks import IMAGES, choice
from components.kubeflow.waves import MESH, SYSTEM
from tests.support.deploy.overlays import (
    SETTINGS,
    TREE,
    Object,
    containers,
    delivered,
    environment,
    one,
    wave,
    without_kustomize,
)

pytestmark = without_kustomize
CLIENTS = [
    ("pipelines", "ml-pipeline"),
    ("pipelines", "cache-server"),
    ("pipelines", "metadata-grpc-deployment"),
    ("experiments", "katib-db-manager"),
    ("model-registry", "model-registry-deployment"),
]


def container(name: str, deployment: str, which: str) -> Object:
    [found] = [each for each in containers(one(delivered(name), "Deployment", deployment)) if each["name"] == which]
    return found


def pod(name: str, deployment: str) -> Object:
    return one(delivered(name), "Deployment", deployment)["spec"]["template"]


@pytest.mark.parametrize(("name", "deployment"), CLIENTS)
def test_database_client_has_certificates_before_it_starts(name: str, deployment: str) -> None:
    template = pod(name, deployment)
    first, *rest = containers(one(delivered(name), "Deployment", deployment))
    assert first["args"][-2:] == [
        "/etc/rds/bundle.pem",
        "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
    ]
    volumes = [each["name"] for each in template["spec"]["volumes"] if "emptyDir" in each]
    for each in (first, *rest):
        assert [mount["name"] for mount in each["volumeMounts"] if mount["mountPath"] == "/etc/rds"] == volumes
    security = first["securityContext"]
    assert security["runAsNonRoot"]
    assert security["readOnlyRootFilesystem"]
    assert security["capabilities"] == {"drop": ["ALL"]}


def test_each_client_checks_whom_it_speaks_to() -> None:
    server = environment(container("pipelines", "ml-pipeline", "ml-pipeline-api-server"))
    assert server["DBCONFIG_MYSQLCONFIG_EXTRAPARAMS"] == '{"tls":"true"}'
    assert server["SSL_CERT_DIR"] == "/etc/rds"
    cache = container("pipelines", "cache-server", "server")
    assert '--db_extra_params={"tls":"true"}' in cache["args"]
    assert environment(cache)["SSL_CERT_DIR"] == "/etc/rds"
    katib = environment(container("experiments", "katib-db-manager", "katib-db-manager"))
    assert katib["KATIB_POSTGRESQL_SSL_MODE"] == "verify-full"
    assert katib["PGSSLROOTCERT"] == "/etc/rds/bundle.pem"
    registry = container("model-registry", "model-registry-deployment", "rest-container")["args"]
    [address] = [each for each in registry if "database-dsn" in each]
    assert address.endswith("?sslmode=verify-full&sslrootcert=/etc/rds/bundle.pem")


def test_the_metadata_server_reads_a_file_that_asks_for_tls() -> None:
    """Its version 1.14.0 knows no flag for that, and flags of the database would take the file's place."""
    server = container("pipelines", "metadata-grpc-deployment", "container")
    assert not [each for each in server["args"] if each.startswith("--mysql_config_")]
    assert "--metadata_source_config_type=config_file" in server["args"]
    [path] = [each.partition("=")[2] for each in server["args"] if each.startswith("--metadata_store_server_config_")]
    [mounted] = [each for each in server["volumeMounts"] if path.startswith(f"{each['mountPath']}/")]
    volumes = pod("pipelines", "metadata-grpc-deployment")["spec"]["volumes"]
    [volume] = [each for each in volumes if each["name"] == mounted["name"]]
    secret = one(delivered("pipelines"), "ExternalSecret", volume["secret"]["secretName"])["spec"]["target"]
    text = secret["template"]["data"][path.removeprefix(f"{mounted['mountPath']}/")]
    asked = dict(re.findall(r"(\w+): (\S+)", text))
    assert asked == {
        "host": f'"{SETTINGS["databaseHost"]}"',
        "port": "3306",
        "database": '"metadb"',
        "user": '"{{',
        "password": '"{{',
        # With verify_server_cert its client refuses every server; tried with 1.15.0, which is built alike.
        "ca": '"/etc/rds/bundle.pem"',
        "enable_upgrade_migration": "true",
    }
    assert not server.get("env")


def test_every_client_is_let_out_to_the_databases_and_nobody_else() -> None:
    policy = one(delivered("namespaces"), "NetworkPolicy", "allow-databases")["spec"]
    assert policy["egress"] == [
        {
            "to": [{"ipBlock": {"cidr": SETTINGS["vpcCidr"]}}],
            "ports": [{"protocol": "TCP", "port": 3306}, {"protocol": "TCP", "port": 5432}],
        }
    ]
    wanted = policy["podSelector"]["matchLabels"].items()
    found = [
        each["metadata"]["name"]
        for name in {name for name, _ in CLIENTS} | {"dashboard", "notebooks"}
        for each in delivered(name)
        if each["kind"] == "Deployment" and wanted <= each["spec"]["template"]["metadata"]["labels"].items()
    ]
    assert sorted(found) == sorted(deployment for _, deployment in CLIENTS)


def test_artifacts_go_to_s3_by_the_identity_of_who_writes() -> None:
    server = container("pipelines", "ml-pipeline", "ml-pipeline-api-server")
    variables = environment(server)
    assert variables["OBJECTSTORECONFIG_HOST"] == "s3.eu-west-1.amazonaws.com"
    assert variables["OBJECTSTORECONFIG_SECURE"] == "true"
    names = {each["name"] for each in server["env"]}
    assert not names & {"OBJECTSTORECONFIG_ACCESSKEY", "OBJECTSTORECONFIG_SECRETACCESSKEY"}
    config = one(delivered("pipelines"), "ConfigMap", "workflow-controller-configmap")["data"]
    assert yaml.safe_load(config["artifactRepository"]) == {
        "archiveLogs": True,
        "s3": {
            "endpoint": "s3.amazonaws.com",
            "bucket": SETTINGS["bucket"],
            "region": SETTINGS["region"],
            "keyFormat": "{{workflow.namespace}}/logs/{{workflow.name}}/{{pod.name}}",
            "useSDKCreds": True,
        },
    }
    install = one(delivered("pipelines"), "ConfigMap", "pipeline-install-config")["data"]
    assert install["defaultPipelineRoot"] == f"s3://{SETTINGS['bucket']}/pipelines/v2/artifacts"
    assert (install["dbHost"], install["mysqlHost"]) == (SETTINGS["databaseHost"],) * 2


def test_only_the_sign_in_is_open_without_a_token() -> None:
    made = delivered("sign-in")
    [tokens] = [each for each in made if each["kind"] == "RequestAuthentication"]
    [rule] = tokens["spec"]["jwtRules"]
    assert (rule["issuer"], rule["audiences"]) == (SETTINGS["issuer"], [SETTINGS["clientId"]])
    assert {each["header"]: each["claim"] for each in rule["outputClaimToHeaders"]} == {
        "kubeflow-userid": "email",
        "kubeflow-groups": "cognito:groups",
    }
    policies = [each["spec"] for each in made if each["kind"] == "AuthorizationPolicy"]
    assert sorted(each["action"] for each in policies) == ["CUSTOM", "DENY"]
    for each in policies:
        assert each["selector"] == tokens["spec"]["selector"]
        [rule] = each["rules"]
        assert rule["to"] == [{"operation": {"notPaths": ["/oauth2/*"]}}]


def test_the_mesh_asks_the_proxy_that_is_there() -> None:
    mesh = yaml.safe_load(one(delivered("mesh"), "ConfigMap", "istio")["data"]["mesh"])
    [provider] = mesh["extensionProviders"]
    made = delivered("sign-in")
    [asked] = [each for each in made if each["kind"] == "AuthorizationPolicy" and each["spec"]["action"] == "CUSTOM"]
    assert provider["name"] == asked["spec"]["provider"]["name"]
    proxy = one(made, "Deployment", "oauth2-proxy")["metadata"]
    service = provider["envoyExtAuthzHttp"]["service"]
    assert service == f"{proxy['name']}.{proxy['namespace']}.svc.cluster.local"
    assert provider["envoyExtAuthzHttp"]["failOpen"] is False
    assert "set-cookie" in provider["envoyExtAuthzHttp"]["headersToDownstreamOnAllow"]


def test_proxy_session_is_https_with_one_issuer() -> None:
    config: dict[str, Any] = tomllib.loads((TREE / "overlays" / "sign-in" / "oauth2_proxy.cfg").read_text())
    assert (config["provider"], config["code_challenge_method"]) == ("oidc", "S256")
    assert config["cookie_secure"]
    assert config["cookie_httponly"]
    assert config["cookie_name"].startswith("__Host-")
    assert not {"oidc_issuer_url", "login_url", "redeem_url", "client_id", "client_secret", "skip_auth_routes"} & {
        *config
    }
    parameters = one(delivered("sign-in"), "ConfigMap", "oauth2-proxy-parameters")["data"]
    assert parameters == {
        "FORCE_HTTPS": "true",
        "ALLOW_SELF_SIGNED_ISSUER": "false",
        "ENABLE_M2M_TOKENS": "false",
        "EXTRA_JWT_ISSUERS": "",
    }
    variables = environment(container("sign-in", "oauth2-proxy", "oauth2-proxy"))
    assert variables["OAUTH2_PROXY_OIDC_ISSUER_URL"] == SETTINGS["issuer"]
    assert variables["OAUTH2_PROXY_CLIENT_ID"] == SETTINGS["clientId"]
    assert variables["OAUTH2_PROXY_REDIRECT_URL"] == SETTINGS["redirectUrl"]


def test_load_balancer_reaches_the_gateway_pods() -> None:
    [binding] = [each for each in delivered("mesh") if each["kind"] == "TargetGroupBinding"]
    assert binding["spec"]["targetGroupARN"] == SETTINGS["targetGroupArn"]
    assert binding["metadata"]["namespace"] == MESH
    gateway = one(delivered("mesh"), "Deployment", "istio-ingressgateway")["spec"]["template"]["metadata"]["labels"]
    policy = one(delivered("namespaces"), "NetworkPolicy", "allow-load-balancer")
    assert policy["metadata"]["namespace"] == MESH
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= gateway.items()
    assert [each["port"] for each in policy["spec"]["ingress"][0]["ports"]] == [8080, 15021]
    [entrance] = [each for each in delivered("mesh") if each["kind"] == "Gateway"]
    assert entrance["metadata"]["namespace"] == SYSTEM
    assert entrance["spec"]["servers"][0]["hosts"] == [SETTINGS["host"]]
    [namespace] = [each for each in delivered("namespaces") if each["metadata"]["name"] == MESH]
    assert namespace["metadata"]["labels"]["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"


def test_idle_notebooks_stop() -> None:
    config = one(delivered("notebooks"), "ConfigMap", "notebook-controller-config")["data"]
    assert config["ENABLE_CULLING"] == "true"
    assert int(config["CULL_IDLE_TIME"]) == 120
    assert 0 < int(config["IDLENESS_CHECK_PERIOD"]) < int(config["CULL_IDLE_TIME"])
    assert config["ISTIO_HOST"] == SETTINGS["host"]


def test_a_notebook_may_have_a_gpu_of_its_own_or_a_share_of_one() -> None:
    form = yaml.safe_load(
        one(delivered("notebooks"), "ConfigMap", "jupyter-web-app-config")["data"]["spawner_ui_config.yaml"]
    )
    form = form["spawnerFormDefaults"]
    assert [each["limitsKey"] for each in form["gpus"]["value"]["vendors"]] == [NVIDIA_TAINT]
    # The queue's flavors let in who has a GPU; without one nobody takes room beside it.
    assert form["tolerationGroup"] == {"readOnly": True, "value": "", "options": []}
    pools = {
        "whole-gpu": {},
        "shared-gpu": {"sharing": {"timeSlicing": 4}},
    }
    for option in form["affinityConfig"]["options"]:
        for name, sharing in pools.items():
            pool = parse(
                NodePoolSpec,
                {"name": "gpu", "instanceTypes": ["g5.xlarge"], "minimum": 0, "maximum": 2, **sharing},
                "pool",
            )
            label = {DEVICE_PLUGIN_CONFIG_LABEL: device_plugin_config(pool)}
            assert _fits(option["affinity"], label) == (name == option["configKey"])
        assert not _fits(option["affinity"], {})


def test_images_of_notebooks_are_a_closed_list_of_immutable_tags() -> None:
    text = one(delivered("notebooks"), "ConfigMap", "jupyter-web-app-config")["data"]["spawner_ui_config.yaml"]
    form = yaml.safe_load(text)["spawnerFormDefaults"]
    assert form["allowCustomImage"] is False
    assert form["image"] == {"value": "example.com/lab:v1", "options": ["example.com/lab:v1", "example.com/gpu:v2"]}
    for group in ("imageGroupOne", "imageGroupTwo"):
        assert form[group]["value"] in form[group]["options"]
        assert all(each.endswith(":v1.11.0") for each in form[group]["options"])


def test_notebook_images_are_kubeflow_s_by_default() -> None:
    made = yaml.safe_load(choice(IMAGES))
    assert made == {"value": IMAGES[0], "options": [*IMAGES]}
    assert {each.rpartition(":")[2] for each in IMAGES} == {"v1.11.0"}
    assert any("cuda" in each for each in IMAGES)


def test_queues_wait_for_whole_jobs_of_the_kinds_that_are_there() -> None:
    config = one(delivered("queue"), "ConfigMap", "kueue-manager-config")
    assert config["metadata"]["name"] == "kueue-manager-config"
    config = yaml.safe_load(config["data"]["controller_manager_config.yaml"])
    assert config["waitForPodsReady"]["timeout"] == "30m"
    frameworks = {f"{kind}s.{group}" for group, _, kind in (each.partition("/") for each in _frameworks(config))}
    assert frameworks - {"jobs.batch", "s.pod"} == {*wave("queue").needs}
    assert config["managedJobsNamespaceSelector"] == {"matchLabels": {"app.kubernetes.io/part-of": "kubeflow-profile"}}
    [manager] = containers(one(delivered("queue"), "Deployment", "kueue-controller-manager"))
    assert manager["image"] == f"registry.k8s.io/kueue/kueue:{KUEUE.release}"


def test_nobody_in_a_team_s_namespace_takes_its_walls_away() -> None:
    """Its policies, its quota, its limits and who it lets in by the mesh are the platform's."""
    kept = {"networkpolicies", "resourcequotas", "limitranges", "authorizationpolicies", "localqueues", "clusterqueues"}
    changing = {"create", "update", "patch", "delete", "deletecollection", "*"}
    for each in (item for name in ("dashboard", "mesh", "queue") for item in delivered(name)):
        labels = each["metadata"].get("labels", {})
        if each["kind"] != "ClusterRole" or not any("aggregate-to-kubeflow" in label for label in labels):
            continue
        rules: list[Object] = each.get("rules") or []
        for rule in rules:
            if changing & {*rule["verbs"]} and rule["apiGroups"] != ["extensions"]:
                assert not kept & {*rule["resources"]}, each["metadata"]["name"]
                assert "*" not in rule["resources"], each["metadata"]["name"]


def test_nobody_makes_a_profile_by_signing_in() -> None:
    assert one(delivered("dashboard"), "ConfigMap", "dashboard-parameters")["data"]["REGISTRATION_FLOW"] == "false"
    assert one(delivered("dashboard"), "ConfigMap", "profiles-config")["data"]["ADMIN"] == ""


@pytest.mark.parametrize("name", ["pipelines", "dashboard"])
def test_pages_and_pipelines_are_evicted_last(name: str) -> None:
    path = TREE / "overlays" / name / ("resources.yaml" if name == "pipelines" else "profiles.yaml")
    for patch in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        for each in containers(one(delivered(name), "Deployment", patch["metadata"]["name"])):
            assert {"cpu", "memory"} <= {*each["resources"]["requests"]}, each["name"]
            assert "memory" in each["resources"]["limits"], each["name"]


def _frameworks(config: Object) -> list[str]:
    return config["integrations"]["frameworks"]


def _fits(affinity: Object, labels: dict[str, str]) -> bool:
    """Whether a node with `labels` is one that the scheduler may take."""
    terms = affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    return any(all(_holds(each, labels) for each in term["matchExpressions"]) for term in terms)


def _holds(expression: Object, labels: dict[str, str]) -> bool:
    key, values = expression["key"], expression.get("values", [])
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case _:
            return key in labels


def test_mesh_runs_the_pinned_patch_of_istio_everywhere() -> None:
    objects = {(each["kind"], each["metadata"]["name"]): each for each in delivered("mesh")}
    images = [container["image"] for each in objects.values() for container in containers(each)]
    assert {image.rpartition(":")[2] for image in images if "/istio" in image or "istio.io" in image} == {
        KUBEFLOW_ISTIO
    }
    assert len(images) == 3
    injected = json.loads(objects["ConfigMap", "istio-sidecar-injector"]["data"]["values"])
    assert injected["tag"] == KUBEFLOW_ISTIO
    assert objects["ConfigMap", "istio-cni-config"]["data"]["CURRENT_AGENT_VERSION"] == KUBEFLOW_ISTIO
