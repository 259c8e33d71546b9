"""The platform of the stack that is selected: load its config, build it, export what others need."""

import pulumi

from stacks.config import load_config
from stacks.platform import build_platform
from stacks.secret_values import keep_secrets

keep_secrets()
for name, value in build_platform(load_config()).items():
    pulumi.export(name, value)
