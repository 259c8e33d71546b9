"""Secrets of the applications that users sign in to by Cognito: a client has two while the application changes over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from json import loads
from typing import Any
from urllib.parse import urlsplit

from components.facts.client_secrets import secret_value

from ..restore.steps import RestoreError, Step
from ..settings import SettingsError
from ..state import State, StateResource
from .tools import Tools
from .versions import Version, new_password
from .workloads import renewed

_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
_MOST = 2
"""Source: Cognito API reference, AddUserPoolClientSecret."""


@dataclass(frozen=True, slots=True)
class Client:
    """An application client with a secret in Secrets Manager."""

    name: str
    id: str
    pool: str
    host: str
    """Where users sign in."""
    secret_arn: str
    secret_name: str

    @property
    def key(self) -> Mapping[str, str]:
        """What Cognito knows the client by."""
        return {"UserPoolId": self.pool, "ClientId": self.id}


def clients(state: State) -> list[Client]:
    """The clients of the stack whose secret is in Secrets Manager.

    Raises:
        SettingsError: the stack has none.
    """
    found = [
        Client(
            client.text("name"),
            client.id,
            client.text("userPoolId"),
            urlsplit(str(client.inputs["callbackUrls"][0])).netloc,
            secret.arn,
            secret.text("name"),
        )
        for client, secret in _pairs(state)
    ]
    if not found:
        raise SettingsError("the state", ["it has no client of Cognito with a secret; nothing to do"])
    return found


def _pairs(state: State) -> Iterator[tuple[StateResource, StateResource]]:
    """Each client with its secret: the value of the secret was made of the client."""
    for version in state.of("aws:secretsmanager/secretVersion:SecretVersion"):
        made_of = [state.by_urn(urn) for urn in version.dependencies.get("secretString", ())]
        kept_in = [state.by_urn(urn) for urn in version.dependencies.get("secretId", ())]
        client = next((each for each in made_of if each and each.type == _CLIENT), None)
        secret = next((each for each in kept_in if each and each.arn), None)
        if client and secret:
            yield client, secret


def client_steps(tools: Tools) -> Iterator[Step]:
    """For each client: a second secret, the change of the application, a sign-in by a person, the end of the first."""
    for client in clients(tools.state):
        name, version = client.name, Version(tools, client.secret_arn)
        prepare, add = f"{name}-prepare", f"{name}-add"
        yield Step(
            prepare,
            f"make a new value in the secret {client.secret_name}",
            partial(version.prepare, partial(_new_value, client), prepare),
        )
        yield Step(
            add,
            f"give the client {name} the new secret beside the old one",
            partial(_added, tools, client, version, add),
        )
        yield Step(
            f"{name}-publish",
            f"make the new value the current one of {client.secret_name}",
            partial(_published, tools, version, prepare),
        )
        yield Step(
            f"{name}-renew",
            f"copy {client.secret_name} into the cluster, and restart what reads it",
            partial(renewed, tools, client.secret_name, f"{name}-renew"),
        )
        yield Step(
            f"{name}-sign-in",
            f"sign in at https://{client.host} in a private window; if it fails, read the application's log, and do "
            "not confirm: the old secret still works",
        )
        yield Step(
            f"{name}-remove", f"remove the old secret of the client {name}", partial(_removed, tools, client, add)
        )
        yield Step(
            f"{name}-check",
            f"check that Cognito shows the new secret of {name}, which a refresh of the stack reads",
            partial(_checked, tools, client, version),
        )


def _new_value(client: Client, current: str) -> str:
    if loads(current)["clientId"] != client.id:
        raise RestoreError(f"the secret {client.secret_name} is of another client; run pulumi up --refresh")
    return secret_value(client.id, new_password())


def _cognito(tools: Tools, client: Client) -> Any:
    return tools.clients("cognito-idp", client.pool.partition("_")[0])


def _ids(tools: Tools, client: Client) -> list[str]:
    """The ids of the client's secrets. An id says when the secret was made, and not its value."""
    answer = _cognito(tools, client).list_user_pool_client_secrets(**client.key)
    return [each["ClientSecretId"] for each in answer["ClientSecrets"]]


def _added(tools: Tools, client: Client, version: Version, step: str) -> Mapping[str, Any]:
    """Add the value of the pending version. After a lost answer, the client has one secret more than before."""
    ids = _ids(tools, client)
    if "before" not in tools.journal.of(step):
        if len(ids) >= _MOST:
            raise RestoreError(
                f"the client {client.name} has two secrets, {' and '.join(ids)}; finish the run that made the second, "
                "or remove the one that the application does not use: aws cognito-idp delete-user-pool-client-secret "
                f"--user-pool-id {client.pool} --client-id {client.id} --client-secret-id <id>"
            )
        tools.journal.note(step, before=ids)
    before = list(tools.journal.of(step)["before"])
    if not set(ids) - set(before):
        new = loads(version.read())["clientSecret"]
        _cognito(tools, client).add_user_pool_client_secret(**client.key, ClientSecret=new)
    return {"before": before}


def _published(tools: Tools, version: Version, preparation: str) -> Mapping[str, Any]:
    return version.publish(str(tools.journal.of(preparation)["before"]))


def _removed(tools: Tools, client: Client, addition: str) -> Mapping[str, Any]:
    """Remove the secrets from before. The client keeps the new one.

    Raises:
        RestoreError: the client has no other secret.
    """
    before = list(tools.journal.of(addition)["before"])
    ids = _ids(tools, client)
    if not set(ids) - set(before):
        raise RestoreError(f"the client {client.name} has lost its new secret; name another run to rotate it again")
    old = [each for each in ids if each in before]
    for each in old:
        _cognito(tools, client).delete_user_pool_client_secret(**client.key, ClientSecretId=each)
    return {"removed": before}


def _checked(tools: Tools, client: Client, version: Version) -> Mapping[str, Any]:
    """Compare what a refresh would read with what the application has.

    Raises:
        RestoreError: they differ, so a refresh would write back a secret that does not work.
    """
    known = _cognito(tools, client).describe_user_pool_client(**client.key)["UserPoolClient"].get("ClientSecret")
    if known != loads(version.read())["clientSecret"]:
        raise RestoreError(
            f"Cognito does not show the new secret of {client.name} yet; deploy without --refresh until it does"
        )
    return {"client": client.name}
