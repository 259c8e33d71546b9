"""What services that cost by use do in a month: the part `services` of the usage section."""

from pydantic import Field

from pricing.spec import Amount, Section


class ServiceUsage(Section):
    """A month's use of each resource of a service. The stacks of this repository have none of them."""

    function_million: Amount = Field(default=1, description="Requests to each Lambda function, in millions a month.")
    milliseconds: Amount = Field(
        default=100,
        description="Milliseconds that a request to a function, or an execution of an express state machine, takes.",
    )
    api_million: Amount = Field(
        default=1,
        description="Requests to each API of API Gateway, or messages of a WebSocket API, in millions a month.",
    )
    connected_million_minutes: Amount = Field(
        default=1, description="Minutes that clients are connected to each WebSocket API, in millions a month."
    )
    table_write_million: Amount = Field(
        default=1, description="Write request units of each DynamoDB table on demand, in millions a month."
    )
    table_read_million: Amount = Field(
        default=1, description="Read request units of each DynamoDB table on demand, in millions a month."
    )
    table_gb: Amount = Field(default=1, description="Data in each DynamoDB table over the month, in GB.")
    distributed_gb: Amount = Field(
        default=100, description="Data out to the internet from each CloudFront distribution, in GB a month."
    )
    distributed_million: Amount = Field(
        default=1, description="Requests by HTTPS to each CloudFront distribution, in millions a month."
    )
    events_million: Amount = Field(
        default=1, description="Events that programs put on each event bus of their own, in millions a month."
    )
    transitions_thousand: Amount = Field(
        default=100, description="State transitions of each standard state machine, in thousands a month."
    )
    executions_million: Amount = Field(
        default=1, description="Executions of each express state machine, in millions a month."
    )
    file_gb: Amount = Field(default=10, description="Data in each file system of EFS over the month, in GB.")
    transit_gb: Amount = Field(
        default=100,
        description="Data through each attachment of a transit gateway, and each network firewall, in GB a month.",
    )
    glue_dpu_hours: Amount = Field(
        default=10, description="Hours of data processing units (DPU) of each Glue job and crawler, a month."
    )
    aurora_gb: Amount = Field(default=10, description="Data in each Aurora cluster over the month, in GB.")
    aurora_io_million: Amount = Field(
        default=1, description="Reads and writes of each Aurora cluster, in millions a month, where they cost."
    )
    aurora_capacity_units: Amount = Field(
        default=0.5,
        description="Aurora capacity units (ACU) that each serverless instance has on average over the month.",
    )
