"""The platform of the stack that is selected: load its config, build it, export what others need."""

from pathlib import Path

import pulumi

from stacks.adopted import adopt
from stacks.config import load_config
from stacks.platform import build_platform
from stacks.secret_values import keep_secrets

keep_secrets()
adoption = adopt(Path(__file__).parent, pulumi.get_stack())
for name, value in build_platform(load_config()).items():
    pulumi.export(name, value)
adoption.end()
