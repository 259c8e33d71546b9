"""Runs the checks of a smoke test: connection, model by each protocol, firewall, and last the rate limit."""

import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from . import latency
from .clock import Clock
from .config import Protocol, SmokeConfig
from .firewall import judge_refusal, probes
from .models import LIVE_PATH, GrpcModel, Model, RestModel
from .rate import WORKERS, exceed
from .release import Release
from .report import NEEDED, Check, Report, Result, result_of
from .rest import CallError, Rest
from .rpc import Rpc
from .tls import connect, judge_expiry

PAUSE_SECONDS = 5.0
"""The time between two checks whether a model is ready."""
RATE_RULE = "requests-per-address"

Facts = Mapping[str, int | float | str]
CheckResult = tuple[list[str], Facts]

_NOTHING: Facts = {}


@dataclass(frozen=True)
class Caller:
    """The caller of the model: its clock, the authorities that it trusts, and its headers."""

    clock: Clock
    trust: ssl.SSLContext
    authority_certificates: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Options:
    """The options of one run."""

    exceed_rate: bool = False
    wait_seconds: float = 0


def smoke(config: SmokeConfig, config_digest: str, release: Release, caller: Caller, options: Options) -> Report:
    """Call the model and return a report, whatever the model returns."""
    started = caller.clock.now()
    checks = _Checks(caller.clock, tuple(caller.headers.values()))
    with _models(config, caller) as (rest, models):
        if options.wait_seconds:
            _wait(models, caller.clock, options.wait_seconds)
        if _connected(config, caller, checks):
            for protocol, model in models.items():
                _model(protocol, model, config, checks)
            _firewall(config, rest, caller.clock, options.exceed_rate, checks)
        else:
            for protocol in models:
                for name in NEEDED:
                    checks.skip(protocol, name, "no connection")
    done = tuple(checks.done)
    return Report(
        result=result_of(done, config.protocols),
        model=config.model,
        url=config.url,
        protocols=config.protocols,
        release=release,
        config_digest=config_digest,
        started_at=started,
        finished_at=caller.clock.now(),
        checks=done,
    )


class _Checks:
    """Collects the results of checks, without secrets that a server returns."""

    def __init__(self, clock: Clock, secrets: tuple[str, ...]):
        self.done: list[Check] = []
        self._clock, self._secrets = clock, secrets

    def run(self, group: str, name: str, work: Callable[[], CheckResult]) -> bool:
        """Run one check; True if it passed."""
        start = self._clock.seconds()
        try:
            faults, facts = work()
        except CallError as error:
            faults, facts = [str(error)], _NOTHING
        result = Result.FAILED if faults else Result.PASSED
        seconds = round(self._clock.seconds() - start, 6)
        messages = tuple(self._without_secrets(each) for each in faults)
        self.done.append(
            Check(group=group, name=name, result=result, seconds=seconds, messages=messages, facts=dict(facts))
        )
        return not faults

    def skip(self, group: str, name: str, why: str) -> None:
        """Record why a check is skipped."""
        self.done.append(Check(group=group, name=name, result=Result.SKIPPED, seconds=0, messages=(why,)))

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


@contextmanager
def _models(config: SmokeConfig, caller: Caller) -> Generator[tuple[Rest, dict[Protocol, Model]]]:
    rest = Rest(
        config.host,
        config.port,
        trust=caller.trust,
        timeout_seconds=config.timeout_seconds,
        headers=caller.headers,
        clock=caller.clock,
        connections=WORKERS,
    )
    rpc = Rpc(
        config,
        authority_certificates=caller.authority_certificates,
        headers=caller.headers,
        clock=caller.clock,
    )
    every: dict[Protocol, Model] = {Protocol.REST: RestModel(config, rest), Protocol.GRPC: GrpcModel(config, rpc)}
    try:
        yield rest, {protocol: every[protocol] for protocol in config.protocols}
    finally:
        rest.close()
        rpc.close()


def _wait(models: Mapping[Protocol, Model], clock: Clock, seconds: float) -> None:
    """Wait until the model infers by every protocol, for `seconds` at most. The checks decide then."""
    deadline = clock.seconds() + seconds
    while not all(_infers(model) for model in models.values()):
        left = deadline - clock.seconds()
        if left <= 0:
            return
        clock.pause(min(PAUSE_SECONDS, left))


def _infers(model: Model) -> bool:
    try:
        return not model.model_ready() and not model.infer().faults
    except CallError:
        return False


def _connected(config: SmokeConfig, caller: Caller, checks: _Checks) -> bool:
    try:
        connection = connect(config.host, config.port, caller.trust, config.timeout_seconds)
    except CallError as error:
        reason = str(error)
        checks.run("tls", "connection", lambda: ([reason], {}))
        return False
    expires = {"expires": connection.expires.isoformat()}
    checks.run("tls", "connection", lambda: ([], {"version": connection.version}))
    checks.run(
        "tls",
        "certificate",
        lambda: (judge_expiry(connection, caller.clock.now(), config.certificate_days), expires),
    )
    return True


def _model(protocol: Protocol, model: Model, config: SmokeConfig, checks: _Checks) -> None:
    checks.run(protocol, "live", lambda: (model.live(), {}))
    checks.run(protocol, "ready", lambda: (model.ready(), {}))
    checks.run(protocol, "model-ready", lambda: (model.model_ready(), {}))
    if not checks.run(protocol, "inference", lambda: (list(model.infer().faults), {})):
        checks.skip(protocol, "latency", "the inference failed")
        return

    def latencies() -> CheckResult:
        measured = latency.measure(model, config.latency.requests, config.error_budget_percent)
        faults = latency.judge(measured, config.latency, config.error_budget_percent)
        return faults, latency.facts(measured, config.latency)

    checks.run(protocol, "latency", latencies)


def _firewall(config: SmokeConfig, rest: Rest, clock: Clock, exceed_rate: bool, checks: _Checks) -> None:
    firewall = config.firewall
    for probe in probes(firewall, f"{config.model_path}/infer", LIVE_PATH):
        if firewall.enforced:
            checks.run(
                "firewall",
                probe.rule,
                lambda probe=probe: (judge_refusal(probe.send(rest), probe.status, probe.expected_headers), {}),
            )
        else:
            checks.skip("firewall", probe.rule, "firewall.enforced is false")
    if not firewall.enforced:
        checks.skip("firewall", RATE_RULE, "firewall.enforced is false")
    elif not exceed_rate:
        checks.skip("firewall", RATE_RULE, "it blocks the caller's address for a window; run it with --exceed-rate")
    else:
        checks.run("firewall", RATE_RULE, lambda: exceed(rest, LIVE_PATH, firewall, clock))
