"""Quotas of Amazon EMR Serverless: vCPUs of all applications of an account."""

import re
from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota
from resources.index import ResourceIndex
from resources.inputs import read, text

# The default of a new account. Applications are created without it; their jobs fail later. Source: EMR Serverless user
# guide, "Endpoints and quotas".
_VCPUS = Limit("L-D05C8A75", "Max concurrent vCPUs per account", 16)
_APPLICATION = "aws:emrserverless/application:Application"


def emr_quotas(index: ResourceIndex) -> Iterator[Quota]:
    """The vCPUs that all applications may use at the same time."""
    limits = {
        each.name: _vcpus(text(read(each.inputs, "maximumCapacity", "cpu"))) for each in index.of_type(_APPLICATION)
    }
    needed = sum(limits.values())
    if needed > _VCPUS.default:
        why = "; ".join(f"{name}: up to {vcpus} vCPUs" for name, vcpus in limits.items() if vcpus)
        yield quota("emr-serverless", _VCPUS, needed, why)


def _vcpus(written: object) -> int:
    """`64 vCPU` as a number; 0 where it is absent or unknown."""
    found = re.match(r"\s*(\d+)", written) if isinstance(written, str) else None
    return int(found[1]) if found else 0
