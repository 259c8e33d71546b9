"""Scenarios of failures: a GPU node, a zone, a region, lost data."""

from collections.abc import Iterator

from reports.scenarios.durations import (
    ASSUMED,
    DATABASE_FAILOVER,
    DECIDE,
    FAIL_OVER,
    LOOK,
    MACHINE,
    REBUILD,
    deployment,
)
from reports.scenarios.names import Names
from reports.scenarios.scenario import Duration, PersonStep, Scenario, Step


def of_failures(names: Names) -> Iterator[Scenario]:
    """What can fail of what the stack has."""
    if any(pool.gpu for pool in names.pools):
        yield _gpu_node(names)
    if len(names.zones) > 1:
        yield _zone(names)
    if names.stores:
        yield _restore(names)
    if names.output("onlineStoreEndpoint") and names.output("featureServerAddress"):
        yield _online_store(names)
    if names.second_region:
        yield _region(names)


def _gpu_node(names: Names) -> Scenario:
    pools = [pool for pool in names.pools if pool.gpu]
    described = "; ".join(
        f"{pool.name}: {', '.join(pool.instance_types)}, {pool.minimum} to {pool.maximum}" for pool in pools
    )
    return Scenario(
        "gpu-node-failure",
        "A GPU node fails",
        f"A GPU reports errors (Xid), a node is NotReady, or pods with a GPU hang on one node. Pools: {described}.",
        names.told("criticalTopicArn"),
        (
            Step(
                "Find the node and what it says.",
                ("kubectl get nodes -l nvidia.com/gpu.present=true", "kubectl describe node <node>"),
                "its condition AcceleratedHardwareReady or Ready is False, with a reason",
                takes=Duration(1, 5, ASSUMED, "EKS has replaced the node, where node repair is on"),
            ),
            Step(
                "Keep new pods away from it.",
                ("kubectl cordon <node>",),
                "it is SchedulingDisabled",
                takes=Duration(1, 1, ASSUMED),
            ),
            Step(
                "Move its pods. Disruption budgets hold, and models keep their replicas on other nodes.",
                ("kubectl drain <node> --ignore-daemonsets --delete-emptydir-data --timeout=15m",),
                "no pod of a model is left on it",
                ("kubectl get pods --all-namespaces --field-selector spec.nodeName=<node>",),
                takes=Duration(1, 15, "the command's own --timeout=15m"),
            ),
            Step(
                "Replace the machine; the group starts another one.",
                (
                    "aws autoscaling terminate-instance-in-auto-scaling-group --instance-id <instance> "
                    f"--no-should-decrement-desired-capacity --region {names.region}",
                ),
                "a new node is Ready and shows its GPUs",
                (
                    "kubectl get nodes -l nvidia.com/gpu.present=true -o "
                    "custom-columns=NAME:.metadata.name,GPUS:.status.allocatable.nvidia\\.com/gpu",
                ),
                takes=MACHINE,
            ),
            PersonStep(
                "If no machine of the type starts, ask AWS, or allow another type.",
                "platform engineer",
                "the scaling activities of the group, a support case, and `instanceTypes` of the pool",
                "the pool has its size",
                takes=Duration(5, 15, ASSUMED, "AWS answers the case"),
                checked_by=(
                    "aws autoscaling describe-scaling-activities --auto-scaling-group-name <group> "
                    f"--region {names.region}",
                ),
            ),
        ),
        ("`kubectl` reaches the cluster.",),
        ("runbooks.md",),
    )


def _zone(names: Names) -> Scenario:
    steps: list[Step | PersonStep] = [
        Step(
            "See which zone it is, and what AWS says.",
            ("kubectl get nodes -L topology.kubernetes.io/zone",),
            f"nodes of one of {', '.join(names.zones)} are NotReady; AWS Health needs a support plan, "
            "without one its public page says the same",
            ("aws health describe-events --filter eventStatusCodes=open --region us-east-1",),
            takes=LOOK,
        ),
    ]
    for identifier, standby in names.databases.items():
        if standby:
            steps.append(
                Step(
                    f"The database {identifier} fails over to its standby by itself.",
                    (
                        f"aws rds describe-events --source-identifier {identifier} --source-type "
                        f"db-instance --duration 60 --region {names.region}",
                    ),
                    "an event says that the failover is complete; if the old zone still answers badly, "
                    "fail over by hand",
                    (
                        f"aws rds reboot-db-instance --db-instance-identifier {identifier} --force-failover "
                        f"--region {names.region}",
                    ),
                    takes=DATABASE_FAILOVER,
                )
            )
        else:
            steps.append(
                PersonStep(
                    f"The database {identifier} has no standby. Decide whether to wait or to restore it in "
                    "another zone.",
                    "the owner of the platform",
                    "the scenario of a restore",
                    "the database answers",
                    takes=DECIDE,
                    checked_by=(
                        f"aws rds describe-db-instances --db-instance-identifier {identifier} --region {names.region}",
                    ),
                )
            )
    for group in names.caches:
        steps.append(
            Step(
                f"The cache {group} promotes replicas in the other zones by itself.",
                (
                    "aws elasticache describe-events --source-type replication-group --source-identifier "
                    f"{group} --duration 60 --region {names.region}",
                ),
                "each shard has a primary",
                (
                    f"aws elasticache describe-replication-groups --replication-group-id {group} --region "
                    f"{names.region}",
                ),
                takes=Duration(1, 5, ASSUMED),
            )
        )
    if names.cluster:
        steps.append(
            Step(
                "Pods start on nodes of the other zones. Volumes stay in their zone, so pods with a volume "
                "of the lost zone wait.",
                ("kubectl get pods --all-namespaces --field-selector status.phase=Pending",),
                "no model is pending; node groups have grown within their maximum",
                takes=MACHINE,
            )
        )
    steps.append(
        PersonStep(
            "If the zone stays lost and capacity is short, raise the maximum of the pools, and ask for quota.",
            "platform engineer",
            "`nodePools` of the stack, and Service Quotas",
            "models have their replicas",
            takes=Duration(10, 20, ASSUMED, "AWS answers"),
            checked_by=("kubectl get pods --all-namespaces --field-selector status.phase=Pending",),
        )
    )
    steps.append(
        Step(
            "Afterwards, see that everything is spread again.",
            ("kubectl get nodes -L topology.kubernetes.io/zone",),
            f"nodes are in {', '.join(names.zones)}",
            takes=Duration(1, 5, ASSUMED, "the zone is back"),
        )
    )
    return Scenario(
        "zone-loss",
        "A zone is lost",
        f"One of {', '.join(names.zones)} does not answer.",
        names.told("criticalTopicArn"),
        steps,
        (),
        ("recovery.md",),
    )


def _restored(names: Names) -> Duration:
    longest = max((int(each["rtoMinutes"]) for each in names.stores.values()), default=60)
    return Duration(10, longest, "the objectives of the stack, which `operations.drill` measures; the least is assumed")


def _recovery_points(vault: str, region: str) -> str:
    return f"aws backup list-recovery-points-by-backup-vault --backup-vault-name {vault} --region {region}"


def _restore(names: Names) -> Scenario:
    stack = names.stack
    call = ".venv/bin/python -m operations.restore --run <run>"
    objectives = "; ".join(
        f"{name}: {each['rtoMinutes']} minutes, losing at most {each['rpoMinutes']}"
        for name, each in names.stores.items()
    )
    return Scenario(
        "restore",
        f"Restore {' and '.join(names.stores)}",
        f"Data was deleted or damaged. Objectives: {objectives}.",
        names.told("criticalTopicArn"),
        (
            PersonStep(
                "Decide what to restore, and to which moment: the last one before the damage.",
                "the owner of the data",
                "the time of the first wrong entry, from logs",
                "the moment is written down",
                takes=DECIDE,
                checked_by=(_recovery_points(str(names.output("backupVault")) or "<vault>", names.region),),
            ),
            Step(
                "Show the steps. Nothing that runs is changed.",
                (f"pulumi stack output --json --show-secrets --stack {stack} > platform.json", call),
                "the list names the stores",
                takes=LOOK,
            ),
            Step(
                "Restore beside the running stores.",
                (f"{call} --apply",),
                "exit code 3: it waits for you to cut over",
                takes=_restored(names),
            ),
            PersonStep(
                "Cut over, as the command says.",
                "platform engineer",
                "the page Recovery, `Cut over the database` and `Cut over a bucket`",
                "the services write and read",
                (f"{call} --apply --confirm registry-cut-over",) if "registry" in names.stores else (),
                takes=Duration(10, 30, ASSUMED),
            ),
            Step(
                "Rehearse it each quarter.",
                (".venv/bin/python -m operations.drill --run <run> --apply",),
                "both objectives are met",
                takes=Duration(0, 0, "apart from the restore"),
            ),
        ),
        (
            f"The vault `{names.output('backupVault')}` has a recovery point.",
            "The command runs where the database answers, inside the VPC.",
        ),
        ("recovery.md",),
    )


def _online_store(names: Names) -> Scenario:
    return Scenario(
        "rebuild-online-store",
        "Rebuild the online store",
        "The online store lost its data, or has wrong features. It is a copy: the offline store has everything.",
        names.told("criticalTopicArn"),
        (
            Step(
                "See that the store answers and is empty.",
                (f"aws elasticache describe-replication-groups --region {names.region}",),
                f"{names.caches[0] if names.caches else 'the store'} is available",
                takes=LOOK,
            ),
            Step(
                "Write all features since a moment: the start of the oldest feature that is still valid. "
                "The plain CronJob leaves out what the registry calls done.",
                (
                    f"pulumi stack output --json --show-secrets --stack {names.stack} > platform.json",
                    ".venv/bin/python -m operations.restore --run <run> --online-only --online-from <start>",
                    ".venv/bin/python -m operations.restore --run <run> --online-only --online-from <start> --apply",
                ),
                "the first call of the command shows the Job, the second ends with code 0 when the Job succeeded",
                takes=REBUILD,
            ),
            Step(
                "Ask for features of a known entity.",
                ("kubectl -n feast logs job/<job that the command names> --tail=20",),
                "models answer with features; the alert of stale features ends",
                takes=LOOK,
            ),
        ),
        ("The registry is right. If it is lost too, restore it first.",),
        ("recovery.md",),
    )


def _region(names: Names) -> Scenario:
    stack, second = names.stack, f"{names.stack}-{names.second_region}"
    outputs = (
        f"pulumi stack output --json --show-secrets --stack {stack} > prod.json",
        f"pulumi stack output --json --show-secrets --stack {second} > second.json",
    )
    return Scenario(
        "region-loss",
        f"The region {names.region} is lost",
        f"Services of {names.region} do not answer, and AWS names no time. The copies of backups are in "
        f"{names.second_region}.",
        [*names.told(), f"every team ({', '.join(names.teams)}) and the clients of models"],
        (
            PersonStep(
                "Decide to leave the region. What was written since the last copy is lost.",
                "the owner of the platform with the owners of models",
                "the incident's page, with the age of the newest copy",
                "the decision has a name and a time",
                takes=DECIDE,
                checked_by=(
                    _recovery_points(str(names.output("backupCopyVaultArn")).rpartition(":")[2], names.second_region),
                ),
            ),
            Step(
                "Make the second region whole.",
                (f"make second-region STACK={stack} ARGS='--mode full'", f"make up STACK={second}"),
                "Pulumi reports no error",
                takes=deployment("cluster", "nodes", "database", "cache"),
            ),
            Step(
                "Restore from the copies, the registry first.",
                (
                    ".venv/bin/python -m operations.restore --run <run> --source prod.json --platform "
                    "second.json --apply",
                ),
                "all steps are done",
                takes=_restored(names),
            ),
            PersonStep(
                "Add overlays of the models for the second region.",
                "the teams of models",
                "the repository that Argo CD reads",
                "the models answer in the second region",
                takes=Duration(10, 60, ASSUMED),
                checked_by=("kubectl -n argocd get applications.argoproj.io",),
            ),
            PersonStep(
                "Move the names.",
                "platform engineer",
                "`operations.failover` with `recovery.failover`, or the records by hand",
                "the names lead to the second region",
                takes=FAIL_OVER,
                checked_by=("aws route53 list-resource-record-sets --hosted-zone-id <zone>",),
            ),
            Step(
                "Tell clients, and watch the errors of the first hour.",
                (),
                "no alert fires",
                takes=Duration(60, 60, "the hour itself"),
            ),
        ),
        (
            "The quotas are raised there, and the outputs of both stacks are kept outside of the region: "
            + "; ".join(f"`{each}`" for each in outputs)
            + ".",
        ),
        ("recovery.md", "failover.md"),
    )
