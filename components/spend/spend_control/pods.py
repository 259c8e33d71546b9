"""The costs of pods: a part of the Cost and Usage Report 2.0 with split cost allocation data, and the views over it.

Split cost allocation data divides the amortized cost of each instance of an EKS cluster among its pods, by what they
request and use of CPU, memory and accelerators. FOCUS 1.2 does not have it. Sources: Data Exports user guide, "Cost and
Usage Report (CUR) 2.0", "Understanding split cost allocation data" and "Split line item details".
"""

from collections.abc import Mapping, Sequence
from string import Template

from .focus import PARTITION, View, tag_value

TABLE = "COST_AND_USAGE_REPORT"
CONFIGURATION = {
    "TIME_GRANULARITY": "DAILY",
    "INCLUDE_RESOURCES": "TRUE",
    "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
    "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "TRUE",
}
"""A day of a pod has two rows, or three with an accelerator; an hour of it would have as many."""

_DOUBLES = tuple(
    f"split_line_item_{name}"
    for name in ("net_split_cost", "net_unused_cost", "split_cost", "split_usage", "split_usage_ratio", "unused_cost")
)
COLUMNS: Mapping[str, str] = {
    "line_item_usage_account_id": "string",
    "line_item_usage_start_date": "timestamp",
    "line_item_usage_type": "string",
    "line_item_resource_id": "string",
    "resource_tags": "map<string,string>",
    "split_line_item_parent_resource_id": "string",
    **dict.fromkeys(_DOUBLES, "double"),
}
"""The exported columns with their types in Glue."""
QUERY = " ".join(["SELECT", ", ".join(COLUMNS), "FROM", TABLE])

_NODE = "regexp_extract({column}, '[^/:]+$')"
"""The id of an instance, which the two exports write alone or at the end of an ARN."""
_NAMESPACES = Template("""
    SELECT
        billing_period, $cluster AS cluster, $namespace AS namespace, $team AS team, $workload AS workload,
        sum($used) AS used, sum($unused) AS unused, sum($used + $unused) AS effective
    FROM $pods
    WHERE split_line_item_parent_resource_id <> ''
    GROUP BY 1, 2, 3, 4, 5
""")
_TEAMS = Template("""
    WITH pods AS (
        SELECT
            billing_period, $parent AS node, $namespace AS namespace, $team AS team, sum($used + $unused) AS effective
        FROM $pods
        WHERE split_line_item_parent_resource_id <> ''
        GROUP BY 1, 2, 3, 4
    ),
    nodes AS (
        SELECT billing_period, $node AS node, max($owner) AS team, max(servicename) AS service
        FROM $bill
        WHERE element_at(skupricedetails, 'InstanceType') IS NOT NULL
        GROUP BY 1, 2
    ),
    parts AS (
        SELECT billing_period, $owner AS team, 'resources' AS kind, servicename AS name, effectivecost AS effective
        FROM $bill
        UNION ALL
        SELECT billing_period, team, 'pods', namespace, effective FROM pods
        UNION ALL
        SELECT
            pods.billing_period, coalesce(nodes.team, '(none)'), 'resources',
            coalesce(nodes.service, 'Amazon Elastic Compute Cloud'), -pods.effective
        FROM pods LEFT JOIN nodes ON pods.billing_period = nodes.billing_period AND pods.node = nodes.node
    )
    SELECT billing_period, team, kind, name, sum(effective) AS effective
    FROM parts
    GROUP BY 1, 2, 3, 4
""")
NAMESPACES, TEAMS = "pod_costs_by_namespace", "showback_by_team"
VIEWS = (NAMESPACES, TEAMS)
"""The names of the views."""


def view(
    name: str, database: str, tables: tuple[str, str], team_tag: str, namespaces: Mapping[str, Sequence[str]]
) -> View:
    """A view over the costs of pods.

    The team of a pod is its label `team_tag`, else the team whose namespace it is in. `showback_by_team` adds up to the
    bill: the costs of pods replace an equal part of the costs of their nodes.

    Args:
        name: The view.
        database: The database of the tables.
        tables: The table of pods, and that of the bill.
        team_tag: The label of pods, and the tag of resources, with the name of a team.
        namespaces: The namespaces of each team.
    """
    pods, bill = (f'"{database}"."{table}"' for table in tables)
    namespace = _tag("aws_eks_namespace")
    known = {
        "pods": pods,
        "bill": bill,
        "cluster": f"coalesce({_tag('aws_eks_cluster_name')}, '(none)')",
        "namespace": f"coalesce({namespace}, '(none)')",
        "workload": f"coalesce({_tag('aws_eks_workload_name')}, '(none)')",
        "team": _team(team_tag, namespace, namespaces),
        "owner": tag_value(team_tag),
        "used": "coalesce(split_line_item_net_split_cost, split_line_item_split_cost, 0)",
        "unused": "coalesce(split_line_item_net_unused_cost, split_line_item_unused_cost, 0)",
        "parent": _NODE.format(column="split_line_item_parent_resource_id"),
        "node": _NODE.format(column="resourceid"),
    }
    template, columns, comment = {
        NAMESPACES: (
            _NAMESPACES,
            {
                **dict.fromkeys((PARTITION, "cluster", "namespace", "team", "workload"), "varchar"),
                **dict.fromkeys(("used", "unused", "effective"), "double"),
            },
            "Costs of pods in each month by cluster, namespace, team and workload",
        ),
        TEAMS: (
            _TEAMS,
            {**dict.fromkeys((PARTITION, "team", "kind", "name"), "varchar"), "effective": "double"},
            "All costs of each month by team: pods by namespace, and other resources by service",
        ),
    }[name]
    return View(columns, " ".join(template.substitute(known).split()), comment)


def _tag(key: str) -> str:
    return f"element_at(resource_tags, {_text(key)})"


def _team(team_tag: str, namespace: str, namespaces: Mapping[str, Sequence[str]]) -> str:
    """The label of the pod, which the report lists as a tag of users, else the team of its namespace."""
    labels = [_tag(f"{prefix}{team_tag}") for prefix in ("user_", "user:", "")]
    cases = [
        f"WHEN {namespace} IN ({', '.join(map(_text, sorted(homes)))}) THEN {_text(team)}"
        for team, homes in sorted(namespaces.items())
        if homes
    ]
    owner = [f"CASE {' '.join(cases)} END"] if cases else []
    return f"coalesce({', '.join([*labels, *owner])}, '(none)')"


def _text(value: str) -> str:
    quoted = value.replace("'", "''")
    return f"'{quoted}'"
