"""What AWS Batch accepts as the name of a share."""


def share_identifier(team: str) -> str:
    """What AWS Batch calls a team's share: the team without hyphens, because it accepts letters and digits only.

    Source: AWS Batch API reference, SubmitJob, shareIdentifier.
    """
    return team.replace("-", "")
