"""The controls that rules refer to exist in the catalogues that publish them.

`published_controls.csv` has the title of each, as its source has it: aws is a page of AWS's documentation (the Security
Hub user guide, and the appendix of the Well-Architected Framework) of September 2026; prowler is prowler-cloud/prowler
at 3e000fa (AWS Foundational Security Best Practices, CIS AWS Foundations 3.0, the pillars of security and reliability);
turbot is turbot/steampipe-mod-aws-compliance at a1d0b44; checkov is the policy index of bridgecrewio/checkov at
03d5fda; kube-bench is cfg/eks-1.5.0 of aquasecurity/kube-bench at a73ce37; kubescape is kubescape/regolibrary at
ce7ef32.
"""

import csv
from pathlib import Path

from policies.engine.registry import RULES

with (Path(__file__).parent / "published_controls.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = {(row["catalogue"], row["reference"]): row for row in csv.DictReader(file)}
SOURCES = {"aws", "checkov", "kube-bench", "kubescape", "prowler", "turbot"}


def test_each_reference_is_a_published_control() -> None:
    catalogues = {catalogue for catalogue, _ in PUBLISHED}
    referred = {
        (framework.name, framework.reference): rule.name
        for rule in RULES.values()
        for framework in rule.frameworks
        if framework.name in catalogues
    }
    assert {key: rule for key, rule in referred.items() if key not in PUBLISHED} == {}
    assert [key for key in PUBLISHED if key not in referred] == []


def test_each_published_control_has_a_title_and_a_source() -> None:
    assert all(row["title"] for row in PUBLISHED.values())
    assert {row["source"] for row in PUBLISHED.values()} == SOURCES


def test_a_name_is_written_in_one_way() -> None:
    names = {(framework.name, framework.reference) for rule in RULES.values() for framework in rule.frameworks}
    assert len({(name, reference.lower()) for name, reference in names}) == len(names)
