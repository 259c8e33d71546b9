"""The smoke test of a deployed model: calls it over TLS by its public name, checks the responses and writes a report.

python -m operations.smoke --config smoke.yaml --release release.yaml --json report.json --junit report.xml
"""
