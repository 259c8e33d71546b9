"""Whom Argo CD tells of what it delivered: people in Slack, and GitHub, whose workflows go on from there."""

import json
from typing import Any

from tests.support.components.clusters import NETWORK_POLICY, RELEASE
from tests.support.components.delivered import APPLICATION_SET, EXTERNAL_SECRET, delivery, named
from tests.support.components.mocks import Recording
from tests.support.planner.charts import CHARTS


def values(recording: Recording) -> Any:
    return recording.one(RELEASE).inputs["values"]


def test_slack_is_told_what_has_a_text() -> None:
    recording = delivery(slack_channel="ml-deployments")
    told = values(recording)["notifications"]
    assert told["secret"] == {"create": False}
    [token] = json.loads(told["notifiers"]["service.slack"]).values()
    kept = named(recording, EXTERNAL_SECRET)["argocd-notifications-secret"].inputs["spec"]["target"]["template"]
    assert set(kept["data"]) == {token.removeprefix("$")}
    sent = {what for each in told["triggers"].values() for rule in json.loads(each) for what in rule["send"]}
    assert {f"template.{what}" for what in sent} == set(told["templates"])
    [subscription] = told["subscriptions"]
    assert subscription["recipients"] == ["slack:ml-deployments"]
    assert {f"trigger.{each}" for each in subscription["triggers"]} == set(told["triggers"])


def test_slack_is_told_of_a_model_whose_folder_is_gone() -> None:
    told = values(delivery(slack_channel="ml-deployments"))["notifications"]
    # What Argo CD says of an Application whose path does not exist, in the words of its own catalog of triggers.
    [trigger] = [name for name, rules in told["triggers"].items() if "app.status.sync.status == 'Unknown'" in rules]
    assert trigger.removeprefix("trigger.") in told["subscriptions"][0]["triggers"]
    [rule] = json.loads(told["triggers"][trigger])
    assert ".app.status.conditions" in told["templates"][f"template.{rule['send'][0]}"]


def test_github_is_told_once_a_model_runs_what_a_revision_says() -> None:
    told = values(delivery(tell_github=True, environment="staging"))["notifications"]
    [event] = told["triggers"].values()
    [rule] = json.loads(event)
    for needed in ("phase in ['Succeeded']", "health.status == 'Healthy'", "sync.status == 'Synced'"):
        assert needed in rule["when"]
    assert rule["oncePer"] == "app.status.operationState?.syncResult?.revision"
    assert [f"template.{what}" for what in rule["send"]] == list(told["templates"])
    [subscription] = told["subscriptions"]
    assert subscription["recipients"] == ["github"]
    assert [f"trigger.{each}" for each in subscription["triggers"]] == list(told["triggers"])
    # What Argo CD delivers beside models is no model to call.
    assert subscription["selector"] in delivered_labels()


def delivered_labels() -> dict[str, str]:
    found = named(delivery(environment="staging"), APPLICATION_SET)["models-ranking"].inputs["spec"]["template"]
    return found["metadata"]["labels"]


def test_github_app_key_is_in_secrets_manager_alone() -> None:
    told = delivery(tell_github=True)
    given = json.loads(values(told)["notifications"]["notifiers"]["service.github"])
    assert set(given) == {"appID", "installationID", "privateKey"}
    kept = named(told, EXTERNAL_SECRET)["argocd-notifications-secret"].inputs["spec"]
    assert kept["dataFrom"] == [{"extract": {"key": "ml-prod/delivery/notifications"}}]
    assert {each.removeprefix("$") for each in given.values()} == set(kept["target"]["template"]["data"])


def test_people_and_github_are_told_side_by_side() -> None:
    both = delivery(tell_github=True, slack_channel="ml")
    told = values(both)["notifications"]
    assert [each["recipients"] for each in told["subscriptions"]] == [["slack:ml"], ["github"]]
    assert set(told["notifiers"]) == {"service.slack", "service.github"}
    kept = named(both, EXTERNAL_SECRET)["argocd-notifications-secret"].inputs["spec"]["target"]["template"]
    assert len(kept["data"]) == 4


def test_the_part_that_tells_reaches_github_and_nobody_reaches_it() -> None:
    [teller] = [pods for pods in CHARTS["argo-cd"].pods if pods.account == "argocd-notifications-controller"]
    rules = [
        (kind, rule)
        for policy in delivery(tell_github=True).all(NETWORK_POLICY)
        if policy.inputs["metadata"]["namespace"] == "argocd"
        for labels in [policy.inputs["spec"]["podSelector"].get("matchLabels", {})]
        if labels.items() <= teller.labels.items()
        for kind in ("ingress", "egress")
        for rule in policy.inputs["spec"].get(kind, [])
    ]
    outside = {
        port["port"]
        for kind, rule in rules
        if kind == "egress" and any(peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0" for peer in rule["to"])
        for port in rule["ports"]
    }
    assert outside == {443}
    assert all(peer == {"podSelector": {}} for kind, rule in rules if kind == "ingress" for peer in rule["from"])


def test_without_a_channel_nobody_is_told_and_no_token_is_kept() -> None:
    plain = delivery()
    assert values(plain)["notifications"]["enabled"] is False
    assert set(named(plain, EXTERNAL_SECRET)) == {"argocd-sso"}
