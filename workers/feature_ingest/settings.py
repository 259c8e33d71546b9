"""The settings of the worker, from the environment of its pod."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

_Choice = TypeVar("_Choice", bound=StrEnum)
_LOCAL = re.compile(r"(localhost|127\.0\.0\.1):\d+")


class Format(StrEnum):
    """What the value of a record holds."""

    JSON = "json"
    AVRO = "avro"
    """With the header of Glue's serializers: 18 bytes that name the schema version."""


class Security(StrEnum):
    """How the worker logs in to the brokers."""

    IAM = "iam"
    NONE = "none"
    """Without TLS, for brokers on the same machine alone: in tests."""


class SettingsError(Exception):
    """What is wrong with the environment, one line for each variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the worker reads, where it writes, and how."""

    topic: str
    group: str
    """The consumer group, and the client id that Kafka's quotas name."""
    views: tuple[str, ...]
    """The feature views that each record is written to."""
    brokers: str
    """Addresses of brokers, separated by commas."""
    dead_letters: str
    """The topic of records that cannot be written."""
    record_format: Format = Format.JSON
    security: Security = Security.IAM
    region: str = ""
    feast_folder: str = "/etc/feast"
    """Where feature_store.yaml is."""
    batch_size: int = 500
    """The most records that are written at once."""
    port: int = 8080
    """Where probes and Prometheus ask."""


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment.

    Raises:
        SettingsError: variables are missing or wrong. It names all of them.
    """
    return _Reader(environment).settings()


class _Reader:
    def __init__(self, environment: Mapping[str, str]):
        self._environment = environment
        self._problems: list[str] = []

    def settings(self) -> Settings:
        security = self._choice("INGEST_SECURITY", Security, Security.IAM)
        record_format = self._choice("INGEST_FORMAT", Format, Format.JSON)
        found = Settings(
            topic=self._text("INGEST_TOPIC", "the topic to read"),
            group=self._text("INGEST_GROUP", "the consumer group"),
            views=self._views(),
            brokers=self._brokers(security),
            dead_letters=self._text("INGEST_DEAD_LETTERS", "the topic of records that cannot be written"),
            record_format=record_format,
            security=security,
            region=self._region(security, record_format),
            feast_folder=self._environment.get("INGEST_FEAST_FOLDER") or "/etc/feast",
            batch_size=self._number("INGEST_BATCH_SIZE", 500, 1, 10_000),
            port=self._number("INGEST_PORT", 8080, 1, 65_535),
        )
        if found.topic and found.topic == found.dead_letters:
            self._wrong("INGEST_DEAD_LETTERS", found.dead_letters, "is the topic that is read; name another topic")
        if self._problems:
            raise SettingsError("\n".join(self._problems))
        return found

    def _wrong(self, name: str, value: str, remedy: str) -> None:
        self._problems.append(f"{name} = {value!r}: {remedy}")

    def _text(self, name: str, meaning: str) -> str:
        value = self._environment.get(name, "").strip()
        if not value:
            self._wrong(name, value, f"is missing; set it to {meaning}")
        return value

    def _views(self) -> tuple[str, ...]:
        text = self._text("INGEST_VIEWS", "the names of feature views, separated by commas")
        views = tuple(view.strip() for view in text.split(",") if view.strip())
        if len(views) != len(set(views)):
            self._wrong("INGEST_VIEWS", text, "names a feature view twice; name each once")
        return views

    def _brokers(self, security: Security) -> str:
        brokers = self._text("INGEST_BROKERS", "host:port of brokers, separated by commas")
        for broker in filter(None, brokers.split(",")):
            if not re.fullmatch(r"[^\s:,]+:\d{1,5}", broker):
                self._wrong("INGEST_BROKERS", brokers, f"{broker!r} is not a valid broker; write host:port")
            elif security is Security.NONE and not _LOCAL.fullmatch(broker):
                self._wrong("INGEST_SECURITY", "none", f"the broker {broker} is on another machine; use iam")
        return brokers

    def _region(self, security: Security, record_format: Format) -> str:
        region = self._environment.get("AWS_REGION", "")
        if not region and (security is Security.IAM or record_format is Format.AVRO):
            self._wrong("AWS_REGION", "", "is missing; set it to the region of the brokers and of the schema registry")
        return region

    def _choice(self, name: str, choices: type[_Choice], default: _Choice) -> _Choice:
        value = self._environment.get(name) or default.value
        if value not in [choice.value for choice in choices]:
            self._wrong(name, value, f"is unknown; use {' or '.join(choices)}")
            return default
        return choices(value)

    def _number(self, name: str, default: int, least: int, most: int) -> int:
        value = self._environment.get(name) or str(default)
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            self._wrong(name, value, f"is not a whole number from {least} to {most}; write one")
            return default
        return int(value)
