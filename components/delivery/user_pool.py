"""UserPool: an Amazon Cognito user pool with its application clients."""

import re
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pydantic import Field, field_validator

from ..core.component import Component
from ..core.named_outputs import by_name
from ..core.secret_recovery import RecoveryWindowDays
from ..core.spec import Spec, refuse
from ..facts.client_secrets import secret_value

SCOPES = ("openid", "email", "profile")
_NAME = r"[a-z][a-z0-9-]{0,46}[a-z0-9]"
_HOST = r"(?:https://[a-z0-9.-]+|http://localhost)(?::[0-9]{1,5})?"
"""Cognito allows http only for localhost. Source: Amazon Cognito API reference, UserPoolClientType, CallbackURLs."""
_CALLBACK = re.compile(_HOST + r"/\S+")
_LOGOUT = re.compile(_HOST + r"(?:/\S*)?")


class UserPoolClientConfig(TypedDict):
    """An application that users sign in to."""

    name: str
    """A short name, such as kubeflow."""
    callback_urls: list[str]
    """The URLs to which Cognito may redirect a browser with the code."""
    secret: NotRequired[str]
    """The name of its secret, after the prefix. Default: sign-in/<name>."""
    logout_urls: NotRequired[list[str]]
    """The URLs to which Cognito may redirect a browser after the sign-out. Default: none."""
    session_hours: NotRequired[int]
    """Hours until a user signs in again. Default: 12."""


class UserPoolClientSpec(Spec):
    """An application that users sign in to."""

    name: str = Field(pattern=f"^{_NAME}$", description="A short name, such as kubeflow.")
    callback_urls: tuple[str, ...] = Field(
        min_length=1, max_length=100, description="The URLs to which Cognito may redirect a browser with the code."
    )
    secret: str = Field(
        default="",
        pattern=r"^([a-z0-9-]+/)*[a-z0-9-]*$",
        description="The name of its secret, after the prefix. Default: sign-in/<name>.",
    )
    logout_urls: tuple[str, ...] = Field(
        default=(), max_length=100, description="The URLs to which Cognito may redirect a browser after the sign-out."
    )
    session_hours: int = Field(default=12, ge=1, le=168, description="Hours until a user signs in again.")

    @property
    def secret_name(self) -> str:
        """The name of its secret, after the prefix."""
        return self.secret or f"sign-in/{self.name}"

    @field_validator("callback_urls")
    @classmethod
    def _callbacks(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return _addresses(urls, _CALLBACK, "write https, the host and the path, because Cognito sends the code there")

    @field_validator("logout_urls")
    @classmethod
    def _logouts(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return _addresses(urls, _LOGOUT, "write https and the host")


class UserPoolConfig(TypedDict):
    """The settings of a user pool."""

    name: str
    """The user pool's name."""
    domain_prefix: str
    """The prefix of the sign-in pages' domain, unique in the region."""
    clients: list[UserPoolClientConfig]
    """The applications that users sign in to."""
    groups: NotRequired[list[str]]
    """Groups of users, one for each team and role. Default: none."""
    password_length: NotRequired[int]
    """The minimum length of a password. Default: 14."""
    invitation_days: NotRequired[int]
    """Days until the temporary password of a new user expires. Default: 3."""
    recovery_window_days: NotRequired[int]
    """Days that a deleted secret can be restored; 0 deletes immediately. Default: 30."""
    deletion_protection: NotRequired[bool]
    """Whether the pool is protected from deletion. Default: true."""


class UserPoolArgs(UserPoolConfig):
    """The arguments of a UserPool."""

    secret_prefix: pulumi.Input[str]
    """The prefix of the secrets' names, before a slash."""
    secrets_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the secrets."""


class UserPoolSpec(Spec):
    """The checked arguments of a UserPool."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,126}$", description="The user pool's name.")
    domain_prefix: str = Field(
        pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
        description="The prefix of the sign-in pages' domain, unique in the region.",
    )
    clients: tuple[UserPoolClientSpec, ...] = Field(
        min_length=1, max_length=100, description="The applications that users sign in to."
    )
    groups: tuple[str, ...] = Field(default=(), description="Groups of users, one for each team and role.")
    password_length: int = Field(default=14, ge=12, le=99, description="The minimum length of a password.")
    invitation_days: int = Field(
        default=3, ge=1, le=7, description="Days until the temporary password of a new user expires."
    )
    recovery_window_days: RecoveryWindowDays = Field(
        default=30,
        ge=0,
        le=30,
        description="Days that a deleted secret can be restored, 7 to 30; 0 deletes immediately.",
    )
    deletion_protection: bool = Field(default=True, description="Whether the pool is protected from deletion.")

    @field_validator("domain_prefix")
    @classmethod
    def _not_reserved(cls, prefix: str) -> str:
        for word in ("aws", "amazon", "cognito"):
            if word in prefix:
                raise refuse(prefix, f"AWS reserves names with {word}; choose another prefix")
        return prefix

    @field_validator("clients")
    @classmethod
    def _each_once(cls, clients: tuple[UserPoolClientSpec, ...]) -> tuple[UserPoolClientSpec, ...]:
        names = [client.name for client in clients]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse(twice, f"two clients have the name {twice}; rename one")
        secrets = [client.secret_name for client in clients]
        if shared := next((secret for secret in secrets if secrets.count(secret) > 1), None):
            raise refuse(shared, f"two clients have the secret {shared}; rename one")
        return clients

    @field_validator("groups")
    @classmethod
    def _groups(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        for group in groups:
            if not re.fullmatch(_NAME, group):
                raise refuse(group, f"{group!r} is not a group name; use lower case letters, digits and hyphens")
            if groups.count(group) > 1:
                raise refuse(group, f"{group} is named more than once; name each once")
        return groups


class UserPool(Component[UserPoolArgs, UserPoolSpec]):
    """An Amazon Cognito user pool with invited users, a second factor and threat protection.

    Secrets Manager stores the id and secret of each client, and External Secrets copies them to the applications.
    """

    user_pool_id: pulumi.Output[str]
    """The pool's id."""
    user_pool_arn: pulumi.Output[str]
    """The pool's ARN, for a load balancer that signs users in."""
    issuer: pulumi.Output[str]
    """The issuer of its tokens, for OpenID Connect discovery."""
    domain: pulumi.Output[str]
    """The prefix of the sign-in pages' domain, for load balancers."""
    sign_in_url: pulumi.Output[str]
    """The address of the sign-in pages."""
    client_ids: pulumi.Output[dict[str, str]]
    """The id of each client, by its name."""
    secret_names: pulumi.Output[dict[str, str]]
    """The secret in Secrets Manager with clientId and clientSecret, by the client's name, resolved after it exists."""
    group_names: pulumi.Output[list[str]]
    """The groups, as in the claim cognito:groups of tokens."""

    def __init__(self, name: str, args: UserPoolArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, UserPoolArgs, UserPoolSpec, opts)
        spec = self._spec
        region = self._account.region
        pool = self._pool()
        domain = aws.cognito.UserPoolDomain(
            f"{name}-domain",
            user_pool_id=pool.id,
            domain=spec.domain_prefix,
            managed_login_version=2,
            opts=self._child,
        )
        groups = [
            aws.cognito.UserGroup(f"{name}-group-{group}", user_pool_id=pool.id, name=group, opts=self._child)
            for group in spec.groups
        ]
        clients = {client.name: self._client(pool, client) for client in spec.clients}
        secrets = {client.name: self._secret(client, clients[client.name]) for client in spec.clients}
        self.user_pool_id = pool.id
        self.user_pool_arn = pool.arn
        self.issuer = pool.endpoint.apply(lambda endpoint: f"https://{endpoint}")
        self.domain = domain.domain
        self.sign_in_url = domain.domain.apply(lambda prefix: f"https://{prefix}.auth.{region}.amazoncognito.com")
        self.client_ids = by_name({each: client.id for each, client in clients.items()})
        self.secret_names = by_name(secrets)
        self.group_names = pulumi.Output.all(*(group.name for group in groups)).apply(lambda names: list(names))
        self._publish()

    def _pool(self) -> aws.cognito.UserPool:
        name, spec = self._name, self._spec
        pool = aws.cognito.UserPool(
            f"{name}-pool",
            name=spec.name,
            # Only this tier has threat protection.
            user_pool_tier="PLUS",
            user_pool_add_ons={"advanced_security_mode": "ENFORCED"},
            mfa_configuration="ON",
            software_token_mfa_configuration={"enabled": True},
            admin_create_user_config={"allow_admin_create_user_only": True},
            # Applications identify users by email address, so it must be verified and case-insensitive.
            username_attributes=["email"],
            username_configuration={"case_sensitive": False},
            auto_verified_attributes=["email"],
            user_attribute_update_settings={"attributes_require_verification_before_updates": ["email"]},
            account_recovery_setting={"recovery_mechanisms": [{"name": "verified_email", "priority": 1}]},
            password_policy={
                "minimum_length": spec.password_length,
                "require_lowercase": True,
                "require_uppercase": True,
                "require_numbers": True,
                "require_symbols": True,
                "password_history_size": 5,
                "temporary_password_validity_days": spec.invitation_days,
            },
            deletion_protection="ACTIVE" if spec.deletion_protection else "INACTIVE",
            tags={"Name": spec.name},
            opts=pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
        )
        aws.cognito.RiskConfiguration(f"{name}-risk", user_pool_id=pool.id, **risk_answers(), opts=self._child)
        return pool

    def _client(self, pool: aws.cognito.UserPool, client: UserPoolClientSpec) -> aws.cognito.UserPoolClient:
        made = aws.cognito.UserPoolClient(
            f"{self._name}-client-{client.name}",
            user_pool_id=pool.id,
            name=client.name,
            generate_secret=True,
            allowed_oauth_flows_user_pool_client=True,
            allowed_oauth_flows=["code"],
            allowed_oauth_scopes=list(SCOPES),
            supported_identity_providers=["COGNITO"],
            # Users sign in only on the pages of the domain, never with a password over the API.
            explicit_auth_flows=["ALLOW_REFRESH_TOKEN_AUTH"],
            callback_urls=list(client.callback_urls),
            logout_urls=list(client.logout_urls),
            read_attributes=["email", "email_verified", "name"],
            write_attributes=["name"],
            enable_token_revocation=True,
            prevent_user_existence_errors="ENABLED",
            access_token_validity=60,
            id_token_validity=60,
            refresh_token_validity=client.session_hours,
            token_validity_units={"access_token": "minutes", "id_token": "minutes", "refresh_token": "hours"},
            opts=self._child,
        )
        # A client without a style has no sign-in page.
        aws.cognito.ManagedLoginBranding(
            f"{self._name}-pages-{client.name}",
            user_pool_id=pool.id,
            client_id=made.id,
            use_cognito_provided_values=True,
            opts=self._child,
        )
        return made

    def _secret(self, client: UserPoolClientSpec, resource: aws.cognito.UserPoolClient) -> pulumi.Output[str]:
        """The name of the client's secret, resolved after its value exists.

        Cognito creates the value, and the provider stores it in the state, encrypted as a Pulumi secret. A write-only
        argument would not help, because Pulumi stores all inputs of a resource in its state.
        """
        secret = aws.secretsmanager.Secret(
            f"{self._name}-secret-{client.name}",
            name=pulumi.Output.concat(self._args["secret_prefix"], f"/{client.secret_name}"),
            description=f"How {client.name} proves who it is to the user pool {self._spec.name}.",
            kms_key_id=self._args["secrets_key_arn"],
            recovery_window_in_days=self._spec.recovery_window_days,
            opts=self._child,
        )
        value = pulumi.Output.all(resource.id, resource.client_secret).apply(lambda known: secret_value(*known))
        version = aws.secretsmanager.SecretVersion(
            f"{self._name}-value-{client.name}",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(value),
            opts=self._child,
        )
        return pulumi.Output.all(secret.name, version.id).apply(lambda known: str(known[0]))


def risk_answers() -> dict[str, Any]:
    """The actions of threat protection: it blocks leaked passwords and high-risk sign-ins.

    A lower risk requires the second factor, which every user has. Source: Cognito developer guide, "Advanced
    security with threat protection".
    """
    takeover = {"high": "BLOCK", "medium": "MFA_REQUIRED", "low": "MFA_REQUIRED"}
    return {
        "compromised_credentials_risk_configuration": {"actions": {"event_action": "BLOCK"}},
        "account_takeover_risk_configuration": {
            "actions": {
                f"{level}_action": {"event_action": action, "notify": False} for level, action in takeover.items()
            }
        },
    }


def _addresses(urls: tuple[str, ...], form: re.Pattern[str], remedy: str) -> tuple[str, ...]:
    for url in urls:
        if not form.fullmatch(url) or "*" in url or "#" in url:
            raise refuse(url, f"{url} is not a valid address; {remedy}")
        if urls.count(url) > 1:
            raise refuse(url, f"{url} is named more than once; name each once")
    return urls
