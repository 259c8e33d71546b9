"""Argo CD's secrets, as ExternalSecrets from Secrets Manager."""

from collections.abc import Mapping
from typing import Any

import pulumi

from ...cluster.external_secrets import external_secret
from .charts import CONFIG, ChartRegistry
from .names import CHARTS_SECRET, NAMESPACE, NOTIFICATIONS_SECRET, PARTS, SSO_SECRET
from .spec import DeliverySpec, RepositoryLogin, RepositorySpec

CLIENT_SECRET = "clientSecret"  # noqa: S105 - a name
SLACK_TOKEN = "slack-token"  # noqa: S105 - a name
GITHUB_APP_ID = "github-app-id"
GITHUB_INSTALLATION_ID = "github-installation-id"
GITHUB_PRIVATE_KEY = "github-private-key"
_FIELDS: dict[RepositoryLogin, dict[str, str]] = {
    RepositoryLogin.GITHUB_APP: {
        "githubAppID": "appId",
        "githubAppInstallationID": "installationId",
        "githubAppPrivateKey": "privateKey",
    },
    RepositoryLogin.TOKEN: {"username": "username", "password": "password"},
}
"""The keys of a repository's Secret, and their fields in Secrets Manager."""

Manifest = dict[str, Any]


def external_secrets(spec: DeliverySpec, store: pulumi.Input[str], prefix: pulumi.Input[str]) -> dict[str, Manifest]:
    """Argo CD's credentials for the OIDC provider, repositories, the chart registry and notifications."""

    def of(use: str) -> pulumi.Output[str]:
        return pulumi.Output.concat(prefix, f"/delivery/{use}")

    made = {"sso": _secret(SSO_SECRET, store, of("sso"), {CLIENT_SECRET: "clientSecret"}, PARTS)}
    for each in spec.repositories:
        made[f"repository-{each.name}"] = _repository(each, store, of(f"repositories/{each.name}"))
    if spec.chart_registry and not (registry := ChartRegistry.of(spec.chart_registry)).on_aws:
        made["charts"] = _charts(registry.host, store, of("charts"))
    if told := _notified(spec):
        made["notifications"] = _secret(NOTIFICATIONS_SECRET, store, of("notifications"), told, PARTS)
    return made


def _notified(spec: DeliverySpec) -> dict[str, str]:
    """The credentials of notifications, which Argo CD expects in one secret."""
    slack = {SLACK_TOKEN: "slackToken"} if spec.slack_channel else {}
    github = {
        GITHUB_APP_ID: "githubAppId",
        GITHUB_INSTALLATION_ID: "githubInstallationId",
        GITHUB_PRIVATE_KEY: "githubPrivateKey",
    }
    return {**slack, **(github if spec.tell_github else {})}


def _repository(repository: RepositorySpec, store: pulumi.Input[str], secret: pulumi.Input[str]) -> Manifest:
    """A login for all repositories whose address has this prefix. Source: Argo CD, "Repository Credentials"."""
    labels = {**PARTS, "argocd.argoproj.io/secret-type": "repo-creds"}
    made = _secret(f"repository-{repository.name}", store, secret, _FIELDS[repository.login], labels)
    made["spec"]["target"]["template"]["data"] |= {"type": "git", "url": repository.url}
    return made


def _charts(host: str, store: pulumi.Input[str], secret: pulumi.Input[str]) -> Manifest:
    """The Docker configuration, with Helm's login to an OCI registry."""
    made = _secret(CHARTS_SECRET, store, secret, {}, PARTS)
    login = '{{ printf "%s:%s" .username .password | b64enc }}'
    made["spec"]["target"]["template"]["data"] = {CONFIG: f'{{"auths": {{"{host}": {{"auth": "{login}"}}}}}}'}
    return made


def _secret(
    name: str,
    store: pulumi.Input[str],
    secret: pulumi.Input[str],
    fields: Mapping[str, str],
    labels: Mapping[str, str],
) -> Manifest:
    made = external_secret(name, NAMESPACE, store, secret, fields)
    made["spec"]["target"]["template"]["metadata"] = {"labels": dict(labels)}
    return made
