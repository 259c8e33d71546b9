"""Two resources of AWS WAF, registered without their typed classes.

The typed ones take half a second to import, for their arguments nest rules in rules in rules, and rules made as data
gain nothing from them. Tests hold every key to the SDK's own types.
"""

from collections.abc import Mapping
from typing import Any

import pulumi


class WebAcl(pulumi.CustomResource):
    """An aws:wafv2/webAcl:WebAcl, `properties` being its inputs in camel case."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions):
        super().__init__("aws:wafv2/webAcl:WebAcl", name, {**properties, "arn": None}, opts)


class WebAclLoggingConfiguration(pulumi.CustomResource):
    """An aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration, its inputs in camel case."""

    def __init__(self, name: str, properties: Mapping[str, Any], opts: pulumi.ResourceOptions):
        token = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"  # noqa: S105 - no secret
        super().__init__(token, name, dict(properties), opts)
