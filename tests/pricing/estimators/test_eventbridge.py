"""Event rules are free on the default bus."""

from tests.support.pricing.build import priced, referring, resource


def test_a_rule_on_the_default_bus_is_free() -> None:
    result = priced(resource("aws:cloudwatch/eventRule:EventRule", eventPattern="{}"))
    assert (result.monthly, result.unpriced) == (0, ())


def test_a_rule_on_a_bus_of_the_stack_costs_through_the_bus() -> None:
    bus = resource("aws:cloudwatch/eventBus:EventBus", "orders", name="orders")
    rule = resource("aws:cloudwatch/eventRule:EventRule", eventPattern="{}")
    for joined in (referring(rule, {"eventBusName": [bus]}), resource(rule.type, eventBusName="orders")):
        found = priced(bus, joined, services={"eventsMillion": 2})
        assert (found.monthly, found.unpriced) == (2, ())


def test_a_rule_on_another_bus_is_unpriced() -> None:
    rule = resource("aws:cloudwatch/eventRule:EventRule", eventBusName="orders")
    assert priced(rule).unpriced == (rule.urn,)
