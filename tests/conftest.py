"""Hooks and rules for every test."""

from tests.support.outside import refuse_reads_beside
from tests.support.programs import pytest_make_collect_report as pytest_make_collect_report
from tests.support.programs import pytest_runtest_makereport as pytest_runtest_makereport
from tests.support.tiers import pytest_collection_modifyitems as pytest_collection_modifyitems

refuse_reads_beside()
