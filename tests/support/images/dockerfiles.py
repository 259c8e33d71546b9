"""Reads a Dockerfile, and judges what hadolint has no rule for."""

import io
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).parents[3]
DOCKERFILES = sorted((ROOT / "images").glob("*/Dockerfile"))

_BY_DIGEST = re.compile(r"^[a-z0-9.-]+\.[a-z]+/[\w./-]+:[\w][\w.-]*@sha256:[0-9a-f]{64}$")
_MOVING_TAG = re.compile(r":(latest|main|master|edge|nightly)@")
_USER = re.compile(r"^[1-9][0-9]*:[1-9][0-9]*$")
_SECRET = re.compile(r"(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)", re.IGNORECASE)
_LABELS = ("title", "description", "licenses", "base.name")


@dataclass(frozen=True)
class Instruction:
    """One instruction: its word, its flags without dashes, and the rest of its text."""

    word: str
    flags: dict[str, str]
    value: str

    def words(self) -> list[str]:
        """The arguments; of the exec form, its elements."""
        return json.loads(self.value) if self.value.startswith("[") else shlex.split(self.value)


@dataclass(frozen=True)
class Stage:
    """A stage: its base image, its name, and the instructions after FROM."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[Instruction]:
        """Its instructions of a kind."""
        return [each for each in self.instructions if each.word == word]

    def last(self, word: str) -> Instruction | None:
        """The instruction of a kind that holds; None without one."""
        return next(reversed(self.all(word)), None)

    def environment(self) -> dict[str, str]:
        """What ENV sets."""
        pairs = [pair.partition("=") for each in self.all("ENV") for pair in shlex.split(each.value)]
        return {name: value for name, _, value in pairs}


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile: its syntax directive, its arguments before the first stage, and its stages."""

    syntax: str
    arguments: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    @property
    def final(self) -> Stage:
        """The stage that becomes the image."""
        return self.stages[-1]


def parse(text: str) -> Dockerfile:
    """Read the text of a Dockerfile."""
    parser = DockerfileParser(fileobj=io.StringIO(text))
    entries = [each for each in parser.structure if each["instruction"] != "COMMENT"]
    directive = re.match(r"# *syntax *= *(\S+)", text)
    arguments: list[Instruction] = []
    stages: list[Stage] = []
    for entry in entries:
        found = _instruction(entry["instruction"], entry["value"])
        if found.word == "FROM":
            base, *rest = found.value.split()
            stages.append(Stage(base, rest[1] if rest else "", ()))
        elif stages:
            *before, stage = stages
            stages = [*before, Stage(stage.base, stage.name, (*stage.instructions, found))]
        else:
            arguments.append(found)
    return Dockerfile(directive[1] if directive else "", tuple(arguments), tuple(stages))


def _instruction(word: str, text: str) -> Instruction:
    flags: dict[str, str] = {}
    rest = text.strip()
    while word != "ENV" and (match := re.match(r"--([a-z-]+)(?:=(\S+))?\s+", rest)):
        flags[match[1]] = match[2] or ""
        rest = rest[match.end() :]
    return Instruction(word, flags, rest)


def problems(text: str) -> list[str]:
    """What the Dockerfile does that an image of the platform must not do, each as a sentence."""
    return list(_problems(parse(text)))


def _problems(file: Dockerfile) -> Iterator[str]:
    names = {stage.name for stage in file.stages if stage.name}
    for base in [file.syntax, *(stage.base for stage in file.stages if stage.base not in names)]:
        if not _BY_DIGEST.match(base):
            yield f"{base or 'the syntax directive'} has no registry, tag and digest"
        elif _MOVING_TAG.search(base):
            yield f"{base} has a tag without a version"
    if len(file.stages) < 2:
        yield "the image has one stage: what builds it stays in it"
    for stage in file.stages:
        yield from _of_stage(stage)
    yield from _of_image(file.final)
    for argument in file.arguments:
        yield from _secrets(argument)


def _of_stage(stage: Stage) -> Iterator[str]:
    for each in stage.instructions:
        if each.word == "ADD":
            yield "ADD fetches and unpacks without a check; use COPY"
        if each.word in ("ARG", "ENV"):
            yield from _secrets(each)
        if each.word == "RUN" and re.search(r"\bpip3? install\b", each.value):
            if "--require-hashes" not in each.value:
                yield "pip installs without --require-hashes"
            if "cache" not in each.flags.get("mount", ""):
                yield "pip installs without a cache mount"
        if each.word == "RUN" and "type=secret" in each.flags.get("mount", ""):
            yield "a build takes a secret; the images need none"
    lock = next((at for at, each in enumerate(stage.instructions) if _copies(each, "requirements.lock")), None)
    source = next(
        (at for at, each in enumerate(stage.instructions) if each.word == "COPY" and not _copies(each, ".lock")), None
    )
    if lock is not None and source is not None and source < lock:
        yield "the source is copied before the lock, so each change of it installs all packages again"


def _copies(each: Instruction, ending: str) -> bool:
    return each.word == "COPY" and any(word.endswith(ending) for word in each.words()[:-1])


def _of_image(stage: Stage) -> Iterator[str]:
    user = stage.last("USER")
    if not user or not _USER.match(user.value):
        yield "USER must be two numbers above 0, such as 65532:65532"
    elif [each.word for each in stage.instructions if each.word in ("USER", "COPY", "RUN")][-1] != "USER":
        yield "USER comes before COPY or RUN"
    for each in stage.all("COPY"):
        if each.flags.get("chown") != "0:0":
            yield f"COPY {each.value} must have --chown=0:0: the process must not be able to change its own code"
    health = stage.last("HEALTHCHECK")
    served = stage.last("EXPOSE") is not None
    if health is None:
        yield "HEALTHCHECK is missing; a job has HEALTHCHECK NONE"
    elif served and not health.value.startswith("CMD ["):
        yield "HEALTHCHECK of an image with a port must ask it, in the exec form"
    elif not served and health.value != "NONE":
        yield "HEALTHCHECK asks a port that EXPOSE does not name"
    for word in ("ENTRYPOINT", "CMD"):
        if (found := stage.last(word)) and not found.value.startswith("["):
            yield f"{word} has the shell form, so signals do not reach the process"
    labels = " ".join(each.value for each in stage.all("LABEL"))
    for label in _LABELS:
        if f"org.opencontainers.image.{label}=" not in labels:
            yield f"the label org.opencontainers.image.{label} is missing"
    if stage.environment().get("PYTHONDONTWRITEBYTECODE") != "1":
        yield "PYTHONDONTWRITEBYTECODE must be 1, because the root file system is read-only"


def _secrets(each: Instruction) -> Iterator[str]:
    for pair in shlex.split(each.value):
        name = pair.partition("=")[0]
        if _SECRET.search(name):
            yield f"{each.word} {name} looks like a secret, which stays in the image"
