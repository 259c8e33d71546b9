"""The tables of the predicted availability."""

from availability.parts import Availability, Capability, Kind, Part, ZoneLoss
from availability.prediction import ASSUMPTIONS
from availability.spread import Spread
from availability.target import AvailabilityTarget
from reports.availability import assumptions, tables

ALONE = Part("nodes of models", Spread("ec2-instance", "ec2-region", ("a", "b"), 1), "1 replica in 2 zones")
LOSS = ZoneLoss("a", 0, 0, "nodes of models")
MODEL = Capability(Kind.MODEL, "model risk/fraud", "f.example.com", (ALONE,), (), (), (LOSS,))
TARGET = AvailabilityTarget(target=99)


def test_tables_have_what_is_predicted() -> None:
    found = {each.title: each.rows for each in tables(Availability((MODEL,)), TARGET)}
    [model] = found["Predicted availability"]
    assert model == {
        "capability": "model risk/fraud",
        "name": "f.example.com",
        "weakest": "nodes of models",
        "raise": "",
        "basis": "quoted: ec2-instance",
        "predicted": "99.500 %",
        "target": "99 %",
        "minutes": "219",
    }
    [part] = found["Parts that each request needs"]
    assert part["level"] == "ec2-instance (quoted) or ec2-region"
    [loss] = found["A zone lost"]
    assert (loss["zone"], loss["capacity"], loss["predicted"]) == ("a", "down", "0.000 %")
    assert "The region lost" not in found


def test_the_figures_come_with_their_assumptions() -> None:
    found = Availability((MODEL,))
    about = tables(found, TARGET)[0].about
    assert set(ASSUMPTIONS) <= set(assumptions(found))
    assert all(each in about for each in ASSUMPTIONS)


def test_nothing_predicted_has_no_tables() -> None:
    assert tables(Availability(), TARGET) == []
