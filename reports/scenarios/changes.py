"""Scenarios of the platform itself: provision, change, upgrade."""

from collections.abc import Iterator

from components.facts.versions import ADDONS, STANDARD_SUPPORT_ENDS, KubernetesVersion
from reports.scenarios.durations import (
    ASSUMED,
    CHANGED,
    DECIDE,
    EDIT,
    LOOK,
    PLAN,
    REVIEW,
    REVIEWED,
    UPGRADED,
    deployment,
)
from reports.scenarios.names import Names
from reports.scenarios.scenario import Duration, PersonStep, Scenario, Step

_ADMINISTRATOR = "administrator of the AWS account"


def of_changes(names: Names) -> Iterator[Scenario]:
    """The scenarios of every stack, and the upgrade of a cluster."""
    yield _provision(names)
    yield _change(names)
    if names.cluster:
        yield _upgrade(names)


def _provision(names: Names) -> Scenario:
    stack = names.stack
    people: list[Step | PersonStep] = []
    for quota in names.plan.quotas:
        named = quota.code.startswith("L-")
        place = f"--service-code {quota.service} --quota-code {quota.code} --region {names.region}"
        people.append(
            PersonStep(
                f"Raise the quota {quota.name} of {quota.service} to {quota.needed:g} (default {quota.default:g}).",
                _ADMINISTRATOR,
                "Service Quotas in the console, or the command below; AWS answers within some hours or days"
                if named
                else "Service Quotas in the console, by this name; AWS answers within some hours or days",
                f"the applied value is {quota.needed:g} or more",
                (
                    f"aws service-quotas request-service-quota-increase {place} --desired-value {quota.needed:g}",
                    f"aws service-quotas get-service-quota {place}",
                )
                if named
                else (
                    f"aws service-quotas list-service-quotas --service-code {quota.service} --region {names.region}",
                ),
                takes=Duration(1, 5, ASSUMED, "AWS answers, within hours or days"),
            )
        )
    for each in names.plan.prerequisites:
        people.append(
            PersonStep(
                f"Have {each.what}. {each.why}",
                _ADMINISTRATOR,
                "the command below",
                "it exists",
                (each.how,),
                takes=Duration(2, 15, ASSUMED),
            )
        )
    steps: list[Step | PersonStep] = [
        Step(
            "Plan the stack, and read the verdict, the quotas and what the account must have first.",
            (f"make plan STACK={stack}",),
            "the last line says that the plan may be deployed",
            takes=PLAN,
        ),
        *people,
        Step(
            "Deploy it. A failure is no loss: the same command goes on.",
            (f"make up STACK={stack}",),
            "Pulumi reports no error",
            takes=deployment(*names.made),
        ),
    ]
    if names.emails:
        steps.append(
            PersonStep(
                f"Confirm the subscriptions of {', '.join(names.emails)}.",
                "the owner of each address",
                "the link in the mail of AWS Notifications, within two days",
                "no subscription is `PendingConfirmation`",
                (f"aws sns list-subscriptions --region {names.region}",),
                takes=Duration(1, 5, ASSUMED),
            )
        )
    steps.append(
        Step(
            "Compare the cloud with the plan.",
            (
                f"pulumi stack export --stack {stack} > state.json",
                f".venv/bin/python -m operations.drift {stack} --plan build/{stack}/plan.json",
            ),
            "no difference is found",
            takes=Duration(2, 10, ASSUMED),
        )
    )
    return Scenario(
        "provision",
        "Provision the stack",
        "Once, in an account that has nothing of it.",
        names.told(),
        steps,
        (
            "Credentials of a deployment in the account, and `pulumi login`.",
            "Nothing in the account has the names of the plan.",
        ),
        ("plan.md", "destroy.md"),
    )


def _change(names: Names) -> Scenario:
    stack = names.stack
    return Scenario(
        "change",
        "Change the stack",
        f"A change of `Pulumi.{stack}.yaml` or of the program.",
        names.told(),
        (
            Step(
                "Compare the change with main: what is replaced, what is lost, what it costs.",
                (f"make plan STACK={stack} AGAINST=main",),
                "nothing is under `State at risk` that must stay",
                takes=PLAN,
            ),
            PersonStep(
                "Review the comment of the plan on the pull request.",
                "a senior who is not the author",
                "the pull request on GitHub",
                "it is approved, and the check of the plan is green",
                takes=REVIEW,
                checked_by=(REVIEWED,),
            ),
            Step(
                "See what the engine would do with the real state.",
                (f"make preview STACK={stack}",),
                "it changes what the plan says",
                takes=Duration(2, 10, ASSUMED),
            ),
            Step(
                "Deploy it.",
                (f"make up STACK={stack}",),
                "Pulumi reports no error, and no alarm rings for 15 minutes",
                takes=CHANGED,
            ),
        ),
        ("No other deployment of the stack runs: Pulumi locks its state.",),
        ("plan.md",),
    )


def _upgrade(names: Names) -> Scenario:
    stack, cluster, version = names.stack, names.cluster, names.kubernetes_version
    newer = [str(each) for each in KubernetesVersion if _parts(str(each)) > _parts(version)]
    target = newer[0] if newer else "<next>"
    ends = STANDARD_SUPPORT_ENDS.get(version)
    support = f"Standard support of {version} ends on {ends}. " if ends else ""
    known = (
        f"This program pins what fits {target}."
        if newer
        else f"This program pins nothing newer than {version} yet: update it first (`make versions` lists what is new)."
    )
    addons = ADDONS.get(target, {})
    moved = ", ".join(
        f"{name} {old} → {addons[name]}" for name, old in names.addons.items() if name in addons and addons[name] != old
    )
    pools = ", ".join(pool.name for pool in names.pools)
    return Scenario(
        "cluster-upgrade",
        f"Upgrade the cluster {cluster} from {version}",
        f"{support}Afterwards EKS charges extended support, and at its end upgrades by itself. {known}",
        names.told("criticalTopicArn"),
        (
            Step(
                "Read the upgrade insights of EKS: they find calls of APIs that the next version removes, "
                "add-ons and kubelets that do not fit.",
                (
                    f"aws eks list-insights --cluster-name {cluster} --filter categories=UPGRADE_READINESS "
                    f"--region {names.region}",
                ),
                "every insight is PASSING; for another, `aws eks describe-insight` names the client and the object",
                (f"aws eks describe-insight --cluster-name {cluster} --id <id> --region {names.region}",),
                takes=EDIT,
            ),
            Step(
                "Ask the API server which deprecated APIs were called since it started.",
                ("kubectl get --raw /metrics | grep apiserver_requested_deprecated_apis",),
                f"no line has a `removed_release` of {target} or older",
                takes=LOOK,
            ),
            Step(
                "Check the versions of nodes. The skew policy of Kubernetes allows a kubelet three minor "
                "versions below the API server, "
                "and none above it, so the control plane comes first.",
                ("kubectl get nodes -o wide",),
                f"every node is of {version}",
                takes=LOOK,
            ),
            Step(
                f'Write `kubernetesVersion: "{target}"` into `gpuCluster`: one minor version at a time. Plan it.',
                (f"make plan STACK={stack} AGAINST=main",),
                f"control plane, add-ons{f' ({moved})' if moved else ''} and node groups change, and "
                "nothing is replaced that holds data",
                takes=EDIT,
            ),
            Step(
                f"Deploy it in a quiet hour. The order is control plane, add-ons, nodes ({pools}); nodes "
                "are drained, and disruption budgets hold.",
                (f"make up STACK={stack}",),
                f"the cluster and all nodes are of {target}",
                (
                    f"aws eks describe-cluster --name {cluster} --query cluster.version --region {names.region}",
                    "kubectl get nodes -o wide",
                    "kubectl get pods --all-namespaces --field-selector status.phase=Pending",
                ),
                takes=UPGRADED,
            ),
            PersonStep(
                "Decide whether it stays. Within 7 days EKS can go back one minor version; add-ons and nodes first.",
                "the owner of the platform",
                "the dashboards of models, errors and latency of the first day",
                "no alert fires that did not before",
                takes=DECIDE,
                checked_by=(f"aws cloudwatch describe-alarms --state-value ALARM --region {names.region}",),
            ),
        ),
        (
            "Another stack with the same versions has run for a week on the new one.",
            "A backup of the stores is younger than a day.",
        ),
        ("components/gpu_cluster.md",),
    )


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.split("."))
