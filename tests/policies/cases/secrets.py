"""What is taken for a secret in plain text, and what isn't."""

import base64
from typing import Any

from resources.resource import SECRET, UNKNOWN, Resource
from tests.policies.cases.case import fails, make, passes, unknown

RULE = "plain-text-secrets"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
RELEASE = "kubernetes:helm.sh/v3:Release"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

# Put together here, so that no scanner takes this file for a leak.
ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
PRIVATE_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB\n"
GITHUB = "ghp_" + "a1B2" * 9
SLACK = "xoxb-" + "1234567890-abcdef"
HUGGING_FACE = "hf_" + "aB3" * 11
NVIDIA = "nvapi-" + "x1Y2" * 16
TOKEN = ".".join(("eyJhbGciOiJI" + "UzI1NiJ9", "eyJzdWIiOiIx" + "MjM0NTYifQ", "dBjftJeZ4CVP" + "mB92K27uhbUJ"))


def config(**data: Any) -> Resource:
    return make(CONFIG_MAP, {"metadata": {"name": "settings"}, "data": data})


def external(data: Any) -> Resource:
    return make("kubernetes:external-secrets.io/v1:ExternalSecret", {"spec": {"data": data}})


def values(**content: Any) -> Resource:
    return make(RELEASE, {"values": content})


def environment(name: str, **entry: Any) -> Resource:
    container = {"name": "app", "env": [{"name": name, **entry}]}
    return make("kubernetes:apps/v1:Deployment", {"spec": {"template": {"spec": {"containers": [container]}}}})


def user_data(script: str) -> Resource:
    return make(LAUNCH_TEMPLATE, {"userData": base64.b64encode(script.encode()).decode()})


CASES = [
    passes(
        RULE, config(LOG_LEVEL="info", endpoint="https://models.example.com/token", description="a token of thanks")
    ),
    passes(RULE, config(password=SECRET)),
    passes(RULE, external([{"secretKey": "password", "remoteRef": {"key": "prod/database", "property": "password"}}])),
    fails(RULE, external([{"secretKey": "hunter22"}]), found="data[0].secretKey is a secret by its name"),
    fails(
        RULE, external([{"secretKey": "key", "token": "hunter22", "remoteRef": {}}]), found="data[0].token is a secret"
    ),
    passes(RULE, make("kubernetes:core/v1:Secret", {"stringData": {"password": "known to the provider as secret"}})),
    passes(RULE, make("aws:secretsmanager/secretVersion:SecretVersion", {"secretString": "kept as a secret"})),
    passes(RULE, environment("DB_PASSWORD", valueFrom={"secretKeyRef": {"name": "db", "key": "password"}})),
    passes(RULE, environment("TOKEN_PATH", value="/var/run/secrets/eks.amazonaws.com/token")),
    passes(RULE, environment("DB_PASSWORD", value="$(PASSWORD_FROM_FILE)")),
    passes(RULE, environment("AUTH_TOKEN", value="/var/run/token")),
    passes(RULE, values(auth={"existingSecret": "redis", "password": ""}, adminPasswordKey="admin-password")),
    passes(RULE, values(serviceAccount={"automountToken": "false"}, tokenSecretRef="hub-token")),
    passes(RULE, make(LAUNCH_TEMPLATE, {"metadataOptions": {"httpTokens": "required"}})),
    passes(RULE, config(certificate="-----BEGIN CERTIFICATE-----\nMIIB\n", url="postgresql://feast@db:5432/registry")),
    passes(RULE, config(url="postgresql://feast:$(DB_PASSWORD)@db:5432/registry")),
    passes(RULE, user_data("#!/bin/bash\nexport TOKEN=$(curl -s http://169.254.169.254/latest/api/token)\n")),
    passes(RULE, config(**{"redis.conf": "requirepass ${REDIS_PASSWORD}\npassword: ${REDIS_PASSWORD}\n"})),
    passes(
        RULE,
        config(
            **{"job.py": 'def login(password: str, **more: str) -> None:\n    connect(password=password, user="a")\n'}
        ),
    ),
    passes(RULE, config(**{"job.py": 'text = {"password": made, "note": f"password: {name}"}\n'})),
    fails(RULE, config(**{"job.py": 'connect(user="feast", password="hunter22")\n'}), found="holds a password or key"),
    fails(RULE, config(**{"job.py": '{"api_key": r"hunter22"}\n'}), found="holds a password or key"),
    fails(RULE, config(note=f"key {ACCESS_KEY}"), found="data.note holds an AWS access key in plain text"),
    fails(RULE, config(pem=PRIVATE_KEY), found="data.pem holds a private key"),
    fails(RULE, values(github={"value": GITHUB}), found="values.github.value holds a GitHub token"),
    fails(RULE, values(alerts=[SLACK]), found="values.alerts[0] holds a Slack token"),
    fails(RULE, environment("HUB", value=HUGGING_FACE), found="value of HUB holds a Hugging Face token"),
    fails(RULE, environment("NGC", value=NVIDIA), found="holds an NVIDIA API key"),
    fails(RULE, config(kubeconfig=f"user: {TOKEN}"), found="holds a signed token"),
    fails(
        RULE, environment("DB_PASSWORD", value="correct horse"), found="value of DB_PASSWORD is a secret by its name"
    ),
    fails(RULE, config(clientSecret="0a1b2c3d4e"), found="data.clientSecret is a secret by its name"),
    fails(RULE, values(auth={"password": "hunter22"}), found="values.auth.password is a secret by its name"),
    fails(RULE, config(url="postgresql://feast:hunter22@db:5432/registry"), found="holds a password in a URL"),
    fails(RULE, config(redis="redis:6379,password=hunter22,ssl=true"), found="holds a password or key"),
    fails(RULE, config(**{"app.yaml": "db:\n  password: hunter22\n"}), found="holds a password or key"),
    fails(
        RULE,
        user_data(f"#!/bin/bash\naws configure set aws_access_key_id {ACCESS_KEY}\n"),
        found="userData holds an AWS",
    ),
    fails(RULE, user_data("export DB_PASSWORD=hunter22\n"), found="userData holds a password or key"),
    passes(RULE, make(CONFIG_MAP), kind="absent"),
    passes(RULE, config(note=UNKNOWN), kind="unknown"),
    unknown(RULE, config(password=UNKNOWN), undecided="whether data.password is a Pulumi secret"),
]
