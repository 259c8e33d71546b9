"""The page of commands, which holds in a clone what the site shows."""

import re

from commands import init
from website.commands import DOCUMENT, updated

PAGE = DOCUMENT.read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    assert updated(PAGE) == PAGE, "run: python -m website.commands"


def test_every_flag_of_init_is_on_the_page_with_the_form_of_its_value() -> None:
    shown = re.findall(r"(--[\w-]+)(?: ([^\s\]]+))?", init.parser().format_usage())
    assert {flag for flag, _ in shown} > {"--vpc", "--private-subnets", "--buckets", "--bucket-key", "--cluster"}
    assert [flag for flag, form in shown if f"| `{' '.join(filter(None, (flag, form)))}` |" not in PAGE] == []
