"""How long steps take, each with the source of its figures.

A limit is the time after which a program gives up, so it is the most that a step takes before it fails. Limits of
botocore are its waiters: the delay times the attempts. Limits of this repository are constants of its programs. Tests
compare both. Figures without a published source say that they are assumed.
"""

from reports.scenarios.scenario import Duration

ASSUMED = "assumed"
LOOK = Duration(1, 5, ASSUMED)
"""Somebody runs a command and reads what it prints."""
EDIT = Duration(5, 15, ASSUMED)
"""Somebody changes a setting or a file, and has it reviewed with the rest."""
DECIDE = Duration(5, 30, ASSUMED)
"""Somebody with the authority decides, and writes it down."""
REVIEW = Duration(10, 30, ASSUMED, "the reviewers have time")
REVIEWED = "gh pr view <number> --json reviewDecision,mergedAt"
"""Shows whether a pull request is approved and merged."""
READ = Duration(1, 5, "assumed: it only reads")
PLAN = Duration(1, 2, "docs/speed.md: a plan takes seconds")
WAITERS = {
    "cluster": ("eks", "cluster_active", 20),
    "nodes": ("eks", "nodegroup_active", 40),
    "database": ("rds", "db_instance_available", 30),
    "cache": ("elasticache", "replication_group_available", 10),
    "machine": ("ec2", "instance_running", 10),
}
"""The service, the waiter and the minutes after which botocore gives up, by what is made."""
ROTATE_LOGINS = Duration(5, 65, "limits of `operations.rotate`: 20 minutes a Job, 15 a user, 10 a sync, 20 a rollout")
ROTATE_CLIENTS = Duration(5, 30, "limits of `operations.rotate`: 10 minutes a sync, 20 a rollout")
REBUILD = Duration(60, 720, "limit of `operations.restore`: 12 hours; the least is assumed")
FAIL_OVER = Duration(5, 15, "limit of `operations.failover`: 15 minutes a step; the least is assumed")
DATABASE_FAILOVER = Duration(1, 2, "Amazon RDS user guide: a failover typically takes 60 to 120 seconds")
ARGO_CD = Duration(3, 15, "Argo CD compares each 3 minutes by default (its documentation); new nodes: assumed")
MACHINE = Duration(3, 10, "limit of botocore's waiter: 10 minutes until an instance runs; the least is assumed")


CHANGED = Duration(
    2, 40, "limit of botocore's waiter: 40 minutes until the nodes of a group are new; the least is assumed"
)
UPGRADED = Duration(
    30,
    60,
    "assumed: 10 to 20 minutes for the control plane; limit of botocore's waiter: 40 minutes until the nodes of a "
    "group are new",
)


def deployment(*made: str) -> Duration:
    """How long a deployment takes that makes these keys of `WAITERS`. All but nodes begin at once."""
    minutes = {each: WAITERS[each][2] for each in made}
    if not minutes:
        return Duration(2, 15, ASSUMED)
    last = minutes.get("cluster", 0) + minutes.get("nodes", 0)
    named = ", ".join(f"{each} {minutes[each]}" for each in made)
    return Duration(
        10, max([last, *minutes.values()]), f"limits of botocore's waiters in minutes: {named}; the least is assumed"
    )
