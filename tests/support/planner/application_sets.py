"""What the ApplicationSet controller does with Applications when folders of the repository come and go.

Source: Argo CD v3.4.13: Reconcile and deleteInCluster of applicationset/controllers/applicationset_controller.go,
applicationset/utils/policy.go, filterApps of applicationset/generators/git.go, and the flags of
cmd/argocd-applicationset-controller, whose values argo-helm's chart 10.1.1 takes from `configs.params`.
"""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from policies.argo_cd import is_chart
from resources.resource import Resource

_DELETING = {"sync", "create-delete"}
_SEGMENT = re.compile(r"{{index \.path\.segments (\d+)}}")


def parameters(plan: Iterable[Resource]) -> Mapping[str, Any]:
    """The parameters of Argo CD's release in a plan."""
    [release] = [each for each in plan if is_chart(each)]
    return release.inputs["values"]["configs"].get("params", {})


def deletes(application_set: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Whether the controller deletes an Application that the set no longer generates.

    The controller's own policy decides, unless the set may override it and does. When the set itself is deleted, the
    same policy says whether its Applications are deleted too or lose their owner.
    """
    own = params.get("applicationsetcontroller.policy", "")
    overridable = params.get("applicationsetcontroller.enable.policy.override", own == "")
    asked = application_set["spec"].get("syncPolicy", {}).get("applicationsSync")
    return (asked if asked and overridable else own or "sync") in _DELETING


def generated(application_set: Mapping[str, Any], folders: Iterable[str]) -> set[str]:
    """The names of the Applications that a set of Git directories generates."""
    spec = application_set["spec"]
    patterns = [each["path"] for part in spec["generators"] for each in part["git"]["directories"]]
    name = spec["template"]["metadata"]["name"]
    return {_named(name, folder) for folder in folders if any(_matches(folder, pattern) for pattern in patterns)}


def _named(template: str, folder: str) -> str:
    segments = folder.split("/")
    return _SEGMENT.sub(lambda found: segments[int(found[1])], template)


def _matches(folder: str, pattern: str) -> bool:
    """Whether Go's `path.Match` matches: an asterisk stays within its segment."""
    parts, wanted = folder.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def reconciled(
    application_set: Mapping[str, Any], params: Mapping[str, Any], current: set[str], folders: Iterable[str]
) -> set[str]:
    """The set's Applications after the controller has seen the folders."""
    wanted = generated(application_set, folders)
    return wanted if deletes(application_set, params) else current | wanted
