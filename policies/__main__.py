"""The policy pack, as the engine starts it (`pulumi up --policy-pack policies`)."""

import sys
from pathlib import Path

# The engine starts this folder as a program, and puts the folder itself on the path instead of the project.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pulumi_policy import PolicyPack

from policies.engine.crossguard import pack_policies
from policies.engine.exceptions import PolicyError

try:
    POLICIES = pack_policies()
except PolicyError as error:
    raise SystemExit(f"policy pack mlplatform: {error}") from None

PolicyPack("mlplatform", policies=POLICIES)
