"""The value of the secret in Secrets Manager by which an application proves to Cognito who it is."""

import hashlib
import json


def secret_value(client_id: str, client_secret: str) -> str:
    """The JSON value of a client's secret.

    `cookieSecret` is a hash of the client's secret. An application that encrypts its sessions with it needs no other
    secret, and a new client secret ends all sessions. It has 32 characters, an AES key for oauth2-proxy.
    """
    cookie = hashlib.sha256(f"cookies:{client_secret}".encode()).hexdigest()[:32]
    return json.dumps({"clientId": client_id, "clientSecret": client_secret, "cookieSecret": cookie})
