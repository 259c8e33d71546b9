"""What the infrastructure decides for the waves, from what the other components know."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from .notebooks import IMAGES, choice
from .waves import Wave

SIGN_IN_SECRET = "kubeflow/sign-in"  # noqa: S105 - a name
"""What the secret of the sign-in's client is called, after the prefix."""


def wave_settings(
    waves: Sequence[Wave],
    domain: str,
    region: str,
    known: Mapping[str, str],
    notebook_images: Sequence[str] = IMAGES,
) -> dict[str, dict[str, str]]:
    """The settings of each wave that has some, by its name.

    `known` has the names of `KubeflowClusterArgs`, and `target_group_arn`.

    Raises:
        ValueError: when the secret of the sign-in's client is not where the overlays look for it.
    """
    named, expected = known["client_secret_name"], f"{known['secret_prefix']}/{SIGN_IN_SECRET}"
    if named != expected:
        raise ValueError(f"clientSecretName = {named!r}: the sign-in reads {expected}; call it so")
    host = known["sign_in_url"].removeprefix("https://")
    shared = {
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
    """Ends the session of the mesh, then that of the user pool, and comes back.

    Source: Cognito developer guide, "The managed login sign-out endpoint"; oauth2-proxy, "Endpoints", sign_out.
    """
    back = quote(f"https://{domain}/", safe="")
    leave = f"{sign_in_url}/logout?client_id={client_id}&logout_uri={back}"
    return f"/oauth2/sign_out?rd={quote(leave, safe='')}"
