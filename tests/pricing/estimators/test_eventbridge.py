"""Event rules are free on the default bus."""

from tests.support.pricing.build import priced, resource


def test_a_rule_on_the_default_bus_is_free() -> None:
    result = priced(resource("aws:cloudwatch/eventRule:EventRule", eventPattern="{}"))
    assert (result.monthly, result.unpriced) == (0, ())


def test_a_rule_on_another_bus_is_unpriced() -> None:
    rule = resource("aws:cloudwatch/eventRule:EventRule", eventBusName="orders")
    assert priced(rule).unpriced == (rule.urn,)
