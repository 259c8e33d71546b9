"""Argo CD's health check and comparison of InferenceServices."""

import json

_KIND = "serving.kserve.io_InferenceService"
_HEALTH = f"resource.customizations.health.{_KIND}"
_TYPES = f"resource.customizations.knownTypeFields.{_KIND}"

RESOURCES = (
    ("spec.predictor.model.resources", "core/v1/ResourceRequirements"),
    ("spec.predictor.containers", "core/v1/Container"),
    ("spec.predictor.initContainers", "core/v1/Container"),
)
"""The fields of an InferenceService with resource quantities, and their types.

KServe's webhook normalizes quantities, such as 3000m to 3. Without these types, the model would always differ from the
repository, and Argo CD would sync it again and again. With them, Argo CD compares the amounts. Sources:
KServe v0.20.0, pkg/apis/serving/v1beta1/inference_service_defaults.go; Argo CD v3.4.4, docs/user-guide/diffing.md,
"Known Kubernetes types in CRDs".
"""

INFERENCE_SERVICE_HEALTH = """
local status, told = obj.status or {}, {}
local waiting, broken = status.conditions == nil, false
local transition = (status.modelStatus or {}).transitionStatus
if transition ~= nil and transition ~= "UpToDate" then
  waiting = waiting or transition == "InProgress"
  broken = transition ~= "InProgress"
  table.insert(told, "the model is " .. transition)
end
for _, each in ipairs(status.conditions or {}) do
  local reason = each.reason or ""
  if each.type == "Stopped" then
    if each.status == "True" then
      return {status = "Suspended", message = "the model is stopped"}
    end
  elseif each.status ~= "True" then
    waiting = true
    table.insert(told, each.type .. " is " .. each.status .. " " .. reason .. " " .. (each.message or ""))
  elseif string.find(reason, "MinimumReplicasAvailable", 1, true) then
    waiting = true
    table.insert(told, each.type .. ": pods of the version before still answer")
  end
end
local message = table.concat(told, "; ")
if broken then
  return {status = "Degraded", message = message}
end
if waiting then
  return {status = "Progressing", message = message ~= "" and message or "the model has told nothing yet"}
end
return {status = "Healthy", message = "the model answers"}
"""
"""Argo CD's health check, with one addition: during a rollout KServe reports the model as ready while old pods answer.
Only the reason shows it: MinimumReplicasAvailable, and NewReplicaSetAvailable when all pods are new.

Sources: Argo CD v3.4.4, resource_customizations/serving.kserve.io/InferenceService/health.lua; KServe v0.20.0,
pkg/apis/serving/v1beta1/inference_service_status.go, PropagateRawStatus.
"""


def customizations() -> dict[str, str]:
    """Argo CD's resource customizations for InferenceServices."""
    fields = [{"field": field, "type": kind} for field, kind in RESOURCES]
    return {_HEALTH: INFERENCE_SERVICE_HEALTH, _TYPES: json.dumps(fields)}
