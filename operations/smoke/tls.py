"""The TLS connection to a public name and its certificate."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..settings import fault
from .rest import CallError


@dataclass(frozen=True)
class Connection:
    """The negotiated TLS version, and the time when the certificate expires."""

    version: str
    expires: datetime


def connect(host: str, port: int, trust: ssl.SSLContext, timeout_seconds: float) -> Connection:
    """Connect once. Raises CallError if the name does not respond, or its certificate is not valid."""
    try:
        with (
            socket.create_connection((host, port), timeout_seconds) as plain,
            trust.wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            ends = (wrapped.getpeercert() or {}).get("notAfter")
            version = wrapped.version() or ""
    except ssl.SSLCertVerificationError as error:
        remedy = f"it must be valid for {host}, and its issuer trusted; check the load balancer's certificate"
        raise CallError(fault("certificate", error.verify_message, remedy)) from None
    except OSError as error:
        remedy = f"{host} must respond to TLS at port {port}; check DNS, the load balancer and its security group"
        raise CallError(fault("connection", error.strerror or str(error), remedy)) from None
    return Connection(version, datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC))


def judge_expiry(connection: Connection, now: datetime, days: int) -> list[str]:
    """What is wrong with the time when the certificate expires."""
    if connection.expires - now >= timedelta(days=days):
        return []
    remedy = f"it must be valid for certificateDays = {days} more; find out why it was not renewed"
    return [fault("certificate.expires", connection.expires.isoformat(), remedy)]
