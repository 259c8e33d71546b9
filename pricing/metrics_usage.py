"""What Amazon Managed Service for Prometheus and Amazon Managed Grafana do in a month."""

from pydantic import Field

from pricing.spec import Amount, Section


class MetricsUsage(Section):
    """A month's metrics of all workspaces of the stack, which share them evenly."""

    samples_million: Amount = Field(
        default=1000,
        description="Samples that are ingested, in millions a month: active series, times 2.628 divided by the seconds "
        "between two reads. Those that the section metrics derives from nodes and parts of the platform count when it "
        "is left out. The free 40 million are not deducted.",
    )
    queried_billion: Amount = Field(
        default=30,
        description="Samples that rules and dashboards read, in billions a month. A rule over 1,000 series and an hour "
        "at 60 seconds, once a minute, reads 2.6 billion. The free 200 billion are not deducted.",
    )
    bytes_per_sample: Amount = Field(
        default=2, description="Bytes that a stored sample takes, labels included. The free 10 GB are not deducted."
    )
    grafana_editors: Amount = Field(
        default=5, description="Users who edit in each workspace of Amazon Managed Grafana in a month."
    )
    grafana_viewers: Amount = Field(
        default=20, description="Users who only look in each workspace of Amazon Managed Grafana in a month."
    )
