"""What holds for every test."""

from tests.beside import refuse_reads_beside
from tests.tools import pytest_make_collect_report as pytest_make_collect_report
from tests.tools import pytest_runtest_makereport as pytest_runtest_makereport

refuse_reads_beside()
