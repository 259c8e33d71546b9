"""Scenarios of models, secrets and people."""

from collections.abc import Iterator

from reports.scenarios.names import Names
from reports.scenarios.scenario import Duration, PersonStep, Scenario, Step

_RESTARTS = "estimate: pods restart one after another; the log of the run has the times"
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
        Duration(
            "20 to 60", "estimate: without the reviews; nodes with GPUs that must start first take some 5 to 10 minutes"
        ),
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
            ),
            PersonStep(
                "Approve the promotion.",
                _SENIOR,
                "the pull request on GitHub",
                "the status of `operations.promote verify` is green",
            ),
            Step(
                "Merge it. Argo CD deploys it.",
                (),
                "the application is Synced and Healthy, and the version answers",
                (applications,),
                by="the author",
            ),
        ),
        ("The version is in the bucket of models, and its image is in the registry and signed.",),
        ("promotion.md", "smoke.md", "delivery.md"),
    )
    yield Scenario(
        "roll-back-model",
        "Roll back a model",
        "A delivered version fails, is slow, or answers wrongly.",
        Duration("5 to 20", "estimate: the old version's image is on the nodes; a merge and a sync of Argo CD"),
        [f"the team of the model, by its topic ({', '.join(names.teams)})", *names.told("criticalTopicArn")],
        (
            Step(
                "Find the delivery.",
                (f"git log --oneline -5 -- deploy/models/<team>/<model>/overlays/{stack}",),
                "the last commit is the version that fails",
            ),
            Step("Revert it by a pull request.", ("git revert <commit>",), "the overlay is that of the version before"),
            PersonStep(
                "Approve the revert.",
                _SENIOR,
                "the pull request on GitHub; a revert needs the same approvals",
                "it is merged",
            ),
            Step(
                "Wait for Argo CD.",
                (applications,),
                "the application is Synced and Healthy, and the error rate falls",
                ("kubectl -n <team> get inferenceservices",),
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
            "5 to 20",
            "Choose a quiet hour: new connections of old pods fail for some minutes.",
        )
    if "mysql" in engines and any(each.startswith("kubeflow/pipelines") for each in logins):
        yield _rotation(
            names,
            "mysql",
            f"Rotate the passwords of MySQL in {databases}",
            "Each quarter, or at once when a password may be known.",
            "5 to 20",
            "Choose a quiet hour: new connections of old pods fail for some minutes.",
        )
    if any(each.startswith("online-store/") for each in logins):
        yield _rotation(
            names,
            "cache",
            f"Rotate the passwords of users of {', '.join(names.caches)}",
            "Each quarter, or at once when a password may be known. Users of IAM need nothing.",
            "10 to 30",
            "Nobody notices it.",
        )
    if names.clients:
        yield _rotation(
            names,
            "cognito",
            f"Rotate the secrets of the clients {', '.join(names.clients)}",
            "Each year, or at once when a secret may be known.",
            "10 to 30",
            "Users sign in again.",
        )
    if names.keys:
        yield _rotation(
            names,
            "kms",
            f"Check the rotation of {names.keys} KMS keys",
            "Each quarter. KMS rotates each key once a year by itself.",
            "5",
            "With `--now` KMS rotates each key at once; old data stays readable.",
        )
    if names.domains or names.databases:
        yield _rotation(
            names,
            "tls",
            f"Check the certificates of {', '.join(names.domains) or databases}",
            "Each month. ACM, RDS and cert-manager renew them by themselves.",
            "5",
            "It changes nothing.",
        )


def _rotation(names: Names, what: str, title: str, when: str, minutes: str, notice: str) -> Scenario:
    stack, only_checks = names.stack, what in ("kms", "tls")
    call = f".venv/bin/python -m operations.rotate {stack} {what} --run <run>"
    steps: list[Step | PersonStep] = [
        Step(
            "Write the state of the stack, and show the steps.",
            (f"pulumi stack export --stack {stack} > state.json", call),
            "the list names what you expect",
        ),
        Step(
            f"Do it. {notice} After a failure, run the same command again.",
            (f"{call} --apply",),
            "exit code 0; with 3 it waits for you",
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
            )
        )
    return Scenario(
        f"rotate-{what}",
        title,
        when,
        Duration(minutes, "estimate: it only reads" if only_checks else _RESTARTS),
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
            Duration("5", "estimate; a session lasts an hour at most"),
            names.told("breakGlassTopicArn"),
            (
                PersonStep(
                    "Decide it, and write down why.",
                    "the owner of the platform, or who is on call",
                    "the incident's page, before the first call",
                    "the incident has a name, which the session takes",
                ),
                Step(
                    "Assume the role with a second factor of the last hour.",
                    (
                        f"aws sts assume-role --role-arn {role} --role-session-name <incident> "
                        "--serial-number <mfa device> --token-code <code> --duration-seconds 3600",
                    ),
                    "the topic tells of the use within minutes",
                    by="one of the named emergency users",
                ),
                Step(
                    "Do what is needed, and nothing else. Then end the session: remove the credentials.",
                    (),
                    "the incident's page lists each change",
                ),
                Step(
                    "Find what was changed beside the program, and bring it into the program or back.",
                    (
                        f"pulumi stack export --stack {names.stack} > state.json",
                        f".venv/bin/python -m operations.drift {names.stack}",
                    ),
                    "no difference is left",
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
            )
        )
    steps.append(
        PersonStep(
            "Take the person out of the team on GitHub and out of `deploy/github/promotion.yaml`.",
            "owner of the GitHub organization",
            "the settings of the organization, and a pull request",
            "the person is in no team, and approvals of the person no longer count",
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
            )
        )
    steps.append(
        Step(
            "Look for access keys of the person.",
            (f".venv/bin/python -m operations.rotate {names.stack} access-keys --run <run> --apply",),
            "no key is of the person",
        )
    )
    steps.append(
        PersonStep(
            "Hand over what the person owned: notebooks, schedules, alarms, mail addresses of topics.",
            "the person's team",
            "the registry of facilities, by owner",
            "no address of the person receives an alarm",
            (f"aws sns list-subscriptions --region {names.region}",),
        )
    )
    yield Scenario(
        "off-boarding",
        "Off-board a person",
        "A person leaves the company or the team. On the last day, or at once.",
        Duration("30 to 60", "estimate"),
        [*names.told(), "security and the person's team"],
        steps,
        (),
        ("rotation.md", "components/permission_sets.md") if names.permission_sets else ("rotation.md",),
    )
