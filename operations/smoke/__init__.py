"""The smoke test of a deployed model: called over TLS by its public name, judged, reported.

python -m operations.smoke --config smoke.yaml --release release.yaml --json report.json --junit report.xml
"""
