"""smoke.yaml: the model to call, its inputs, and the expected responses."""

import math
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator, model_validator

from ..settings import Settings, parse, read, refuse
from .tensors import Datatype, Expected, why_not

_HEADER = r"^[A-Za-z0-9-]{1,64}$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"

OTHER_REQUESTS = 30
"""An upper bound for the requests that do not measure latency."""


class Protocol(StrEnum):
    """A protocol of the model."""

    REST = "rest"
    GRPC = "grpc"


class InputConfig(Settings):
    """An input tensor."""

    name: str = Field(min_length=1, description="The input's name.")
    datatype: Datatype = Field(description="The datatype of its values, such as FP32.")
    shape: tuple[int, ...] = Field(min_length=1, description="Its size in each dimension.")
    data: tuple[bool | int | float | str, ...] = Field(description="Its values in row-major order.")

    @field_validator("shape")
    @classmethod
    def _sizes(cls, shape: tuple[int, ...]) -> tuple[int, ...]:
        if any(size < 1 for size in shape):
            raise refuse("each dimension of an input must be 1 or more; correct it")
        return shape

    @model_validator(mode="after")
    def _values_fill_the_shape(self) -> "InputConfig":
        count = math.prod(self.shape)
        if len(self.data) != count:
            raise refuse(
                f"data has {len(self.data)} values, but a shape of {list(self.shape)} needs {count}; correct one"
            )
        for index, value in enumerate(self.data):
            if why := why_not(value, self.datatype):
                raise refuse(f"data[{index}] = {value!r}: {why}")
        return self


class OutputConfig(Settings):
    """An output tensor that the response must contain."""

    name: str = Field(min_length=1, description="The output's name.")
    datatype: Datatype = Field(description="The datatype of its values, such as FP32.")
    shape: tuple[int, ...] = Field(min_length=1, description="Its size in each dimension; -1 means any size from 1.")
    minimum: float | None = Field(default=None, allow_inf_nan=False, description="The lowest allowed value.")
    maximum: float | None = Field(default=None, allow_inf_nan=False, description="The highest allowed value.")

    @field_validator("shape")
    @classmethod
    def _sizes(cls, shape: tuple[int, ...]) -> tuple[int, ...]:
        if any(size < 1 and size != -1 for size in shape):
            raise refuse("each dimension must be 1 or more, or -1 for any size; correct it")
        return shape

    @model_validator(mode="after")
    def _bounds(self) -> "OutputConfig":
        bounded = self.minimum is not None or self.maximum is not None
        if bounded and self.datatype in (Datatype.BOOL, Datatype.BYTES):
            raise refuse(f"minimum and maximum do not apply to {self.datatype}; remove them")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise refuse(f"minimum = {self.minimum:g} is above maximum = {self.maximum:g}; swap them")
        return self

    @property
    def expected(self) -> Expected:
        """What the response is compared with."""
        return Expected(self.name, self.datatype, self.shape, self.minimum, self.maximum)


class LatencyConfig(Settings):
    """How fast most responses must be."""

    requests: int = Field(default=100, ge=1, le=100_000, description="The number of inferences by each protocol.")
    percentile: float = Field(
        default=95, gt=0, lt=100, description="The share of responses that must be in time, in %."
    )
    maximum_milliseconds: float = Field(gt=0, allow_inf_nan=False, description="The longest time that they may take.")

    @model_validator(mode="after")
    def _enough_requests(self) -> "LatencyConfig":
        needed = math.ceil(round(100 / (100 - self.percentile), 6))
        if self.requests < needed:
            raise refuse(
                f"percentile = {self.percentile:g} of requests = {self.requests} is only the slowest request; use "
                f"{needed} requests or more, or a lower percentile"
            )
        return self


class FirewallConfig(Settings):
    """The limits of the firewall in front of the model, as in WebFirewall."""

    enforced: bool = Field(default=True, description="Whether it blocks; false if it only counts, or does not exist.")
    maximum_body_kib: int = Field(default=1024, ge=1, le=1_048_576, description="The largest request body, in KiB.")
    allowed_methods: tuple[str, ...] = Field(
        default=("GET", "HEAD", "OPTIONS", "POST"), min_length=1, description="The allowed HTTP methods."
    )
    requests_per_window: int = Field(
        default=1000, ge=10, description="The allowed requests of one address in a window."
    )
    window_seconds: int = Field(default=60, ge=60, le=600, description="The window, in seconds.")
    patience_seconds: int = Field(
        default=300,
        ge=0,
        description="Seconds after the window until the firewall must block a rate above the limit. AWS WAF may "
        "take several minutes.",
    )


class SmokeConfig(Settings):
    """The settings of a smoke test."""

    url: str = Field(description="The model's public address, https://<name>.")
    model: str = Field(min_length=1, description="The model's name on its server.")
    served_version: str | None = Field(
        default=None,
        min_length=1,
        description="The version that the server must return in its responses. Not every server returns one.",
    )
    protocols: tuple[Protocol, ...] = Field(
        default=(Protocol.REST, Protocol.GRPC), min_length=1, description="The protocols to call the model by."
    )
    inputs: tuple[InputConfig, ...] = Field(min_length=1, description="The input tensors.")
    outputs: tuple[OutputConfig, ...] = Field(
        min_length=1, description="The output tensors that the response must contain."
    )
    latency: LatencyConfig = Field(description="How fast most responses must be.")
    error_budget_percent: float = Field(
        default=0, ge=0, lt=100, description="The share of the measured inferences that may fail, in %."
    )
    timeout_seconds: float = Field(default=10, gt=0, le=600, description="The time limit of a call, in seconds.")
    certificate_days: int = Field(default=14, ge=0, description="Days that the certificate must still be valid.")
    firewall: FirewallConfig = Field(default_factory=FirewallConfig, description="The firewall's limits.")
    headers_from_environment: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="Headers of each call, with the environment variable that holds the value.",
    )

    @field_validator("url")
    @classmethod
    def _public_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise refuse("it is not a URL; write https://<name>") from None
        plain = f"https://{parts.hostname}" + (f":{port}" if port else "")
        if parts.scheme != "https" or not parts.hostname or url.rstrip("/").lower() != plain:
            raise refuse("it must be https with a name and, if it is not 443, a port; write https://<name>")
        return plain

    @field_validator("protocols")
    @classmethod
    def _distinct_protocols(cls, protocols: tuple[Protocol, ...]) -> tuple[Protocol, ...]:
        if len(set(protocols)) < len(protocols):
            raise refuse("a protocol is listed twice; list each once")
        return protocols

    @field_validator("inputs", "outputs")
    @classmethod
    def _distinct_names(cls, tensors: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [each.name for each in tensors]
        if len(set(names)) < len(names):
            raise refuse("a name is used twice; give each tensor its own")
        return tensors

    @field_validator("headers_from_environment")
    @classmethod
    def _headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for header, variable in headers.items():
            if not re.fullmatch(_HEADER, header):
                raise refuse(f"{header} is not a header name; use letters, digits and hyphens")
            if not re.fullmatch(_VARIABLE, variable):
                raise refuse(f"{variable} is not the name of an environment variable; write the name, never the value")
        return headers

    @model_validator(mode="after")
    def _below_the_rate_limit(self) -> "SmokeConfig":
        requests = self.latency.requests * len(self.protocols) + OTHER_REQUESTS
        if self.firewall.enforced and requests > self.firewall.requests_per_window:
            raise refuse(
                f"latency.requests = {self.latency.requests} for {len(self.protocols)} protocols can exceed "
                f"firewall.requestsPerWindow = {self.firewall.requests_per_window}and be blocked; use fewer"
            )
        return self

    @property
    def host(self) -> str:
        """The public name."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port of the TLS connection."""
        return urlsplit(self.url).port or 443

    @property
    def expected(self) -> Sequence[Expected]:
        """What the response is compared with."""
        return [output.expected for output in self.outputs]

    @property
    def model_path(self) -> str:
        """The model's path in the REST API."""
        return f"/v2/models/{quote(self.model, safe='')}"


def load_config(path: Path) -> SmokeConfig:
    """Read a smoke.yaml. A SettingsError names what is wrong."""
    return config_of(read(path), str(path))


def config_of(content: object, where: str) -> SmokeConfig:
    """The settings with these fields. A SettingsError names what is wrong."""
    return parse(SmokeConfig, content, where)
