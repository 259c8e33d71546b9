"""Actions and resources that AWS knows: the Service Authorization Reference, which cfn-lint ships."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

KNOWN: Mapping[str, Any] = json.loads(files("cfnlint").joinpath("data/AdditionalSpecs/Policies.json").read_text())


def unknown_to_aws(policy: str) -> list[str]:
    """The actions of a policy that do not exist, or that none of their statement's resources fit."""
    wrong: list[str] = []
    for statement in json.loads(policy)["Statement"]:
        for action in statement["Action"]:
            service, name = action.split(":")
            known = KNOWN[service]["Actions"].get(name.lower())
            if known is None:
                wrong.append(action)
                continue
            kinds = known.get("Resources", ())
            formats = [form for kind in kinds for form in KNOWN[service]["Resources"][kind.lower()]["ARNFormats"]]
            patterns = [re.sub(r"\$\{\w+\}", "[^:]*", form) for form in formats] or [r"\*"]
            named = statement["Resource"]
            arns = [named] if isinstance(named, str) else named
            if arns != ["*"] and not any(re.fullmatch(pattern, arn) for pattern in patterns for arn in arns):
                wrong.append(f"{action} on {named}")
    return wrong
