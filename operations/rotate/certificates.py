"""Certificates: ACM, RDS and cert-manager renew them, and this checks that they did."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from ..restore.steps import Step
from ..settings import SettingsError
from ..state import StateResource, region_of
from .tools import DAY_SECONDS, Tools, day, seconds, settled

_LEFT_DAYS = 30
"""ACM renews at least 45 days before the end, so less than 30 days left means that it could not.

Source: ACM User Guide, "Managed certificate renewal".
"""


def certificate_steps(tools: Tools) -> Iterator[Step]:
    """Check the certificates of load balancers, of databases and inside the cluster.

    Raises:
        SettingsError: the stack has none.
    """
    certificates = tools.state.of("aws:acm/certificate:Certificate")
    databases = tools.state.of("aws:rds/instance:Instance")
    inside = any(each.inputs.get("chart") == "cert-manager" for each in tools.state.of("kubernetes:helm.sh/v3:Release"))
    if not (certificates or databases or inside):
        raise SettingsError("the state", ["it has no certificates; nothing to do"])
    if certificates:
        names = ", ".join(each.text("domainName") for each in certificates)
        yield Step(
            "load-balancers",
            f"check that ACM renews the certificates of {names}",
            partial(_check_acm, tools, certificates),
        )
    if databases:
        names = ", ".join(each.text("identifier") for each in databases)
        yield Step(
            "databases",
            f"check that RDS renews the server certificates of {names}",
            partial(_check_databases, tools, databases),
        )
    if inside:
        yield Step(
            "cluster", "check that cert-manager renews each Certificate in the cluster", partial(_check_cluster, tools)
        )


def _check_acm(tools: Tools, certificates: Sequence[StateResource]) -> Mapping[str, Any]:
    problems: list[str] = []
    ends: dict[str, str] = {}
    for each in certificates:
        client = tools.clients("acm", region_of(each.arn))
        found: Mapping[str, Any] = client.describe_certificate(CertificateArn=each.arn)["Certificate"]
        name, end = found["DomainName"], found.get("NotAfter")
        if found["Status"] != "ISSUED" or not end:
            problems.append(f"the certificate of {name} is {found['Status']}; {_records(found)}")
            continue
        ends[name] = day(end)
        renewal = found.get("RenewalSummary", {}).get("RenewalStatus", "")
        if renewal in ("PENDING_VALIDATION", "FAILED"):
            problems.append(f"the renewal of {name}, which ends on {day(end)}, is {renewal}; {_records(found)}")
        elif tools.days_since(end) > -_LEFT_DAYS:
            problems.append(f"the certificate of {name} ends on {day(end)} and is not renewed; {_records(found)}")
        elif not found.get("InUseBy") and found.get("RenewalEligibility") == "INELIGIBLE":
            problems.append(f"the certificate of {name} is used by no load balancer, so ACM does not renew it; deploy")
    settled(problems)
    return {"ends": ends}


def _records(certificate: Mapping[str, Any]) -> str:
    """The records that prove the names to ACM."""
    records = [
        each["ResourceRecord"] for each in certificate.get("DomainValidationOptions", ()) if "ResourceRecord" in each
    ]
    named = ", ".join(f"{each['Name']} {each['Type']} {each['Value']}" for each in records) or "of the stack"
    return f"look whether public DNS has the records {named}, and whether the zone is delegated"


def _check_databases(tools: Tools, databases: Sequence[StateResource]) -> Mapping[str, Any]:
    """A server certificate of RDS's new authorities is renewed without a restart.

    Source: RDS user guide, "Using SSL/TLS to encrypt a connection to a DB instance".
    """
    problems: list[str] = []
    ends: dict[str, str] = {}
    for each in databases:
        name, client = each.text("identifier"), tools.clients("rds", region_of(each.arn))
        [instance] = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        details = instance.get("CertificateDetails", {})
        authority = details.get("CAIdentifier") or instance.get("CACertificateIdentifier", "")
        [found] = client.describe_certificates(CertificateIdentifier=authority)["Certificates"]
        for what, end in ((f"the certificate of {name}", details.get("ValidTill")), (authority, found["ValidTill"])):
            if end and tools.days_since(end) > -_LEFT_DAYS:
                problems.append(f"{what} ends on {day(end)}; set another caCertIdentifier, and deploy in the window")
        ends[name] = day(details.get("ValidTill") or found["ValidTill"])
    settled(problems)
    return {"ends": ends}


def _check_cluster(tools: Tools) -> Mapping[str, Any]:
    answer = tools.kubectl(["get", "certificates.cert-manager.io", "--all-namespaces", "-o", "json"], "")
    problems: list[str] = []
    items: list[Any] = json.loads(answer)["items"]
    for each in items:
        place = f"{each['metadata']['namespace']}/{each['metadata']['name']}"
        status: Mapping[str, Any] = each.get("status", {})
        ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", ()))
        renewal = status.get("renewalTime")
        late = renewal and tools.clock.now() - seconds(datetime.fromisoformat(renewal)) > DAY_SECONDS
        if not ready or late:
            problems.append(f"the Certificate {place} is not renewed; read its events and the log of cert-manager")
    settled(problems)
    return {"certificates": len(items)}
