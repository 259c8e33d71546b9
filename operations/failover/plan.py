"""The steps of a move: checks, what a person does, the switch, and what clients are answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..restore.journal import Clock, Journal
from ..restore.steps import RestoreError, Step
from .names import Resolve, checked_records, dns_name, healthy, probe, resolve
from .platform import Pair, Platform

_POLL_SECONDS = 30
_DEADLINE_SECONDS = 15 * 60


class Side(StrEnum):
    """Where the names lead after the move."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Clients:
    """Clients of boto3. `route53` is global, `elb` is in the region of the move's target."""

    route53: Any
    elb: Any
    cloudwatch: Any


@dataclass(frozen=True, slots=True)
class Move:
    """A move of the names of a platform to one of its regions."""

    pair: Pair
    side: Side
    clients: Clients
    journal: Journal
    clock: Clock
    skip_records: bool = False
    """Whether records are not checked, because the API of Route 53 does not answer."""
    resolve: Resolve = resolve

    @property
    def target(self) -> Platform:
        """The stack that answers after the move."""
        return self.pair.second if self.side is Side.SECOND else self.pair.first

    def purpose(self) -> dict[str, Any]:
        """What a run of this name is for."""
        return {"command": "failover", "to": str(self.side), "switch": self.pair.switch.value}

    def steps(self) -> list[Step]:
        """All steps, in order. Nothing changes before `switch`."""
        region, left = self.target.region, self._left.region
        balancers = self.target.failover.load_balancers
        names = ", ".join(name for each in balancers.values() for name in each.names)
        found = [
            Step(
                "targets",
                f"check that each load balancer in {region} has healthy targets",
                lambda: healthy(self.clients.elb, balancers),
            ),
            Step("writers-stopped", f"stop what still writes to the stores in {left}, if the region answers"),
            Step("data-ready", self._data()),
            Step(
                "switch",
                f"write {self._position} to the metric {self.pair.switch.metric} in {self.pair.switch.region}, until "
                f"the alarm {self.pair.switch.alarm} is {self._state}",
                self._switch,
            ),
            Step("answers", f"wait until {names} lead to {region}", self._answers),
        ]
        if self.side is Side.SECOND and not self.skip_records:
            what = f"check that {names} have a primary and a secondary record, and that the switch decides"
            records = Step("records", what, self._records)
            found.insert(0, records)
        return found

    def _records(self) -> Mapping[str, Any]:
        return checked_records(self.clients.route53, self.clients.elb, self.pair)

    @property
    def _left(self) -> Platform:
        return self.pair.first if self.side is Side.SECOND else self.pair.second

    @property
    def _position(self) -> int:
        return int(self.side is Side.SECOND)

    @property
    def _state(self) -> str:
        return "ALARM" if self.side is Side.SECOND else "OK"

    def _data(self) -> str:
        if self.side is Side.SECOND:
            return (
                "restore the registry and the models into the second region, rebuild the online store, and look at "
                "the models there (docs/recovery.md)"
            )
        return "bring back what was written in the second region: the registry, the models and the online store"

    def _switch(self) -> Mapping[str, Any]:
        """Write the metric each half minute until the alarm follows. Writing it again changes nothing.

        The targets are checked again, because hours may have passed since the first check.
        """
        healthy(self.clients.elb, self.target.failover.load_balancers)
        switch, until = self.pair.switch, self.clock.now() + _DEADLINE_SECONDS
        dimensions = [{"Name": switch.dimension, "Value": switch.value}]
        while True:
            self.clients.cloudwatch.put_metric_data(
                Namespace=switch.namespace,
                MetricData=[{"MetricName": switch.metric, "Dimensions": dimensions, "Value": float(self._position)}],
            )
            alarms = self.clients.cloudwatch.describe_alarms(AlarmNames=[switch.alarm])["MetricAlarms"]
            if not alarms:
                raise RestoreError(f"{switch.region} has no alarm {switch.alarm}; deploy the first stack")
            state = str(alarms[0]["StateValue"])
            if state == self._state:
                return {"state": state}
            if self.clock.now() >= until:
                raise RestoreError(
                    f"the alarm {switch.alarm} is {state} after 15 minutes, and may still follow the metric, which is "
                    f"{self._position}"
                )
            self.clock.wait(_POLL_SECONDS)

    def _answers(self) -> Mapping[str, Any]:
        """Wait until this machine is answered with addresses of the target's load balancers."""
        until = self.clock.now() + _DEADLINE_SECONDS
        wanted = {
            probe(name): dns_name(self.clients.elb, balancer)
            for balancer in self.target.failover.load_balancers.values()
            for name in balancer.names
        }
        while True:
            late = [name for name, target in wanted.items() if not self.resolve(name) & self.resolve(target)]
            if not late:
                return {"answered": sorted(wanted)}
            if self.clock.now() >= until:
                raise RestoreError(f"{', '.join(late)} do not lead to {self.target.region} after 15 minutes")
            self.clock.wait(_POLL_SECONDS)
