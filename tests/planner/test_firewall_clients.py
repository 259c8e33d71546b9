"""The firewalls of the stacks let through what real clients send.

Each request is what the named client's source sends: its method, path, headers and body.
"""

import json
from typing import Any

import pytest

from tests.support.components.waf import Request, answers, post
from tests.support.planner.plans import of_type, plan_of

ACL = "aws:wafv2/webAcl:WebAcl"
JSON = {"Content-Type": "application/json"}
EMPTY = {**JSON, "Content-Length": "0"}
NOTEBOOK = "/notebook/vision/lab/api"


def rules(stack: str, firewall: str) -> list[dict[str, Any]]:
    [acl] = [each for each in of_type(plan_of(stack), ACL) if each.name == f"{firewall}-firewall-acl"]
    return acl.inputs["rules"]


def upload(name: str, size: int) -> Request:
    part = (
        f'--b\r\nContent-Disposition: form-data; name="uploadfile"; filename="{name}"\r\n\r\n{"x" * size}\r\n--b--\r\n'
    )
    return post(part, "multipart/form-data; boundary=b", path="/pipeline/apis/v2beta1/pipelines/upload")


KUBEFLOW = {
    # JupyterLab, packages/services/src/serverconnection.ts: application/json where a request has no type of its own.
    "Jupyter interrupts a kernel": Request("POST", EMPTY, path=f"{NOTEBOOK}/kernels/4f0c/interrupt"),
    "Jupyter restarts a kernel, HTTP/2": Request("POST", JSON, path=f"{NOTEBOOK}/kernels/4f0c/restart"),
    "Jupyter makes a checkpoint": Request("POST", EMPTY, path=f"{NOTEBOOK}/contents/a.ipynb/checkpoints"),
    "Jupyter saves a notebook": Request(
        "PUT",
        {"Content-Type": "text/plain;charset=UTF-8", "Content-Length": "60000"},
        json.dumps({"content": {"cells": ["<script>", "../../data", "x" * 60_000]}}).encode(),
        path=f"{NOTEBOOK}/contents/a.ipynb",
    ),
    "Jupyter opens a log": Request(path=f"{NOTEBOOK}/contents/train.log", query="type=file&content=1"),
    "Jupyter renames a file": Request(
        "PATCH", {"Content-Type": "text/plain;charset=UTF-8"}, b'{"path": "b.ini"}', path=f"{NOTEBOOK}/contents/a.ini"
    ),
    "Jupyter ends a terminal": Request("DELETE", JSON, path=f"{NOTEBOOK}/terminals/1"),
    # kfp-server-api 2.17.3, rest.py: application/json for every request, and no body where there is none.
    "Pipelines terminates a run": Request("POST", EMPTY, path="/pipeline/apis/v2beta1/runs/7d1e:terminate"),
    "Pipelines retries a run": Request("POST", EMPTY, path="/pipeline/apis/v2beta1/runs/7d1e:retry"),
    "Pipelines archives a run": Request("POST", EMPTY, path="/pipeline/apis/v2beta1/runs/7d1e:archive"),
    # Its pages use fetch, which sets no type for a request without a body.
    "Pipelines' page terminates a run": Request(
        "POST", {"Content-Length": "0"}, path="/pipeline/apis/v2beta1/runs/7d1e:terminate"
    ),
    "Pipelines reads an artifact": Request(
        path="/pipeline/artifacts/get", query="source=s3&bucket=b&key=team/logs/wf/pod/main.log"
    ),
    "Pipelines uploads a pipeline": upload("pipeline.yaml", 30_000),
    "the volumes page makes a viewer": Request("POST", EMPTY, path="/volumes/api/namespaces/vision/viewers"),
    "Katib's page asks for a trial": Request(path="/katib/fetch_trial_logs/", query="trialName=a&namespace=vision"),
}

ARGO_CD = {
    # Argo CD 3.4, ui/src/app/shared/services/applications-service.ts: the patch is a string, and is sent as one.
    "live edit": post(json.dumps(json.dumps({"spec": {"replicas": 3}})), path="/api/v1/applications/fraud/resource"),
    "live edit of markup": post(json.dumps(json.dumps({"data": {"page": "<script>../../"}}))),
    "live edit, large": post(json.dumps(json.dumps({"data": {"page": "x" * 20_000}}))),
    "resource action": post(json.dumps("restart"), path="/api/v1/applications/fraud/resource/actions"),
    "sync": post(json.dumps({"prune": False}), path="/api/v1/applications/fraud/sync"),
    "terminate an operation": Request("DELETE", EMPTY, path="/api/v1/applications/fraud/operation"),
    "edit parameters": Request("PUT", JSON, b'{"spec": {}}', path="/api/v1/applications/fraud"),
    "patch an application": Request("PATCH", JSON, b'{"patch": "{}"}', path="/api/v1/applications/fraud"),
    "the command line, gRPC-Web": post(b"\x00" * 9, "application/grpc-web+proto"),
    "sign-in": Request(path="/auth/callback", query="code=4f0c&state=a:b"),
}

PREDICT = "/v1/models/fraud:predict"
INFER = "/v2/models/fraud/infer"
TENSOR = {"name": "x", "shape": [1, 2], "datatype": "FP32"}
CHAT = "/openai/v1/chat/completions"

MODELS = {
    "KServe v1": post(json.dumps({"instances": [[1.0, 2.0]]}), path=PREDICT),
    "KServe v1, text": post(json.dumps({"instances": ["<b>../../x</b> http://192.0.2.7/"]}), path=PREDICT),
    "KServe v2": post(json.dumps({"inputs": [{**TENSOR, "data": [1.0, 2.0]}]}), path=INFER),
    # kserve 0.21.0, inference_client.py: application/octet-stream with the header of the binary data extension.
    "KServe v2, binary": post(
        json.dumps({"inputs": [TENSOR]}).encode() + b"\x00" * 8,
        "application/octet-stream",
        headers={"Inference-Header-Content-Length": "68"},
        path=INFER,
    ),
    # tritonclient 2.73.0, http/_client.py, over geventhttpclient: no Content-Type.
    "Triton, binary": post(
        json.dumps({"inputs": [TENSOR]}).encode() + b"\x00" * 8,
        None,
        headers={"Inference-Header-Content-Length": "68"},
        path=INFER,
    ),
    "Triton loads its metadata": Request(path="/v2/models/fraud"),
    "KServe v2, gRPC": Request("POST", {"Content-Type": "application/grpc"}, b"\x00" * 9_000, path="/inference"),
    "KServe v2, gRPC of Go": Request(
        "POST", {"Content-Type": "application/grpc+proto"}, b"\x00" * 9, path="/inference"
    ),
    "OpenAI chat": post(json.dumps({"messages": [{"role": "user", "content": "<script> ../../ 169.254.169.254"}]})),
    "OpenAI chat, long": post(json.dumps({"messages": [{"role": "user", "content": "x" * 60_000}]}), path=CHAT),
    "OpenAI completions": post(
        json.dumps({"model": "m", "prompt": "file://192.0.2.7/etc"}), path="/openai/v1/completions"
    ),
    "OpenAI lists models": Request(path="/openai/v1/models"),
    "readiness": Request(path="/v2/health/ready"),
}


@pytest.mark.parametrize("request_", KUBEFLOW.values(), ids=KUBEFLOW)
def test_kubeflows_firewall_lets_its_clients_through(request_: Request) -> None:
    assert answers(rules("kubeflow", "kubeflow"), [request_]) == [None]


@pytest.mark.parametrize("request_", ARGO_CD.values(), ids=ARGO_CD)
@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_argo_cds_firewall_lets_its_clients_through(stack: str, request_: Request) -> None:
    assert answers(rules(stack, "delivery"), [request_]) == [None]


@pytest.mark.parametrize("request_", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_models_firewall_lets_their_clients_through(stack: str, request_: Request) -> None:
    assert answers(rules(stack, "serving"), [request_]) == [None]


@pytest.mark.parametrize(("stack", "firewall"), [("kubeflow", "kubeflow"), ("prod", "delivery"), ("prod", "serving")])
def test_each_firewall_still_refuses_what_is_malformed(stack: str, firewall: str) -> None:
    asked = [post('{"a": '), post("{}", "text/html"), Request("TRACE"), Request(headers={"X-Padding": "x" * 9_000})]
    assert answers(rules(stack, firewall), asked) == [400, 415, 405, 413]
