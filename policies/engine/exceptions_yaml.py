"""YAML as people write it: a date stays text, and a key that is given twice is refused."""

from collections.abc import Hashable
from typing import Any

import yaml

_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class InvalidYamlError(ValueError):
    """The text is not valid YAML, or gives a key twice. Says where, and what to write."""


class _Loader(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys without a word, and fails without a line on a day that does not exist."""

    yaml_implicit_resolvers = {
        first: [each for each in resolvers if each[0] != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[str, int] = {}
        for key in (each for each, _ in node.value if isinstance(each, yaml.ScalarNode)):
            line = key.start_mark.line + 1
            if key.value in lines:
                places = f"in lines {lines[key.value]} and {line}"
                raise InvalidYamlError(f"has the key {key.value!r} twice, {places}; keep one")
            lines[key.value] = line
        return super().construct_mapping(node, deep)


def read_yaml(text: str) -> Any:
    """The one document of `text`; None when it is empty.

    Raises:
        InvalidYamlError: naming the line, where there is one, and the remedy.
    """
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except InvalidYamlError:
        raise
    except yaml.YAMLError as error:
        raise InvalidYamlError(f"is not valid YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise InvalidYamlError(
            "is not valid YAML: too many lists or mappings inside each other; write a plain list"
        ) from None
    # PyYAML raises errors of its own for a value that its tag does not fit.
    except (ValueError, TypeError, LookupError, AttributeError):
        raise InvalidYamlError("is not valid YAML: a value does not fit its tag; write it without the tag") from None
