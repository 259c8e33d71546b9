"""Two AWS WAF resources, registered without the SDK's typed classes.

Importing the typed classes takes half a second, because their arguments nest rules deeply, and they add nothing to
rules built as data. Tests compare every key with the SDK's types.
"""

from collections.abc import Mapping
from typing import Any

import pulumi


class WebAcl(pulumi.CustomResource):
    """An aws:wafv2/webAcl:WebAcl. `properties` are its inputs in camel case."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions):
        super().__init__("aws:wafv2/webAcl:WebAcl", name, {**properties, "arn": None}, opts)


class WebAclLoggingConfiguration(pulumi.CustomResource):
    """An aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration, its inputs in camel case."""

    def __init__(self, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions):
        token = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"  # noqa: S105 - no secret
        super().__init__(token, name, dict(properties), opts)
