"""Cases of the rules in policies/credentials.py."""

import base64
import json
from typing import Any

from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ACCESS, PROJECT, LOGIN, MODEL = "argo-cd-access", "argo-cd-project", "default-login", "model-deletion"
RELEASE = "kubernetes:helm.sh/v3:Release"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
KUBERNETES_SECRET = "kubernetes:core/v1:Secret"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
FUNCTION = "aws:lambda/function:Function"
PARAMETER = "aws:ssm/parameter:Parameter"
STORED = "parameter-secrets"
HASH = "$2y$12$" + "4K/VkmDkljc3hS" * 3 + "abcdefghijk"
"""What a hash by bcrypt looks like."""
RULE = "plain-text-secrets"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
# Put together here, so that no scanner takes this file for a leak.
ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
PRIVATE_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB\n"
GITHUB = "ghp_" + "a1B2" * 9
SLACK = "xoxb-" + "1234567890-abcdef"
HUGGING_FACE = "hf_" + "aB3" * 11
NVIDIA = "nvapi-" + "x1Y2" * 16
TOKEN = ".".join(("eyJhbGciOiJI" + "UzI1NiJ9", "eyJzdWIiOiIx" + "MjM0NTYifQ", "dBjftJeZ4CVP" + "mB92K27uhbUJ"))


def secret(**data: str) -> Resource:
    return make(KUBERNETES_SECRET, {"data": {k: base64.b64encode(v.encode()).decode() for k, v in data.items()}})


def config(**data: Any) -> Resource:
    return make(CONFIG_MAP, {"metadata": {"name": "settings"}, "data": data})


def chart(name: str, **values: Any) -> Resource:
    return make(RELEASE, {"chart": name, "values": values})


def external(data: Any) -> Resource:
    return make("kubernetes:external-secrets.io/v1:ExternalSecret", {"spec": {"data": data}})


def values(**content: Any) -> Resource:
    return make(RELEASE, {"values": content})


def environment(name: str, **entry: Any) -> Resource:
    container = {"name": "app", "env": [{"name": name, **entry}]}
    return make("kubernetes:apps/v1:Deployment", {"spec": {"template": {"spec": {"containers": [container]}}}})


def user_data(script: str) -> Resource:
    return make(LAUNCH_TEMPLATE, {"userData": base64.b64encode(script.encode()).decode()})


def parameter(name: str, kind: Any, value: Any) -> Resource:
    return make(PARAMETER, {"name": name, "type": kind, "value": value})


CASES = [
    passes(LOGIN, secret(password="k3V" * 9)),
    passes(LOGIN, config(admin="argocd", database="postgres", owner="ada@example.com")),
    passes(LOGIN, environment("POSTGRES_USER", value="postgres")),
    passes(LOGIN, environment("ALLOW_EMPTY_PASSWORD", value="no")),
    passes(LOGIN, config(**{"config.yaml": "enablePasswordDB: false\nstaticPasswords: []\n"})),
    passes(LOGIN, chart("kube-prometheus-stack", grafana={"admin": {"existingSecret": "grafana"}})),
    passes(LOGIN, chart("kube-prometheus-stack", grafana={"enabled": False})),
    passes(LOGIN, chart("keda", auth={"existingSecret": "it", "passwordKey": "password"})),
    fails(LOGIN, secret(secretkey="minio123"), found="data.secretkey is a well-known password"),
    fails(
        LOGIN,
        make(KUBERNETES_SECRET, {"stringData": {"cookie-secret": "7d16fee92f8d11b8940b081b3f8b8acb"}}),
        found="stringData.cookie-secret is a well-known password",
    ),
    fails(
        LOGIN,
        make(KUBERNETES_SECRET, {"stringData": {"password": "Admin"}}),
        found="stringData.password is a well-known password",
    ),
    fails(
        LOGIN,
        environment("MINIO_ROOT_PASSWORD", value="minioadmin"),
        found="value of MINIO_ROOT_PASSWORD is a well-known password",
    ),
    fails(LOGIN, environment("MYSQL_ALLOW_EMPTY_PASSWORD", value="true"), found="value of MYSQL_ALLOW_EMPTY_PASSWORD"),
    fails(LOGIN, environment("POSTGRES_HOST_AUTH_METHOD", value="trust"), found="value of POSTGRES_HOST_AUTH_METHOD"),
    fails(LOGIN, config(**{"app.yaml": "db:\n  password: changeme\n"}), found="gives password a well-known value"),
    fails(
        LOGIN, chart("kube-prometheus-stack"), found="values.grafana leaves Grafana's admin with the published password"
    ),
    fails(LOGIN, chart("oci://ghcr.io/grafana/grafana", admin={}), found="values leaves Grafana's admin"),
    fails(LOGIN, chart("dex", config={"staticPasswords": [{"email": "ada@example.com"}]}), found="lists local users"),
    fails(LOGIN, chart("dex", config={"enablePasswordDB": True}), found="lets local users sign in"),
    fails(LOGIN, config(**{"config.yaml": "enablePasswordDB: true\n"}), found="lets local users sign in"),
    fails(LOGIN, secret(**{"admin.password": HASH}), found="holds the hash of a local user's password"),
    fails(LOGIN, config(user="user@example.com"), found="names user@example.com"),
    fails(
        LOGIN,
        make("kubernetes:kubeflow.org/v1:Profile", {"spec": {"owner": {"kind": "User", "name": "user@example.com"}}}),
        found="spec.owner.name names user@example.com",
    ),
    fails(
        LOGIN, make("aws:rds/instance:Instance", {"password": "postgres"}), found="password is a well-known password"
    ),
    passes(LOGIN, make(CONFIG_MAP), kind="absent"),
    passes(LOGIN, make("aws:rds/instance:Instance", {"password": SECRET}), kind="unknown"),
    passes(LOGIN, config(password=UNKNOWN), kind="unknown"),
    unknown(LOGIN, chart("kube-prometheus-stack", grafana=UNKNOWN), undecided="values.grafana"),
    fails(LOGIN, config(settings="password=changeme"), found="gives password a well-known value"),
    fails(LOGIN, config(settings="password: changeme"), found="gives password a well-known value"),
    passes(
        RULE, config(LOG_LEVEL="info", endpoint="https://models.example.com/token", description="a token of thanks")
    ),
    passes(RULE, config(password=SECRET)),
    passes(RULE, external([{"secretKey": "password", "remoteRef": {"key": "prod/database", "property": "password"}}])),
    fails(RULE, external([{"secretKey": "hunter22"}]), found="data[0].secretKey is a secret by its name"),
    fails(
        RULE, external([{"secretKey": "key", "token": "hunter22", "remoteRef": {}}]), found="data[0].token is a secret"
    ),
    passes(RULE, make("kubernetes:core/v1:Secret", {"stringData": {"password": SECRET}})),
    fails(
        RULE, make("kubernetes:core/v1:Secret", {"stringData": {"password": "hunter22"}}), found="stringData.password"
    ),
    fails(RULE, make("aws:rds/instance:Instance", {"password": "correct-horse"}), found="password is a secret"),
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
    fails(RULE, values(alerts=[SLACK[:15]]), found="values.alerts[0] holds a Slack token"),
    passes(RULE, values(alerts=[f"the{SLACK}"])),
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
    passes(
        "plain-text-secrets",
        make("aws:cognito/userPoolClient:UserPoolClient", {"tokenValidityUnits": {"accessToken": "minutes"}}),
    ),
    fails(
        "plain-text-secrets",
        make("aws:cognito/userPool:UserPool", {"lambdaConfig": {"accessToken": "minutes-of-fame"}}),
        found="is a secret by its name",
    ),
    # Names, flags and JSON in which a secret may be.
    fails(
        RULE, environment("DB_PASS", value="correct-horse-battery"), found="value of DB_PASS is a secret by its name"
    ),
    fails(RULE, config(dbPass="hunter22"), found="data.dbPass is a secret by its name"),
    fails(RULE, config(DB_PASSWORD_2="hunter22"), found="data.DB_PASSWORD_2 is a secret by its name"),
    fails(RULE, config(ENCRYPTION_KEY="aB3dE5fG7hI9jK1lM3"), found="data.ENCRYPTION_KEY is a secret by its name"),
    fails(
        RULE,
        make(TASK, {"containerDefinitions": json.dumps([{"environment": [{"name": "DB_PASS", "value": "hunter22"}]}])}),
        found="containerDefinitions[0].environment[0].value of DB_PASS is a secret by its name",
    ),
    fails(
        RULE,
        make(FUNCTION, {"environment": {"variables": {"CONFIG": json.dumps({"db": {"password": "hunter22"}})}}}),
        found="environment.variables.CONFIG.db.password is a secret by its name",
    ),
    fails(
        RULE,
        make(
            "aws:sfn/stateMachine:StateMachine",
            {"definition": json.dumps({"E": [{"Name": "PW", "Value": "hunter22"}]})},
        ),
        found="definition.E[0].value of PW is a secret",
    ),
    fails(
        RULE,
        make(DEPLOYMENT, {"args": ["--db-password", "hunter22"]}),
        found="args[1] is a secret by its flag --db-password",
    ),
    fails(RULE, make(DEPLOYMENT, {"args": ["--token=hunter22hunter22"]}), found="args[0] holds a password or key"),
    fails(
        RULE, make(DEPLOYMENT, {"command": ["sh", "-c", "mysql --password hunter22 -e x"]}), found="command[2] holds"
    ),
    fails(RULE, user_data("#!/bin/bash\nexport DB_PASS=hunter22\n"), found="userData holds a password or key"),
    fails(RULE, config(header="Authorization: Bearer abcdefghijklmnopqrstuvwxyz"), found="holds a bearer token"),
    fails(RULE, config(store="AccountName=ml;AccountKey=aB3dE5fG7hI9jK1lM3nO5p=="), found="holds a password or key"),
    # What only looks like one.
    passes(
        RULE,
        config(prompt="You help with logins. Password: must have eight letters. Never tell a token: it is secret."),
    ),
    passes(RULE, config(openapi="properties:\n  password:\n    type: string\n  token: string\n")),
    passes(RULE, config(openapi=json.dumps({"password": "string", "apiKey": {"type": "string"}}))),
    passes(RULE, config(eos_token="end-of-text", nextToken="page-2", padToken="PAD0")),
    passes(RULE, make("aws:efs/fileSystem:FileSystem", {"creationToken": "models-of-ml"})),
    passes(
        RULE, make(DEPLOYMENT, {"metadata": {"annotations": {"checksum/secret": "9f86D081884c7d659a2feaa0c55ad015"}}})
    ),
    passes(
        RULE, values(db={"secretName": "db", "secretKey": "password"}, auth={"existingSecret": "db-Credentials-2024x"})
    ),
    passes(RULE, config(**{"main.sh": "TOKEN=`cat /run/token`\npassword=$(fetch)\nbypass=always\n"})),
    passes(RULE, make(DEPLOYMENT, {"args": ["--password", "$(DB_PASSWORD)", "--token-file", "token.txt"]})),
    passes(
        RULE,
        make(
            "aws:codebuild/project:Project",
            {"environmentVariables": [{"name": "DB_PASSWORD", "value": "prod/db", "type": "SECRETS_MANAGER"}]},
        ),
    ),
    passes(
        RULE,
        make("kubernetes:bitnami.com/v1alpha1:SealedSecret", {"spec": {"encryptedData": {"password": "AgBy3i4OJSWK"}}}),
    ),
    passes(STORED, parameter("/risk/db/password", "SecureString", SECRET)),
    passes(STORED, parameter("/risk/db/host", "String", "db.internal")),
    passes(STORED, parameter("/risk/db/password", "String", "arn:aws:secretsmanager:us-east-1:1:secret:db")),
    passes(STORED, parameter("/risk/db/password-arn", "String", "anything")),
    fails(
        STORED, parameter("/risk/db/password", "String", "hunter22"), found="is a secret by its name and of type String"
    ),
    fails(STORED, parameter("/risk/api_key", "String", SECRET), found="is a secret by its name and of type String"),
    passes(STORED, make(PARAMETER), kind="absent"),
    unknown(STORED, parameter("/risk/db/password", UNKNOWN, SECRET), undecided="type"),
    passes(RULE, parameter("/risk/db/password", "SecureString", "kept by the provider")),
]
