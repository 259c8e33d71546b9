"""What holds for every test."""

from tests.beside import refuse_reads_beside

refuse_reads_beside()
