"""Hooks and rules for every test."""

import gc
import signal

from tests.support.outside import refuse_reads_beside
from tests.support.programs import pytest_make_collect_report as pytest_make_collect_report
from tests.support.programs import pytest_runtest_makereport as pytest_runtest_makereport
from tests.support.tiers import pytest_collection_modifyitems as pytest_collection_modifyitems

refuse_reads_beside()

# A shell starts a command in the background with interrupts ignored, and what that starts ignores them too.
signal.signal(signal.SIGINT, signal.default_int_handler)

# An evaluated stack is some hundred thousand objects that other tests read later. With Python's thresholds, the
# collector takes nearly half of the evaluation to find no garbage among them.
gc.set_threshold(100_000, 20, 100)
