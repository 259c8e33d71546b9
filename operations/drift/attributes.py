"""Values that matter of important resources: what the last deployment set, and what AWS has now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..state import SECRET, State, StateResource, region_of
from .findings import Clients, Finding, Findings, Kind, code

_REMEDY = "pulumi refresh shows it; the next pulumi up sets it back; change the stack's file to keep it"
_GONE = {"DBInstanceNotFound", "DBInstanceNotFoundFault", "ReplicationGroupNotFoundFault", "ResourceNotFoundException"}
_GONE_BUCKET = {"NoSuchBucket", "404"}

_DATABASE = {
    "instanceClass": "DBInstanceClass",
    "multiAz": "MultiAZ",
    "publiclyAccessible": "PubliclyAccessible",
    "deletionProtection": "DeletionProtection",
    "backupRetentionPeriod": "BackupRetentionPeriod",
    "storageEncrypted": "StorageEncrypted",
    "iamDatabaseAuthenticationEnabled": "IAMDatabaseAuthenticationEnabled",
    "storageType": "StorageType",
}
_CACHE = {
    "nodeType": "CacheNodeType",
    "atRestEncryptionEnabled": "AtRestEncryptionEnabled",
    "transitEncryptionEnabled": "TransitEncryptionEnabled",
    "snapshotRetentionLimit": "SnapshotRetentionLimit",
}
_STATES = {"automaticFailoverEnabled": "AutomaticFailover", "multiAzEnabled": "MultiAZ"}


def compare_attributes(clients: Clients, state: State, findings: Findings) -> None:
    """Compare databases, caches, node groups, clusters, buckets and security groups."""
    for each in state.of("aws:rds/instance:Instance"):
        with findings.reading(f"rds:DescribeDBInstances of {each.name}"):
            _database(clients("rds", region_of(each.arn)), each, findings)
    for each in state.of("aws:elasticache/replicationGroup:ReplicationGroup"):
        with findings.reading(f"elasticache:DescribeReplicationGroups of {each.name}"):
            _cache(clients("elasticache", region_of(each.arn)), each, findings)
    for each in state.of("aws:eks/nodeGroup:NodeGroup"):
        with findings.reading(f"eks:DescribeNodegroup of {each.name}"):
            _node_group(clients("eks", region_of(each.arn)), each, findings)
    for each in state.of("aws:eks/cluster:Cluster"):
        with findings.reading(f"eks:DescribeCluster of {each.name}"):
            _cluster(clients("eks", region_of(each.arn)), each, findings)
    for each in state.of(*_BUCKET_PARTS):
        _bucket_part(clients("s3", str(each.text("region") or state.region)), each, findings)
    _security_groups(clients, state, findings)


def _missing(resource: StateResource, findings: Findings) -> None:
    remedy = "pulumi refresh tells Pulumi, and the next pulumi up makes it again; restore its data first"
    known = Finding(Kind.MISSING, resource.name, found=resource.arn or resource.id, remedy=remedy)
    if not any(each.kind is Kind.MISSING and each.what == resource.name for each in findings.differences):
        findings.differences.append(known)


def _described(call: Any, resource: StateResource, findings: Findings, gone: set[str] = _GONE) -> Any:
    """What AWS says of a resource; None when it is gone, which is kept. Other errors go on."""
    try:
        return call()
    except Exception as error:
        if code(error) not in gone:
            raise
        _missing(resource, findings)
        return None


def _compare(resource: StateResource, names: Mapping[str, str], found: Mapping[str, Any], findings: Findings) -> None:
    """Compare each input that the program gave. What it left to AWS may have any value."""
    for ours, theirs in names.items():
        expected = resource.inputs.get(ours)
        if expected is not None and expected != SECRET and theirs in found:
            findings.changed(resource.name, ours, expected, found[theirs], _REMEDY)


def _database(client: Any, resource: StateResource, findings: Findings) -> None:
    name = resource.text("identifier")
    answer = _described(lambda: client.describe_db_instances(DBInstanceIdentifier=name), resource, findings)
    if not answer:
        return
    [found] = answer["DBInstances"]
    _compare(resource, _DATABASE, found, findings)
    wanted, version = str(resource.inputs.get("engineVersion", "")), str(found.get("EngineVersion", ""))
    if wanted and version != wanted and not version.startswith(f"{wanted}."):
        findings.changed(resource.name, "engineVersion", wanted, version, _REMEDY)


def _cache(client: Any, resource: StateResource, findings: Findings) -> None:
    name = resource.text("replicationGroupId")
    answer = _described(lambda: client.describe_replication_groups(ReplicationGroupId=name), resource, findings)
    if not answer:
        return
    [found] = answer["ReplicationGroups"]
    _compare(resource, _CACHE, found, findings)
    for ours, theirs in _STATES.items():
        if ours in resource.inputs and theirs in found:
            findings.changed(
                resource.name, ours, bool(resource.inputs[ours]), found[theirs] in ("enabled", "enabling"), _REMEDY
            )
    if "numNodeGroups" in resource.inputs and found.get("NodeGroups"):
        findings.changed(
            resource.name, "numNodeGroups", int(resource.inputs["numNodeGroups"]), len(found["NodeGroups"]), _REMEDY
        )


def _node_group(client: Any, resource: StateResource, findings: Findings) -> None:
    cluster, name = resource.text("clusterName"), resource.text("nodeGroupName")
    answer = _described(lambda: client.describe_nodegroup(clusterName=cluster, nodegroupName=name), resource, findings)
    if not answer:
        return
    found = answer["nodegroup"]
    _compare(resource, {"amiType": "amiType", "capacityType": "capacityType"}, found, findings)
    if resource.inputs.get("instanceTypes"):
        ours, theirs = sorted(resource.inputs["instanceTypes"]), sorted(found.get("instanceTypes") or [])
        findings.changed(resource.name, "instanceTypes", ours, theirs, _REMEDY)
    # The desired size belongs to the autoscaler.
    for ours in ("minSize", "maxSize"):
        expected = resource.inputs.get("scalingConfig", {}).get(ours)
        if expected is not None:
            findings.changed(
                resource.name, f"scalingConfig.{ours}", int(expected), found["scalingConfig"].get(ours), _REMEDY
            )


def _cluster(client: Any, resource: StateResource, findings: Findings) -> None:
    name = resource.text("name") or resource.id
    answer = _described(lambda: client.describe_cluster(name=name), resource, findings)
    if not answer:
        return
    found = answer["cluster"]
    _compare(resource, {"version": "version"}, found, findings)
    ours, theirs = resource.inputs.get("vpcConfig", {}), found.get("resourcesVpcConfig", {})
    for name in ("endpointPublicAccess", "endpointPrivateAccess"):
        if name in ours and name in theirs:
            findings.changed(resource.name, f"vpcConfig.{name}", ours[name], theirs[name], _REMEDY)
    if ours.get("endpointPublicAccess") and ours.get("publicAccessCidrs"):
        findings.changed(
            resource.name,
            "vpcConfig.publicAccessCidrs",
            sorted(ours["publicAccessCidrs"]),
            sorted(theirs.get("publicAccessCidrs", ())),
            _REMEDY,
        )


def _versioning(client: Any, resource: StateResource) -> Iterator[tuple[str, Any, Any]]:
    found = client.get_bucket_versioning(Bucket=resource.inputs["bucket"])
    yield "status", resource.inputs["versioningConfiguration"]["status"], found.get("Status", "Disabled")


def _public_access(client: Any, resource: StateResource) -> Iterator[tuple[str, Any, Any]]:
    try:
        answer = client.get_public_access_block(Bucket=resource.inputs["bucket"])
        found: Mapping[str, Any] = answer["PublicAccessBlockConfiguration"]
    except Exception as error:
        if code(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        found = {}
    for name in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"):
        yield name, bool(resource.inputs.get(name)), bool(found.get(f"{name[0].upper()}{name[1:]}"))


def _encryption(client: Any, resource: StateResource) -> Iterator[tuple[str, Any, Any]]:
    answer = client.get_bucket_encryption(Bucket=resource.inputs["bucket"])
    rules: Sequence[Any] = answer["ServerSideEncryptionConfiguration"]["Rules"]
    found = rules[0]["ApplyServerSideEncryptionByDefault"]
    ours = resource.inputs["rules"][0]["applyServerSideEncryptionByDefault"]
    yield "sseAlgorithm", ours["sseAlgorithm"], found["SSEAlgorithm"]
    if ours.get("kmsMasterKeyId"):
        yield "kmsMasterKeyId", ours["kmsMasterKeyId"], found.get("KMSMasterKeyID")


_BUCKET_PARTS = {
    "aws:s3/bucketVersioning:BucketVersioning": ("s3:GetBucketVersioning", _versioning),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("s3:GetBucketPublicAccessBlock", _public_access),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3:GetEncryptionConfiguration",
        _encryption,
    ),
}


def _bucket_part(client: Any, resource: StateResource, findings: Findings) -> None:
    action, read = _BUCKET_PARTS[resource.type]
    with findings.reading(f"{action} of {resource.name}"):
        values = _described(lambda: list(read(client, resource)), resource, findings, _GONE_BUCKET)
        for name, expected, found in values or ():
            findings.changed(resource.name, name, expected, found, _REMEDY)


def _security_groups(clients: Clients, state: State, findings: Findings) -> None:
    """Compare the rules of each group of the stack. A rule that the program did not make opens something."""
    groups = {each.id: each for each in state.of("aws:ec2/securityGroup:SecurityGroup")}
    ours = {
        each.text("securityGroupRuleId") or each.id: each
        for each in state.of(
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        )
    }
    by_region: dict[str, list[str]] = {}
    for identifier, group in groups.items():
        by_region.setdefault(region_of(group.arn) if group.arn else state.region, []).append(identifier)
    for region, identifiers in by_region.items():
        with findings.reading(f"ec2:DescribeSecurityGroupRules in {region}"):
            pages = clients("ec2", region).get_paginator("describe_security_group_rules")
            filters = [{"Name": "group-id", "Values": sorted(identifiers)}]
            theirs = {
                each["SecurityGroupRuleId"]: each
                for page in pages.paginate(Filters=filters)
                for each in page["SecurityGroupRules"]
            }
            for identifier, rule in theirs.items():
                if identifier not in ours and not _is_inline(groups[rule["GroupId"]]):
                    findings.changed(groups[rule["GroupId"]].name, "rules", "", _shown(rule), _REMEDY)
            for identifier, rule in ours.items():
                if rule.text("securityGroupId") in identifiers and identifier not in theirs:
                    _missing(rule, findings)


def _is_inline(group: StateResource) -> bool:
    """Whether the rules of a group are inputs of the group itself."""
    return bool(group.inputs.get("ingress") or group.inputs.get("egress"))


def _shown(rule: Mapping[str, Any]) -> str:
    """A rule in words."""
    peer = next((str(rule[name]) for name in ("CidrIpv4", "CidrIpv6", "PrefixListId") if rule.get(name)), "")
    peer = peer or str(rule.get("ReferencedGroupInfo", {}).get("GroupId", "anything"))
    way = "to" if rule.get("IsEgress") else "from"
    ports = f"{rule.get('FromPort')}-{rule.get('ToPort')}" if rule.get("FromPort", -1) != -1 else "all ports"
    return f"{rule['SecurityGroupRuleId']}: {rule['IpProtocol']} {ports} {way} {peer}"
