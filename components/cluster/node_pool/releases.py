"""Releases of EKS's node images: their format and their order."""

import re

_WRITTEN = {
    "al2023": (r"1\.[0-9]+\.[0-9]+-20[0-9]{6}", "1.36.3-20260903"),
    "bottlerocket": (r"[0-9]+\.[0-9]+\.[0-9]+-(?!20[0-9]{6}$)[0-9a-f]{8}", "1.65.0-0be31b34"),
}
"""The pattern and an example by operating system: Kubernetes' version and a day, or Bottlerocket's and a commit.

Source: EKS API reference, Nodegroup.releaseVersion; EKS user guide, "Retrieve Amazon Linux AMI version information".
"""


def unfit(release: str, family: str, kubernetes_version: str | None) -> str | None:
    """The remedy for a release of another operating system or Kubernetes version; None without a problem."""
    pattern, example = _WRITTEN[family]
    if not re.fullmatch(pattern, release):
        return f"{release} is not a release of {family}; write one such as {example}"
    if family == "al2023" and kubernetes_version and not release.startswith(f"{kubernetes_version}."):
        version = kubernetes_version
        return f"{release} is not a release for EKS {version}; write one for {version}, or remove it"
    return None


def newest(first: str, second: str) -> str:
    """The newer of two releases of one operating system."""
    return max(first, second, key=_order)


def _order(release: str) -> tuple[int, ...]:
    """The version, followed by AL2023's date. Bottlerocket's commit has no order."""
    version, _, build = release.partition("-")
    return (*map(int, version.split(".")), int(build) if build.isdigit() else 0)
