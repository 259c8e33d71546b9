"""What is decided, without any model."""

import pytest

from scorer.decision import Decision, InputError, decide, payment_of, probability_of, request_of


@pytest.mark.parametrize(
    ("probability", "decision"),
    [
        (0.0, Decision.ACCEPT),
        (0.49, Decision.ACCEPT),
        (0.5, Decision.REVIEW),
        (0.89, Decision.REVIEW),
        (0.9, Decision.REFUSE),
        (1.0, Decision.REFUSE),
    ],
)
def test_a_decision_follows_the_probability(probability: float, decision: Decision) -> None:
    assert decide(probability) is decision


def test_a_payment_is_what_the_model_is_sent() -> None:
    payment = payment_of({"features": [1, 2.5, -3, 0]})
    assert request_of(payment) == {
        "inputs": [{"name": "features", "datatype": "FP32", "shape": [1, 4], "data": [1.0, 2.5, -3.0, 0.0]}]
    }


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"features": "1234"}, {"features": [1, 2, 3]}, {"features": [1, 2, 3, None]}]
    + [{"features": [1, 2, 3, each]} for each in (True, "4", float("nan"), float("inf"))],
)
def test_what_is_no_payment_is_refused(document: object) -> None:
    with pytest.raises(InputError, match="features"):
        payment_of(document)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"outputs": []},
        {"outputs": [{"name": "label", "data": [1]}]},
        {"outputs": [{"name": "score", "data": []}]},
    ]
    + [{"outputs": [{"name": "score", "data": [each]}]} for each in (1.5, -0.1, True, "0.5", None, float("nan"))],
)
def test_what_is_no_probability_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match="score"):
        probability_of(answer)
