"""The steps of a restore: the registry first, the online store last."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from .databases import Query, checked, psql
from .instances import RUN_TAG, available, rewound
from .journal import Clock, Journal
from .objects import compared
from .online import Kubectl, kubectl, rebuilt
from .platform import Kind, Platform
from .steps import RestoreError, Step
from .vault import bucket_metadata, database_metadata, newest_point, restored

_ORDER = ("registry", "pipelines", "models", "offline", "training", "raw")
POSTGRES = ("registry",)
"""Databases whose tables psql can count; MySQL is verified by a person."""
LONGEST_BUCKET = 63


@dataclass(frozen=True, slots=True)
class Clients:
    """Clients of boto3 in the region that is restored into."""

    backup: Any
    rds: Any
    s3: Any


def clients(region: str) -> Clients:
    """Clients of boto3, with the credentials of the environment."""
    boto3 = import_module("boto3")
    return Clients(*(boto3.client(service, region_name=region) for service in ("backup", "rds", "s3")))


@dataclass(frozen=True, slots=True)
class Restore:
    """What to restore, from where, and with what."""

    source: Platform
    """The stack whose stores are restored."""
    target: Platform
    """The stack into whose network; the same, or that of the second region."""
    stores: Sequence[str]
    clients: Clients
    journal: Journal
    clock: Clock
    from_vault: bool = False
    at: str = ""
    databases: Sequence[str] = ("feast", "mlflow")
    online_from: str = ""
    compare: bool = False
    """Whether the tables of a restored database are compared with those of the running one."""
    cluster: bool = False
    """Whether the objects of the cluster are restored, after the stores that they use."""
    by_hand: bool = True
    """Whether a person cuts over; a drill does not."""
    query: Query = psql
    kubectl: Kubectl = field(default=kubectl)

    @property
    def run(self) -> str:
        """The name of the run, which ends the names of what it makes."""
        return self.journal.run

    def purpose(self, command: str) -> dict[str, Any]:
        """What a run of this name is for. What a restore made is never taken, or removed, for a drill."""
        return {
            "command": command,
            "vault": self.source.backup_vault,
            "regions": [self.source.region, self.target.region],
            "from_vault": self.from_vault,
            "at": self.at,
        }

    def name(self, store: str) -> str:
        """The name of the new resource."""
        old = self.source.backup_store_arns[store].rpartition(":")[2]
        return f"{old[: LONGEST_BUCKET - len(self.run) - 1].rstrip('-')}-{self.run}"

    def steps(self) -> list[Step]:
        """All steps, in order.

        Raises:
            RestoreError: a store cannot be restored by this program.
        """
        ordered = sorted(self.stores, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
        found = [step for store in ordered for step in self._store(store)]
        if self.cluster:
            found.append(self._cluster_state())
        if self.online_from:
            found.append(
                Step(
                    "online-rebuild",
                    f"write all features since {self.online_from} to the online store by a Job of Feast",
                    lambda: rebuilt(self.kubectl, self.journal, self.clock, "online-rebuild", self.online_from),
                )
            )
        return found

    def _store(self, store: str) -> Iterator[Step]:
        kind = self.source.backup_stores[store].kind
        if kind == Kind.DATABASE:
            yield from self._database(store)
        elif kind == Kind.BUCKET:
            yield from self._bucket(store)
        else:
            raise RestoreError(f"{store} is a {kind}; restore it in the console of AWS Backup")

    def _cluster_state(self) -> Step:
        """A person restores the objects of the cluster, because Velero gets the rights for it only while it does."""
        schedule = self.source.cluster_state_schedule
        return Step(
            "cluster-state",
            f"restore the newest backup of the schedule {schedule} by a Restore of Velero: bind velero-server to "
            f"cluster-admin, create the Restore {self.run}, wait until its phase is Completed, and remove the binding "
            "(docs/recovery.md)",
        )

    def _point(self, store: str) -> Step:
        vault = self.source.backup_vault
        return Step(
            f"{store}-point",
            f"find the newest recovery point of {store} in the vault {vault} of {self.target.region}",
            lambda: newest_point(self.clients.backup, self.source, store, vault),
        )

    def _database(self, store: str) -> Iterator[Step]:
        name, arn, step = self.name(store), self.source.backup_store_arns[store], f"{store}-restore"
        if self.from_vault:
            yield self._point(store)
            yield Step(step, f"restore it as the new instance {name}", self._database_of_vault(store, name, step))
        else:
            when = self.at or "the newest moment"
            yield Step(
                step,
                f"restore {arn.rpartition(':')[2]} to {when} as the new instance {name}",
                lambda: rewound(self.clients.rds, self.clock, self.run, arn, name, self.target, self.at),
            )
        if store in POSTGRES:
            databases = ", ".join(self.databases)
            yield Step(
                f"{store}-verify",
                f"count the rows of {databases} in {name}, and look for Feast's registry",
                lambda: checked(self.query, str(self.journal.of(step)["host"]), self.databases, self._running(arn)),
            )
        old = arn.rpartition(":")[2]
        yield from self._cut_over(
            store,
            f"stop the writers; rename {old} to {old}-old, then {name} to {old}, so that the address stays; tell "
            "Pulumi of the new instance (docs/recovery.md), and start the writers",
        )

    def _running(self, arn: str) -> str:
        """The host of the running database, if the restored one is compared with it."""
        if not self.compare:
            return ""
        return str(available(self.clients.rds, self.clock, arn.rpartition(":")[2])["host"])

    def _database_of_vault(self, store: str, name: str, step: str) -> Callable[[], Mapping[str, Any]]:
        def act() -> Mapping[str, Any]:
            backup, vault, point = self.clients.backup, self.source.backup_vault, self.journal.of(f"{store}-point")
            metadata = database_metadata(backup, vault, point, name, self.target)
            role = self.source.restore_role_arn
            job = restored(backup, self.journal, self.clock, step, point, role, metadata)
            self.clients.rds.add_tags_to_resource(
                ResourceName=job["created"], Tags=[{"Key": RUN_TAG, "Value": self.run}]
            )
            return {**job, **available(self.clients.rds, self.clock, name)}

        return act

    def _bucket(self, store: str) -> Iterator[Step]:
        name, step, point = self.name(store), f"{store}-restore", f"{store}-point"
        old = self.source.backup_store_arns[store].rpartition(":")[2]
        yield self._point(store)
        yield Step(
            step,
            f"restore it into the new bucket {name}",
            lambda: restored(
                self.clients.backup,
                self.journal,
                self.clock,
                step,
                self.journal.of(point),
                self.source.restore_role_arn,
                bucket_metadata(name, f"{self.run}-{store}"),
            ),
        )
        yield Step(
            f"{store}-verify",
            f"compare {name} with {old}: every object that is older than the recovery point",
            lambda: compared(self.clients.s3, name, old, float(self.journal.of(point)["created"])),
        )
        yield from self._cut_over(
            store,
            f"copy back what is missing: aws s3 sync s3://{name}/<folder>/ s3://{old}/<folder>/; it overwrites "
            "newer objects of the same name, which stay as old versions",
        )

    def _cut_over(self, store: str, what: str) -> Iterator[Step]:
        if self.by_hand:
            yield Step(f"{store}-cut-over", what)
