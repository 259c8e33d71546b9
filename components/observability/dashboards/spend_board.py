"""The dashboard of spend: the cost of nodes and teams an hour."""

from .panels import Dashboard, Row, Unit, lines, number, table

SPEND = Dashboard(
    "spend",
    "Spend",
    (
        Row(
            "Nodes",
            (
                number("USD an hour", "sum(node:usd:per_hour)", Unit.USD),
                number("USD a month at this rate", "730 * sum(node:usd:per_hour)", Unit.USD),
                number(
                    "USD an hour that nobody asked for",
                    "sum(node:usd:per_hour) - sum(pod:usd:per_hour)",
                    Unit.USD,
                    note="The price of nodes, less the part that the requests of pods take.",
                ),
                lines(
                    "By instance type",
                    "sum by (label_node_kubernetes_io_instance_type) (node:usd:per_hour)",
                    "{{label_node_kubernetes_io_instance_type}}",
                    Unit.USD,
                ),
            ),
        ),
        Row(
            "Teams",
            (
                lines("USD an hour by namespace", "sum by (namespace) (pod:usd:per_hour)", "{{namespace}}", Unit.USD),
                table("USD a month by namespace", "730 * sum by (namespace) (pod:usd:per_hour)", Unit.USD),
            ),
        ),
    ),
)
