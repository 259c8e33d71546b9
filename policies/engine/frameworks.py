"""The recommendations that rules refer to, each under its published name and version."""

from policies.engine.rule import Framework


def security_hub(control: str) -> Framework:
    """A control of AWS Security Hub, for example EC2.8; most are of its standard of foundational best practices.

    Source: AWS Security Hub user guide, "Security Hub controls reference".
    """
    return Framework("AWS Security Hub", control)


def checkov(check: str) -> Framework:
    """A check of Checkov, for example CKV_AWS_210."""
    return Framework("Checkov", check)


def cis_aws(section: str) -> Framework:
    """A section of the CIS AWS Foundations Benchmark."""
    return Framework("CIS AWS Foundations Benchmark", section, "3.0.0")


def cis_eks(section: str) -> Framework:
    """A section of the CIS Amazon EKS Benchmark."""
    return Framework("CIS Amazon EKS Benchmark", section, "1.5.0")


def nsa(chapter: str) -> Framework:
    """A chapter of the NSA and CISA Kubernetes Hardening Guidance."""
    return Framework("NSA-CISA Kubernetes Hardening Guidance", chapter, "1.2")


def pod_security(profile: str) -> Framework:
    """A control of the Kubernetes Pod Security Standards."""
    return Framework("Kubernetes Pod Security Standards", profile)


def finops(capability: str) -> Framework:
    """A capability of the FinOps Framework."""
    return Framework("FinOps Framework", capability)


def well_architected(practice: str) -> Framework:
    """A best practice of the AWS Well-Architected Framework, for example SEC08-BP02."""
    return Framework("AWS Well-Architected Framework", practice)


def eks_guide(chapter: str) -> Framework:
    """A chapter of the Amazon EKS Best Practices Guide."""
    return Framework("Amazon EKS Best Practices Guide", chapter)
