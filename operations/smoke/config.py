"""What a smoke test calls, sends, expects and allows: the file smoke.yaml."""

import math
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator, model_validator

from .settings import Settings, parse, read, refuse
from .tensors import Datatype, Expected, why_not

_HEADER = r"^[A-Za-z0-9-]{1,64}$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"

OTHER_REQUESTS = 30
"""More than all requests beside those that measure latency."""


class Protocol(StrEnum):
    """How a model is called."""

    REST = "rest"
    GRPC = "grpc"


class InputConfig(Settings):
    """A tensor that is sent."""

    name: str = Field(min_length=1, description="The input's name.")
    datatype: Datatype = Field(description="The kind of its values, such as FP32.")
    shape: tuple[int, ...] = Field(min_length=1, description="Its size in each dimension.")
    data: tuple[bool | int | float | str, ...] = Field(description="Its values in row-major order.")

    @field_validator("shape")
    @classmethod
    def _sizes(cls, shape: tuple[int, ...]) -> tuple[int, ...]:
        if any(size < 1 for size in shape):
            raise refuse("what is sent has a size of 1 or more in each dimension; write the sizes")
        return shape

    @model_validator(mode="after")
    def _values_fill_the_shape(self) -> "InputConfig":
        count = math.prod(self.shape)
        if len(self.data) != count:
            raise refuse(f"data has {len(self.data)} values, and a shape of {list(self.shape)} {count}; write as many")
        for place, value in enumerate(self.data):
            if why := why_not(value, self.datatype):
                raise refuse(f"data[{place}] = {value!r}: {why}")
        return self


class OutputConfig(Settings):
    """A tensor that the answer must hold."""

    name: str = Field(min_length=1, description="The output's name.")
    datatype: Datatype = Field(description="The kind of its values, such as FP32.")
    shape: tuple[int, ...] = Field(min_length=1, description="Its size in each dimension; -1 for any from 1 on.")
    minimum: float | None = Field(default=None, allow_inf_nan=False, description="The least that a value may be.")
    maximum: float | None = Field(default=None, allow_inf_nan=False, description="The most that a value may be.")

    @field_validator("shape")
    @classmethod
    def _sizes(cls, shape: tuple[int, ...]) -> tuple[int, ...]:
        if any(size < 1 and size != -1 for size in shape):
            raise refuse("a dimension has a size of 1 or more, or -1 for any; write one")
        return shape

    @model_validator(mode="after")
    def _bounds(self) -> "OutputConfig":
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and self.datatype in (Datatype.BOOL, Datatype.BYTES):
            raise refuse(f"minimum and maximum are for numbers, not for {self.datatype}; leave them out")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise refuse(f"minimum = {self.minimum:g} is above maximum = {self.maximum:g}; exchange them")
        return self

    @property
    def expected(self) -> Expected:
        """What an answer is judged by."""
        return Expected(self.name, self.datatype, self.shape, self.minimum, self.maximum)


class LatencyConfig(Settings):
    """How fast most answers must be."""

    requests: int = Field(default=100, ge=1, le=100_000, description="Inferences by each protocol.")
    percentile: float = Field(default=95, gt=0, lt=100, description="The part of answers that must be in time, in %.")
    maximum_milliseconds: float = Field(gt=0, allow_inf_nan=False, description="The time they may take.")

    @model_validator(mode="after")
    def _enough_requests(self) -> "LatencyConfig":
        needed = math.ceil(round(100 / (100 - self.percentile), 6))
        if self.requests < needed:
            raise refuse(
                f"percentile = {self.percentile:g} of requests = {self.requests} is the slowest alone; make {needed} "
                "requests or more, or take a lower percentile"
            )
        return self


class FirewallConfig(Settings):
    """What the firewall in front of the model lets through: the WebFirewall's own values."""

    enforced: bool = Field(default=True, description="Whether it blocks; false where it only counts, or is none.")
    maximum_body_kib: int = Field(default=1024, ge=1, le=1_048_576, description="The largest request body, in KiB.")
    allowed_methods: tuple[str, ...] = Field(
        default=("GET", "HEAD", "OPTIONS", "POST"), min_length=1, description="HTTP methods that are let through."
    )
    requests_per_window: int = Field(default=1000, ge=10, description="Requests of one address in a window.")
    window_seconds: int = Field(default=60, ge=60, le=600, description="The window, in seconds.")
    patience_seconds: int = Field(
        default=300,
        ge=0,
        description="Seconds beyond the window until it must have noticed a rate above the limit. AWS WAF may take "
        "several minutes.",
    )


class SmokeConfig(Settings):
    """What a smoke test calls, sends, expects and allows."""

    url: str = Field(description="The model's public address, https://<name>.")
    model: str = Field(min_length=1, description="The model's name, by which its server knows it.")
    served_version: str | None = Field(
        default=None,
        min_length=1,
        description="The version that the model's server itself must tell in its answers. Not every server tells one.",
    )
    protocols: tuple[Protocol, ...] = Field(
        default=(Protocol.REST, Protocol.GRPC), min_length=1, description="How the model is called."
    )
    inputs: tuple[InputConfig, ...] = Field(min_length=1, description="What is sent.")
    outputs: tuple[OutputConfig, ...] = Field(min_length=1, description="What the answer must hold.")
    latency: LatencyConfig = Field(description="How fast most answers must be.")
    error_budget_percent: float = Field(
        default=0, ge=0, lt=100, description="The part of the measured inferences that may fail, in %."
    )
    timeout_seconds: float = Field(default=10, gt=0, le=600, description="Seconds after which a call is given up.")
    certificate_days: int = Field(default=14, ge=0, description="Days that the certificate must still be valid.")
    firewall: FirewallConfig = Field(default_factory=FirewallConfig, description="What the firewall lets through.")
    headers_from_environment: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="Headers that each call carries, by the environment variable that holds the value.",
    )

    @field_validator("url")
    @classmethod
    def _public_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise refuse("it is no address; write https://<name>") from None
        plain = f"https://{parts.hostname}" + (f":{port}" if port else "")
        if parts.scheme != "https" or not parts.hostname or url.rstrip("/").lower() != plain:
            raise refuse(
                "it must be https and nothing but a name, and a port where it is not 443; write https://<name>"
            )
        return plain

    @field_validator("protocols")
    @classmethod
    def _each_once(cls, protocols: tuple[Protocol, ...]) -> tuple[Protocol, ...]:
        if len(set(protocols)) < len(protocols):
            raise refuse("a protocol is named more than once; name each once")
        return protocols

    @field_validator("inputs", "outputs")
    @classmethod
    def _names_once(cls, tensors: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [each.name for each in tensors]
        if len(set(names)) < len(names):
            raise refuse("a name is given more than once; name each tensor once")
        return tensors

    @field_validator("headers_from_environment")
    @classmethod
    def _headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for header, variable in headers.items():
            if not re.fullmatch(_HEADER, header):
                raise refuse(f"{header} is no header's name; write letters, digits and hyphens")
            if not re.fullmatch(_VARIABLE, variable):
                raise refuse(f"{variable} is no environment variable's name; write the name, never the value")
        return headers

    @model_validator(mode="after")
    def _below_the_rate(self) -> "SmokeConfig":
        requests = self.latency.requests * len(self.protocols) + OTHER_REQUESTS
        if self.firewall.enforced and requests > self.firewall.requests_per_window:
            raise refuse(
                f"latency.requests = {self.latency.requests} by {len(self.protocols)} protocols can pass "
                f"firewall.requestsPerWindow = {self.firewall.requests_per_window}, and would be blocked; make fewer"
            )
        return self

    @property
    def host(self) -> str:
        """The public name."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port that answers TLS."""
        return urlsplit(self.url).port or 443

    @property
    def expected(self) -> Sequence[Expected]:
        """What an answer is judged by."""
        return [output.expected for output in self.outputs]

    @property
    def model_path(self) -> str:
        """Where the model answers REST."""
        return f"/v2/models/{quote(self.model, safe='')}"


def load_config(path: Path) -> SmokeConfig:
    """What a smoke.yaml says; a SettingsError names what is wrong."""
    return parse(SmokeConfig, read(path), str(path))
