"""The settings of the waves, from outputs of other components."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from .notebooks import IMAGES, choice
from .waves import Wave

SIGN_IN_SECRET = "kubeflow/sign-in"  # noqa: S105 - a name
"""The name of the secret of the sign-in's client, after the prefix."""


def wave_settings(
    waves: Sequence[Wave],
    domain: str,
    region: str,
    known: Mapping[str, str],
    notebook_images: Sequence[str] = IMAGES,
    monitoring_namespace: str = "monitoring",
) -> dict[str, dict[str, str]]:
    """The settings of each wave with settings, by its name.

    `known` has fields of `KubeflowClusterArgs`, and `target_group_arn`.

    Raises:
        ValueError: the secret of the sign-in's client does not have the name that the overlays use.
    """
    named, expected = known["client_secret_name"], f"{known['secret_prefix']}/{SIGN_IN_SECRET}"
    if named != expected:
        raise ValueError(f"clientSecretName = {named!r}: the sign-in reads {expected}; use this name")
    host = known["sign_in_url"].removeprefix("https://")
    shared = {
        "monitoringNamespace": monitoring_namespace,
        "vpcCidr": known["vpc_cidr"],
        "host": domain,
        "targetGroupArn": known["target_group_arn"],
        "clientId": known["client_id"],
        "issuer": known["issuer"],
        "redirectUrl": f"https://{domain}/oauth2/callback",
        "signInDomain": host,
        "signOutPath": sign_out_path(known["sign_in_url"], known["client_id"], domain),
        "secretPrefix": known["secret_prefix"],
        "secretStore": known["secret_store"],
        "bucket": known["training_bucket"],
        "region": region,
        "databaseHost": known["database_address"],
        "notebookImages": choice(notebook_images),
    }
    own = {"pipelines": {"databaseHost": known["pipelines_database_address"]}}
    return {
        wave.name: {key: {**shared, **own.get(wave.name, {})}[key] for key in wave.settings}
        for wave in waves
        if wave.settings
    }


def sign_out_path(sign_in_url: str, client_id: str, domain: str) -> str:
    """The path that ends the session of oauth2-proxy, then the user pool's session, and returns to the domain.

    Source: Cognito developer guide, "The managed login sign-out endpoint"; oauth2-proxy, "Endpoints", sign_out.
    """
    back = quote(f"https://{domain}/", safe="")
    leave = f"{sign_in_url}/logout?client_id={client_id}&logout_uri={back}"
    return f"/oauth2/sign_out?rd={quote(leave, safe='')}"
