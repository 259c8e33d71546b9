"""What traces in AWS X-Ray do in a month: the part `traces` of the usage section."""

from pydantic import Field

from pricing.spec import Amount, Section


class TraceUsage(Section):
    """A month's spans of the account and region, after sampling."""

    span_gb: Amount = Field(
        default=20,
        description="Spans that X-Ray keeps, in GB a month. A span takes some 1 KB: of 30 million requests with three "
        "spans each, a sampling of 5 percent keeps 4.5 GB, and what is slow or fails comes on top.",
    )
    traces_million: Amount = Field(
        default=5, description="Traces that X-Ray keeps, in millions a month; it indexes a share of them."
    )
