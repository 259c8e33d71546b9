"""The sign-in action of a load balancer for browsers."""

from typing import Any

import pulumi

from .spec import OidcSpec, ServingLoadBalancerArgs, SignInProvider, SignInSpec

_COGNITO = ("cognito_user_pool_arn", "cognito_client_id", "cognito_domain")


def missing(sign_in: SignInSpec | None, args: ServingLoadBalancerArgs) -> str | None:
    """A sentence about the arguments that the sign-in lacks; None when it has all."""
    if sign_in is None:
        return None
    needed = _COGNITO if sign_in.provider is SignInProvider.COGNITO else ("oidc_client_secret",)
    absent = [name for name in needed if args.get(name) is None]
    return f"signIn.provider = {sign_in.provider}: it needs {', '.join(absent)}" if absent else None


def authenticate(sign_in: SignInSpec, args: ServingLoadBalancerArgs) -> dict[str, Any]:
    """The action that signs a user in. It must be the first action of a rule."""
    common = {
        "on_unauthenticated_request": "authenticate",
        "scope": sign_in.scope,
        "session_timeout": sign_in.session_hours * 3600,
    }
    if sign_in.oidc is not None:
        return {"type": "authenticate-oidc", "authenticate_oidc": {**common, **_oidc(sign_in.oidc, args)}}
    cognito = {
        "user_pool_arn": args.get("cognito_user_pool_arn"),
        "user_pool_client_id": args.get("cognito_client_id"),
        "user_pool_domain": args.get("cognito_domain"),
    }
    return {"type": "authenticate-cognito", "authenticate_cognito": {**common, **cognito}}


def _oidc(provider: OidcSpec, args: ServingLoadBalancerArgs) -> dict[str, Any]:
    return {
        "issuer": provider.issuer,
        "authorization_endpoint": provider.authorization_endpoint,
        "token_endpoint": provider.token_endpoint,
        "user_info_endpoint": provider.user_info_endpoint,
        "client_id": provider.client_id,
        "client_secret": pulumi.Output.secret(args.get("oidc_client_secret")),
    }
