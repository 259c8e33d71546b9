"""The rules as policies of a CrossGuard pack: the engine enforces what the plan reports."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PackSeverity

from policies.engine.evaluate import EXPIRED, UNUSED, excused, level_of, rules_for, stale_exceptions
from policies.engine.exceptions import PolicyException
from policies.engine.recorded_inputs import RecordedInputs, provider_of
from policies.engine.registry import RULES
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Context, Stack
from policies.engine.stack_config import read_context
from resources.resource import Resource

UNDECIDED = "undecided"
UNDECIDED_STACK = "undecided-stack"
_RECORD = "record-inputs"


def _nothing(_args: ResourceValidationArgs, _report: ReportViolation) -> None:
    """Judges nothing."""


def pack_policies() -> list[Policy]:
    """Every rule as a policy, with the levels, thresholds and exceptions of the stack being deployed.

    Raises:
        PolicyError: when the stack's config or the file of exceptions is wrong.
    """
    return Pack(read_context(datetime.now(UTC).date())).policies()


class Pack:
    """The policies of one context. A rule keeps its level; an advisory policy of its own reports what is undecided."""

    def __init__(self, context: Context):
        self._context = context
        self._recorded = RecordedInputs()
        self._used: set[PolicyException] = set()
        self._last: tuple[Resource, Stack] | None = None

    def policies(self) -> list[Policy]:
        """The policies in the order in which the engine runs them."""
        rules = [self._policy(rule) for rule in RULES.values()]
        return [self._record_policy(), *rules, *self._undecided_policies(), *self._exception_policies()]

    def _policy(self, rule: Rule) -> Policy:
        def judge_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
            for result in self._judge(rule, args):
                if isinstance(result, Finding) and not self._excused(rule, args.urn):
                    report(result.message, None)

        def judge_stack(args: StackValidationArgs, report: ReportViolation) -> None:
            for urn, result in rule.judge_stack(self._stack(args)):
                if isinstance(result, Finding) and not self._excused(rule, urn):
                    report(result.message, urn or None)

        policy = (
            StackValidationPolicy(rule.name, rule.title, judge_stack)
            if rule.check_stack
            else ResourceValidationPolicy(rule.name, rule.title, judge_resource)
        )
        first = rule.frameworks[0]
        policy.display_name = rule.title
        policy.enforcement_level = EnforcementLevel(level_of(rule, self._context.settings))
        policy.severity = PackSeverity(rule.severity)
        policy.framework = PolicyComplianceFramework(first.name, first.version or None, first.reference)
        policy.tags = [str(framework) for framework in rule.frameworks]
        policy.remediation_steps = rule.remediation
        return policy

    def _record_policy(self) -> Policy:
        return ResourceValidationPolicy(
            name=_RECORD,
            description="Keeps the inputs for the rules, with secrets masked; changes nothing",
            enforcement_level=EnforcementLevel.REMEDIATE,
            remediate=self._recorded.record,
            validate=_nothing,
        )

    def _undecided_policies(self) -> list[Policy]:
        def judge_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
            rules = {rule.name: rule for each in self._beside(args).resources for rule in rules_for(each.type)}
            for rule in self._active(rules.values()):
                for result in self._judge(rule, args):
                    if isinstance(result, Undecided) and not self._excused(rule, args.urn):
                        report(f"{rule.name} {result.message}", None)

        def judge_stack(args: StackValidationArgs, report: ReportViolation) -> None:
            stack = self._stack(args)
            for rule in self._active(RULES.values()):
                for urn, result in rule.judge_stack(stack):
                    if isinstance(result, Undecided) and not self._excused(rule, urn):
                        report(f"{rule.name} {result.message}", urn or None)

        title = "What a rule cannot decide before the deployment"
        level, severity = EnforcementLevel.ADVISORY, PackSeverity.LOW
        return [
            ResourceValidationPolicy(
                name=UNDECIDED, description=title, enforcement_level=level, severity=severity, validate=judge_resource
            ),
            StackValidationPolicy(
                name=UNDECIDED_STACK,
                description=title,
                enforcement_level=level,
                severity=severity,
                validate=judge_stack,
            ),
        ]

    def _exception_policies(self) -> list[Policy]:
        def validate(name: str) -> Callable[[StackValidationArgs, ReportViolation], None]:
            def judge_stack(args: StackValidationArgs, report: ReportViolation) -> None:
                resources = self._recorded.stack(args.resources)
                for verdict in stale_exceptions(self._context, self._used, resources):
                    if verdict.policy == name:
                        report(verdict.message, None)

            return judge_stack

        return [
            StackValidationPolicy(
                name=EXPIRED,
                description="Exceptions are within their time",
                enforcement_level=EnforcementLevel.MANDATORY,
                severity=PackSeverity(Severity.HIGH),
                validate=validate(EXPIRED),
            ),
            StackValidationPolicy(
                name=UNUSED,
                description="Exceptions cover something",
                enforcement_level=EnforcementLevel.ADVISORY,
                severity=PackSeverity(Severity.LOW),
                validate=validate(UNUSED),
            ),
        ]

    def _judge(self, rule: Rule, args: ResourceValidationArgs) -> list[Result]:
        if not self._recorded.judged(args.resource_type, args.urn):
            return []
        stack = self._beside(args)
        return [
            result
            for each in stack.resources
            if each.urn == args.urn and rule.judges(each.type)
            for result in rule.judge(each, stack)
        ]

    def _beside(self, args: ResourceValidationArgs) -> Stack:
        """A resource, the objects in it, and its provider. The engine asks every rule about one before the next."""
        resource, last = self._recorded.resource(args), self._last
        if last is None or last[0] is not resource:
            self._last = last = resource, Stack([resource, *provider_of(args)], self._context)
        return last[1]

    def _stack(self, args: StackValidationArgs) -> Stack:
        return Stack(self._recorded.stack(args.resources), self._context)

    def _active(self, rules: Iterable[Rule]) -> list[Rule]:
        return [rule for rule in rules if level_of(rule, self._context.settings) is not Level.DISABLED]

    def _excused(self, rule: Rule, urn: str) -> bool:
        held = excused(self._context, rule.name, urn)
        self._used.update(held[:1])
        return bool(held)
