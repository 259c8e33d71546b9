"""A state of Terraform, version 4, as its AWS provider writes it, of a platform that was there before the stack.

Attributes are named as in the documentation of hashicorp/terraform-provider-aws v6.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACCOUNT, REGION = "111122223333", "us-east-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0f0e0d0c-1111-2222-3333-444455556666"


def instance(
    kind: str, title: str, /, *, module: str = "", key: str = "", mode: str = "managed", **attributes: Any
) -> dict[str, Any]:
    """A resource with one instance."""
    made: dict[str, Any] = {"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}
    if key:
        made["index_key"] = key
    resource = {"mode": mode, "type": kind, "name": title, "provider": "aws", "instances": [made]}
    return {"module": module, **resource} if module else resource


def bucket(name: str, title: str, **attributes: Any) -> dict[str, Any]:
    """A bucket of the old platform."""
    arn = f"arn:aws:s3:::{name}"
    base: dict[str, Any] = {"id": name, "bucket": name, "arn": arn, "force_destroy": False, "tags": {}}
    return instance("aws_s3_bucket", title, **(base | attributes))


def database(**attributes: Any) -> dict[str, Any]:
    """PostgreSQL as the old platform has it: encrypted with a key of its own, in the old network."""
    name = "acme-metadata"
    base: dict[str, Any] = {
        "id": "db-ABCDEFGHIJKL",
        "identifier": name,
        "arn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}",
        "allocated_storage": 500,
        "backup_retention_period": 7,
        "db_subnet_group_name": "acme-data",
        "deletion_protection": False,
        "engine": "postgres",
        "engine_version": "16.4",
        "instance_class": "db.r6g.xlarge",
        "kms_key_id": KEY,
        "manage_master_user_password": None,
        "multi_az": True,
        "parameter_group_name": "acme-postgres16",
        "password": "correct-horse",
        "storage_encrypted": True,
        "storage_type": "gp3",
        "tags": {"Name": name, "team": "ml"},
        "username": "acme",
        "vpc_security_group_ids": ["sg-0aaaabbbbccccdddd"],
    }
    return instance("aws_db_instance", "metadata", module="module.data", **(base | attributes))


def cache(**attributes: Any) -> dict[str, Any]:
    """The online store of the old platform."""
    name = "acme-online-features"
    base: dict[str, Any] = {
        "id": name,
        "replication_group_id": name,
        "arn": f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:{name}",
        "at_rest_encryption_enabled": True,
        "auth_token": "not-to-be-seen",
        "automatic_failover_enabled": True,
        "description": "online features",
        "engine": "redis",
        "engine_version": "7.1",
        "kms_key_id": KEY,
        "multi_az_enabled": True,
        "node_type": "cache.r6g.4xlarge",
        "num_node_groups": 5,
        "port": 6379,
        "subnet_group_name": "acme-data",
        "transit_encryption_enabled": True,
    }
    return instance("aws_elasticache_replication_group", "online", module="module.data", **(base | attributes))


def old_platform() -> list[dict[str, Any]]:
    """Storage, database, cache, network and cluster that Terraform made."""
    return [
        bucket("acme-ml-raw-data", "raw"),
        bucket("acme-ml-training-sets", "training"),
        bucket("acme-website", "website"),
        instance(
            "aws_s3_bucket_versioning",
            "raw",
            id="acme-ml-raw-data",
            bucket="acme-ml-raw-data",
            expected_bucket_owner="",
            versioning_configuration=[{"mfa_delete": "", "status": "Enabled"}],
        ),
        database(),
        cache(),
        instance("aws_vpc", "main", id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/16", tags={"Name": "acme"}),
        instance(
            "aws_ecr_repository",
            "this",
            key="risk/fraud-scorer",
            id="risk/fraud-scorer",
            name="risk/fraud-scorer",
            arn=f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/risk/fraud-scorer",
            image_tag_mutability="MUTABLE",
        ),
        instance("aws_eks_cluster", "main", id="acme", arn=f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/acme"),
        instance("aws_caller_identity", "here", mode="data", id=ACCOUNT),
        instance("random_password", "database", id="none", result="not-to-be-seen"),
    ]


def write(path: Path, resources: list[dict[str, Any]], **changes: Any) -> Path:
    """The state as a file."""
    document: Mapping[str, Any] = {
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": 7,
        "lineage": "1c1c1c1c-0000-4000-8000-000000000000",
        "outputs": {},
        "resources": resources,
        **changes,
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
