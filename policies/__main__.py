"""The policy pack, as the engine starts it (`pulumi up --policy-pack policies`)."""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
# The engine puts this folder on the path, where our `kubernetes` would hide the package of that name.
sys.path[:] = [str(_HERE.parent), *(entry for entry in sys.path if entry and Path(entry).resolve() != _HERE)]

from pulumi_policy import PolicyPack  # noqa: E402

from policies.crossguard import pack_policies  # noqa: E402
from policies.exceptions import PolicyError  # noqa: E402

try:
    POLICIES = pack_policies()
except PolicyError as error:
    raise SystemExit(f"policy pack mlplatform: {error}") from None

PolicyPack("mlplatform", policies=POLICIES)
