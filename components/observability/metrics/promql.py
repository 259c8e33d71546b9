"""Whether Prometheus can read an expression that a config gives."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

_LONGEST = 2_000
"""Characters. The parser's time grows with the square of the depth, and a stack that overflows ends the process."""
_INTERVALS = ("$__rate_interval", "$__interval", "$__range")
"""Grafana's variables that stand for a duration, the longest name first."""
_MOST_ROWS = 3
"""Panels within rows. Grafana has one level of rows."""


def expression_problem(expression: str) -> str | None:
    """What is wrong with a PromQL expression. None for one that Prometheus reads, and for a very long one.

    The parser is GreptimeTeam/promql-parser, a port of Prometheus's own, which checks types of arguments too.
    """
    if len(expression) > _LONGEST:
        return None
    # Only a config with rules of its own needs it.
    import promql_parser

    try:
        promql_parser.parse(expression)
    except ValueError as error:
        return f"{str(error).rstrip('.')}; correct the expression, and try it in Grafana, in Explore"
    return None


def rule_problem(expression: str) -> str | None:
    """What is wrong with the expression of a rule, which must yield a value at each evaluation.

    Prometheus loads a rule with a range of values or a text, and fails at each of its evaluations. Source:
    prometheus/prometheus, rules/manager.go, EngineQueryFunc: "rule result is not a vector or scalar".
    """
    if problem := expression_problem(expression):
        return problem
    if len(expression) > _LONGEST:
        return None
    import promql_parser as promql

    node = promql.parse(expression)
    while isinstance(node, promql.ParenExpr):
        node = node.expr
    if isinstance(node, promql.MatrixSelector | promql.SubqueryExpr):
        return "it yields a range of values, which no rule can have; use a function over the range, such as rate"
    if isinstance(node, promql.StringLiteral):
        return "it is a text, which no rule can have; write an expression that yields values"
    return None


def dashboard_expressions(dashboard: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    """The title of a panel and each of its expressions for Prometheus that has no variable but an interval."""
    for panel in _mappings(dashboard.get("panels")):
        title = str(panel.get("title", "without a title"))
        for target in _mappings(panel.get("targets")):
            expression = target.get("expr")
            source = target.get("datasource", panel.get("datasource"))
            if isinstance(expression, str) and expression and _is_prometheus(source):
                plain = _without_intervals(expression)
                if "$" not in plain and "[[" not in plain:
                    yield title, plain
        if depth < _MOST_ROWS:
            yield from dashboard_expressions(panel, depth + 1)


def _without_intervals(expression: str) -> str:
    for name in _INTERVALS:
        expression = expression.replace(name, "5m").replace("${" + name[1:] + "}", "5m")
    return expression


def _is_prometheus(source: object) -> bool:
    return isinstance(source, Mapping) and cast(Mapping[str, Any], source).get("type") == "prometheus"


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    for each in cast(list[object], value) if isinstance(value, list) else ():
        if isinstance(each, Mapping):
            yield cast(Mapping[str, Any], each)
