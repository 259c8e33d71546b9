"""The predicted availability in the plan's JSON, as `plan.schema.json` describes it under `availability`."""

from typing import Any

from availability.parts import Availability, Capability, Part, Recovery, ZoneLoss
from availability.prediction import ASSUMPTIONS
from availability.target import AvailabilityTarget
from components.facts.service_levels import SERVICE_LEVELS, ServiceLevel

_DECIMALS = 6


def availability_document(found: Availability, target: AvailabilityTarget) -> dict[str, Any]:
    """The prediction with its target, its assumptions and the service levels that it uses."""
    used = {key for each in found.capabilities for part in each.parts for key in (part.spread.one, part.spread.many)}
    return {
        "zones": list(found.zones),
        "capabilities": [_capability(each, target.of(each.name)) for each in found.capabilities],
        "recovery": [_recovery(each) for each in found.recoveries],
        "standby": found.standby,
        "serviceLevels": [_level(SERVICE_LEVELS[key]) for key in sorted(used)],
        "assumptions": list(ASSUMPTIONS),
    }


def _capability(each: Capability, target: float | None) -> dict[str, Any]:
    change = each.best_improvement
    return {
        "kind": each.kind,
        "name": each.name,
        "address": each.address,
        "predicted": _percent(each.share),
        "minutes": round(each.minutes, 2),
        "target": target,
        "complete": not each.unknown,
        "unknown": list(each.unknown),
        "parts": [_part(part) for part in each.parts],
        "toChange": [_part(part) for part in each.to_change],
        "weakest": each.weakest.name if each.parts else None,
        "improvement": {"what": change.what, "predicted": _percent(each.improved_share), "monthly": change.monthly}
        if change
        else None,
        "zoneLosses": [_loss(loss) for loss in each.losses],
        "notes": list(each.notes),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "detail": part.detail,
        "predicted": _percent(part.share),
        "serviceLevels": list(dict.fromkeys((part.spread.one, part.spread.many))),
        "urns": list(part.urns),
    }


def _loss(loss: ZoneLoss) -> dict[str, Any]:
    capacity = round(loss.capacity, 4)
    return {
        "zone": loss.zone,
        "predicted": _percent(loss.share),
        "capacity": capacity,
        "limit": loss.limit,
        "returns": list(loss.returns),
    }


def _recovery(each: Recovery) -> dict[str, Any]:
    return {
        "store": each.store,
        "how": each.how,
        "rpoMinutes": each.rpo_minutes,
        "rtoMinutes": each.rto_minutes,
        "region": each.region,
    }


def _level(level: ServiceLevel) -> dict[str, Any]:
    return {
        "key": level.key,
        "service": level.service,
        "percent": level.percent,
        "condition": level.condition,
        "basis": level.basis,
        "address": level.address,
        "version": level.version,
    }


def _percent(share: float) -> float:
    return round(share * 100, _DECIMALS)
