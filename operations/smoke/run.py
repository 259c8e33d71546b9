"""The order of a smoke test: connection, model by each protocol, firewall, and last what blocks the caller."""

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
"""Between two looks whether a model is ready."""
RATE_RULE = "requests-per-address"

Facts = Mapping[str, int | float | str]
Outcome = tuple[list[str], Facts]

_NOTHING: Facts = {}


@dataclass(frozen=True)
class Surroundings:
    """What a smoke test takes from outside: time, whom it trusts, and the headers that it must show."""

    clock: Clock
    trust: ssl.SSLContext
    authority_certificates: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Wishes:
    """What one run does beside the checks themselves."""

    exceed_rate: bool = False
    wait_seconds: float = 0


def smoke(
    config: SmokeConfig, config_digest: str, release: Release, surroundings: Surroundings, wishes: Wishes
) -> Report:
    """Call the model, and report. Whatever answers, a report comes of it."""
    started = surroundings.clock.now()
    checks = _Checks(surroundings.clock, tuple(surroundings.headers.values()))
    with _models(config, surroundings) as (rest, models):
        if wishes.wait_seconds:
            _wait(models, surroundings.clock, wishes.wait_seconds)
        if _connected(config, surroundings, checks):
            for protocol, model in models.items():
                _model(protocol, model, config, checks)
            _firewall(config, rest, surroundings.clock, wishes.exceed_rate, checks)
        else:
            for protocol in models:
                for name in NEEDED:
                    checks.skip(protocol, name, "there is no connection")
    done = tuple(checks.done)
    return Report(
        result=result_of(done, config.protocols),
        model=config.model,
        url=config.url,
        protocols=config.protocols,
        release=release,
        config_digest=config_digest,
        started_at=started,
        finished_at=surroundings.clock.now(),
        checks=done,
    )


class _Checks:
    """Checks as they are done; secrets that a server gives back are not reported."""

    def __init__(self, clock: Clock, secrets: tuple[str, ...]):
        self.done: list[Check] = []
        self._clock, self._secrets = clock, secrets

    def ask(self, group: str, name: str, work: Callable[[], Outcome]) -> bool:
        """Do one check; whether it passed."""
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
        """Say why a check is not done."""
        self.done.append(Check(group=group, name=name, result=Result.SKIPPED, seconds=0, messages=(why,)))

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


@contextmanager
def _models(config: SmokeConfig, around: Surroundings) -> Generator[tuple[Rest, dict[Protocol, Model]]]:
    rest = Rest(
        config.host,
        config.port,
        trust=around.trust,
        timeout_seconds=config.timeout_seconds,
        headers=around.headers,
        clock=around.clock,
        connections=WORKERS,
    )
    rpc = Rpc(
        config,
        authority_certificates=around.authority_certificates,
        headers=around.headers,
        clock=around.clock,
    )
    every: dict[Protocol, Model] = {Protocol.REST: RestModel(config, rest), Protocol.GRPC: GrpcModel(config, rpc)}
    try:
        yield rest, {protocol: every[protocol] for protocol in config.protocols}
    finally:
        rest.close()
        rpc.close()


def _wait(models: Mapping[Protocol, Model], clock: Clock, seconds: float) -> None:
    """Until the model infers by every protocol, or `seconds` are over; what it then is, the checks say."""
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


def _connected(config: SmokeConfig, around: Surroundings, checks: _Checks) -> bool:
    try:
        connection = connect(config.host, config.port, around.trust, config.timeout_seconds)
    except CallError as error:
        reason = str(error)
        checks.ask("tls", "connection", lambda: ([reason], {}))
        return False
    expires = {"expires": connection.expires.isoformat()}
    checks.ask("tls", "connection", lambda: ([], {"version": connection.version}))
    checks.ask(
        "tls",
        "certificate",
        lambda: (judge_expiry(connection, around.clock.now(), config.certificate_days), expires),
    )
    return True


def _model(protocol: Protocol, model: Model, config: SmokeConfig, checks: _Checks) -> None:
    checks.ask(protocol, "live", lambda: (model.live(), {}))
    checks.ask(protocol, "ready", lambda: (model.ready(), {}))
    checks.ask(protocol, "model-ready", lambda: (model.model_ready(), {}))
    if not checks.ask(protocol, "inference", lambda: (list(model.infer().faults), {})):
        checks.skip(protocol, "latency", "the inference failed")
        return

    def latencies() -> Outcome:
        measured = latency.measure(model, config.latency.requests, config.error_budget_percent)
        faults = latency.judge(measured, config.latency, config.error_budget_percent)
        return faults, latency.facts(measured, config.latency)

    checks.ask(protocol, "latency", latencies)


def _firewall(config: SmokeConfig, rest: Rest, clock: Clock, exceed_rate: bool, checks: _Checks) -> None:
    firewall = config.firewall
    for probe in probes(firewall, f"{config.model_path}/infer", LIVE_PATH):
        if firewall.enforced:
            checks.ask(
                "firewall",
                probe.rule,
                lambda probe=probe: (judge_refusal(probe.ask(rest), probe.status, probe.answered), {}),
            )
        else:
            checks.skip("firewall", probe.rule, "firewall.enforced is false")
    if not firewall.enforced:
        checks.skip("firewall", RATE_RULE, "firewall.enforced is false")
    elif not exceed_rate:
        checks.skip("firewall", RATE_RULE, "it blocks the caller's address for a window; ask for it with --exceed-rate")
    else:
        checks.ask("firewall", RATE_RULE, lambda: exceed(rest, LIVE_PATH, firewall, clock))
