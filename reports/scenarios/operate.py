"""Scenarios of models, secrets and people."""

from collections.abc import Iterator

from reports.scenarios.durations import (
    ARGO_CD,
    ASSUMED,
    LOOK,
    READ,
    REVIEW,
    REVIEWED,
    ROTATE_CLIENTS,
    ROTATE_LOGINS,
)
from reports.scenarios.names import Names
from reports.scenarios.scenario import Duration, PersonStep, Scenario, Step

_SENIOR = "two seniors who are not the author"


def of_models(names: Names) -> Iterator[Scenario]:
    """Deliver a model and take it back, when Argo CD delivers models."""
    if not names.delivers:
        return
    stack, teams = names.stack, " or ".join(names.teams)
    applications = "kubectl -n argocd get applications.argoproj.io"
    yield Scenario(
        "deploy-model",
        "Deploy a model",
        f"A team ({teams}) has a new version of a model.",
        [f"the team of the model, by its topic ({', '.join(names.teams)})"],
        (
            Step(
                "Test the version where it runs before.",
                (
                    ".venv/bin/python -m operations.smoke --config <smoke.yaml> --release <release.yaml> "
                    "--json report.json",
                ),
                "exit code 0",
                by="the pipeline of the model",
                takes=Duration(1, 15, ASSUMED),
            ),
            Step(
                "Show what changes here, and open it as a pull request.",
                (
                    ".venv/bin/python -m operations.promote plan --team <team> --model <model>",
                    ".venv/bin/python -m operations.promote open --team <team> --model <model> "
                    "--repository <repository>",
                ),
                "the pull request has one overlay",
                by="the pipeline of the model",
                takes=LOOK,
            ),
            PersonStep(
                "Approve the promotion.",
                _SENIOR,
                "the pull request on GitHub",
                "the status of `operations.promote verify` is green",
                takes=REVIEW,
                checked_by=(REVIEWED,),
            ),
            Step(
                "Merge it. Argo CD deploys it.",
                (),
                "the application is Synced and Healthy, and the version answers",
                (applications,),
                by="the author",
                takes=ARGO_CD,
            ),
        ),
        ("The version is in the bucket of models, and its image is in the registry and signed.",),
        ("promotion.md", "smoke.md", "delivery.md"),
    )
    yield Scenario(
        "roll-back-model",
        "Roll back a model",
        "A delivered version fails, is slow, or answers wrongly.",
        [f"the team of the model, by its topic ({', '.join(names.teams)})", *names.told("criticalTopicArn")],
        (
            Step(
                "Find the delivery.",
                (f"git log --oneline -5 -- deploy/models/<team>/<model>/overlays/{stack}",),
                "the last commit is the version that fails",
                takes=LOOK,
            ),
            Step(
                "Revert it by a pull request.",
                ("git revert <commit>",),
                "the overlay is that of the version before",
                takes=LOOK,
            ),
            PersonStep(
                "Approve the revert.",
                _SENIOR,
                "the pull request on GitHub; a revert needs the same approvals",
                "it is merged",
                takes=Duration(5, 15, ASSUMED, "the reviewers have time"),
                checked_by=(REVIEWED,),
            ),
            Step(
                "Wait for Argo CD.",
                (applications,),
                "the application is Synced and Healthy, and the error rate falls",
                ("kubectl -n <team> get inferenceservices",),
                takes=ARGO_CD,
            ),
        ),
        ("The version before is still in the bucket of models.",),
        ("promotion.md", "runbooks.md"),
    )


def of_secrets(names: Names) -> Iterator[Scenario]:
    """A rotation for each kind of secret that the stack has."""
    logins = [each.partition("/")[2] for each in names.secrets]
    engines = {str(each.inputs.get("engine")) for each in names.index.of_type("aws:rds/instance:Instance")}
    databases = ", ".join(names.databases)
    if any(each.startswith("database/") for each in logins):
        yield _rotation(
            names,
            "postgresql",
            f"Rotate the passwords of PostgreSQL in {databases}",
            "Each quarter, after somebody left, or at once when a password may be known. RDS itself "
            "rotates the administrator each week.",
            ROTATE_LOGINS,
            "Choose a quiet hour: new connections of old pods fail for some minutes.",
        )
    if "mysql" in engines and any(each.startswith("kubeflow/pipelines") for each in logins):
        yield _rotation(
            names,
            "mysql",
            f"Rotate the passwords of MySQL in {databases}",
            "Each quarter, or at once when a password may be known.",
            ROTATE_LOGINS,
            "Choose a quiet hour: new connections of old pods fail for some minutes.",
        )
    if any(each.startswith("online-store/") for each in logins):
        yield _rotation(
            names,
            "cache",
            f"Rotate the passwords of users of {', '.join(names.caches)}",
            "Each quarter, or at once when a password may be known. Users of IAM need nothing.",
            ROTATE_LOGINS,
            "Nobody notices it.",
        )
    if names.clients:
        yield _rotation(
            names,
            "cognito",
            f"Rotate the secrets of the clients {', '.join(names.clients)}",
            "Each year, or at once when a secret may be known.",
            ROTATE_CLIENTS,
            "Users sign in again.",
        )
    if names.keys:
        yield _rotation(
            names,
            "kms",
            f"Check the rotation of {names.keys} KMS keys",
            "Each quarter. KMS rotates each key once a year by itself.",
            READ,
            "With `--now` KMS rotates each key at once; old data stays readable.",
        )
    if names.domains or names.databases:
        yield _rotation(
            names,
            "tls",
            f"Check the certificates of {', '.join(names.domains) or databases}",
            "Each month. ACM, RDS and cert-manager renew them by themselves.",
            READ,
            "It changes nothing.",
        )


def _rotation(names: Names, what: str, title: str, when: str, takes: Duration, notice: str) -> Scenario:
    stack = names.stack
    call = f".venv/bin/python -m operations.rotate {stack} {what} --run <run>"
    steps: list[Step | PersonStep] = [
        Step(
            "Write the state of the stack, and show the steps.",
            (f"pulumi stack export --stack {stack} > state.json", call),
            "the list names what you expect",
            takes=LOOK,
        ),
        Step(
            f"Do it. {notice} After a failure, run the same command again.",
            (f"{call} --apply",),
            "exit code 0; with 3 it waits for you",
            takes=takes,
        ),
    ]
    if what == "cognito":
        steps.append(
            PersonStep(
                "Sign in to each application with the new secret, then run the command again.",
                "platform engineer",
                "a private window of a browser, at the address that the command prints",
                "the sign-in works",
                (f"{call} --apply --confirm <client>-sign-in",),
                takes=Duration(2, 10, ASSUMED),
            )
        )
    return Scenario(
        f"rotate-{what}",
        title,
        when,
        names.told(),
        steps,
        ("`kubectl` reaches the cluster.",) if names.cluster and what != "kms" else (),
        ("rotation.md",),
    )


def of_people(names: Names) -> Iterator[Scenario]:
    """Emergencies and departures."""
    role = str(names.output("breakGlassRoleArn"))
    if role:
        yield Scenario(
            "break-glass",
            f"Use the role for emergencies, {role.rpartition('/')[2]}",
            "The sign-in of people does not work, or a change is needed that no other role may do, and "
            "waiting does harm.",
            names.told("breakGlassTopicArn"),
            (
                PersonStep(
                    "Decide it, and write down why.",
                    "the owner of the platform, or who is on call",
                    "the incident's page, before the first call",
                    "the incident has a name, which the session takes",
                    takes=Duration(1, 5, ASSUMED),
                ),
                Step(
                    "Assume the role with a second factor of the last hour.",
                    (
                        f"aws sts assume-role --role-arn {role} --role-session-name <incident> "
                        "--serial-number <mfa device> --token-code <code> --duration-seconds 3600",
                    ),
                    "the topic tells of the use within minutes",
                    by="one of the named emergency users",
                    takes=LOOK,
                ),
                Step(
                    "Do what is needed, and nothing else. Then end the session: remove the credentials.",
                    (),
                    "the incident's page lists each change",
                    takes=Duration(5, 60, "the session's own --duration-seconds 3600; the least is assumed"),
                ),
                Step(
                    "Find what was changed beside the program, and bring it into the program or back.",
                    (
                        f"pulumi stack export --stack {names.stack} > state.json",
                        f".venv/bin/python -m operations.drift {names.stack}",
                    ),
                    "no difference is left",
                    takes=Duration(2, 10, ASSUMED),
                ),
                PersonStep(
                    "Read what the session did, and store new credentials of the emergency user in the safe.",
                    "security",
                    "CloudTrail, by the name of the session",
                    "the review is in the incident's page",
                    (
                        "aws cloudtrail lookup-events --lookup-attributes "
                        "AttributeKey=EventName,AttributeValue=AssumeRole",
                    ),
                    takes=Duration(
                        15, 60, ASSUMED, "CloudTrail has the events, some 5 minutes after the calls by its user guide"
                    ),
                ),
            ),
            ("The emergency user, the password and the second factor are in a safe that two people open.",),
            ("components/access_control.md",),
        )
    pool = str(names.output("userPoolId"))
    if not (pool or names.permission_sets):
        return
    steps: list[Step | PersonStep] = []
    if names.permission_sets:
        steps.append(
            PersonStep(
                f"Take the person out of all groups with {', '.join(names.permission_sets)}.",
                "administrator of IAM Identity Center",
                "the identity source of the organization, or the commands below",
                "the person has no membership; sessions end after their hours",
                (
                    "aws identitystore list-group-memberships-for-member --identity-store-id <id> "
                    "--member-id UserId=<user>",
                    "aws identitystore delete-group-membership --identity-store-id <id> --membership-id <membership>",
                ),
                takes=Duration(5, 10, ASSUMED),
            )
        )
    if pool:
        user = f"--user-pool-id <pool> --username <email> --region {names.region}"
        steps.append(
            Step(
                "Disable the user, and end all sessions. The first command prints the pool.",
                (
                    f"pulumi stack output userPoolId --stack {names.stack}",
                    f"aws cognito-idp admin-disable-user {user}",
                    f"aws cognito-idp admin-user-global-sign-out {user}",
                ),
                f"a sign-in at {', '.join(names.clients)} is refused",
                takes=LOOK,
            )
        )
    steps.append(
        PersonStep(
            "Take the person out of the team on GitHub and out of `deploy/github/promotion.yaml`.",
            "owner of the GitHub organization",
            "the settings of the organization, and a pull request",
            "the person is in no team, and approvals of the person no longer count",
            takes=Duration(5, 10, ASSUMED),
            checked_by=("gh api orgs/<organization>/teams/<team>/members",),
        )
    )
    if any("database/" in each for each in names.secrets):
        steps.append(
            Step(
                "Rotate the passwords that the person could read.",
                (
                    f"pulumi stack export --stack {names.stack} > state.json",
                    f".venv/bin/python -m operations.rotate {names.stack} postgresql --run <run> --apply",
                ),
                "exit code 0",
                takes=ROTATE_LOGINS,
            )
        )
    steps.append(
        Step(
            "Look for access keys of the person.",
            (f".venv/bin/python -m operations.rotate {names.stack} access-keys --run <run> --apply",),
            "no key is of the person",
            takes=LOOK,
        )
    )
    steps.append(
        PersonStep(
            "Hand over what the person owned: notebooks, schedules, alarms, mail addresses of topics.",
            "the person's team",
            "the registry of facilities, by owner",
            "no address of the person receives an alarm",
            (f"aws sns list-subscriptions --region {names.region}",),
            takes=Duration(15, 60, ASSUMED, "the person's team has an owner for each"),
        )
    )
    yield Scenario(
        "off-boarding",
        "Off-board a person",
        "A person leaves the company or the team. On the last day, or at once.",
        [*names.told(), "security and the person's team"],
        steps,
        (),
        ("rotation.md", "components/permission_sets.md") if names.permission_sets else ("rotation.md",),
    )
