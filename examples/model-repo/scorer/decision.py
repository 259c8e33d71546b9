"""What is decided of a payment, by the model's probability alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FEATURES = 4
REVIEW_FROM = 0.5
REFUSE_FROM = 0.9


class InputError(ValueError):
    """What the caller sent is wrong; the text says what to send."""


class Decision(StrEnum):
    """What becomes of a payment."""

    ACCEPT = "accept"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Payment:
    """What is known of a payment."""

    features: tuple[float, ...]


def payment_of(document: object) -> Payment:
    """The payment that a request's body tells of.

    Raises:
        InputError: when it tells of none.
    """
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, Sequence) or isinstance(features, str) or len(features) != FEATURES:
        raise InputError(f"features must be a list of {FEATURES} numbers")
    if any(isinstance(each, bool) or not isinstance(each, int | float) or not math.isfinite(each) for each in features):
        raise InputError("features must be finite numbers")
    return Payment(tuple(float(each) for each in features))


def request_of(payment: Payment) -> dict[str, Any]:
    """What the model is sent, in the open inference protocol's second version."""
    shape = [1, len(payment.features)]
    return {"inputs": [{"name": "features", "datatype": "FP32", "shape": shape, "data": list(payment.features)}]}


def probability_of(answer: Any) -> float:
    """The probability that the model answers.

    Raises:
        ValueError: when the answer holds none between 0 and 1.
    """
    try:
        [output] = [each for each in answer["outputs"] if each["name"] == "score"]
        probability = output["data"][0]
    except (KeyError, IndexError, TypeError, ValueError):
        raise ValueError("the model's answer holds no score") from None
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
        raise ValueError("the model's score is no probability")
    return float(probability)


def decide(probability: float) -> Decision:
    """What becomes of a payment that is a fraud with this probability."""
    if probability >= REFUSE_FROM:
        return Decision.REFUSE
    return Decision.REVIEW if probability >= REVIEW_FROM else Decision.ACCEPT
