"""What holds for every test."""

from tests.support.outside import refuse_reads_beside
from tests.support.programs import pytest_make_collect_report as pytest_make_collect_report
from tests.support.programs import pytest_runtest_makereport as pytest_runtest_makereport

refuse_reads_beside()
