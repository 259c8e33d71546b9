#!/bin/sh
# Prices and checks a Pulumi program in CI, with the clone that this script is in. Writes price-and-check.json and
# price-and-check.md to $OUTPUT. The exit code is that of the command: 0 passes, 1 does not pass, 2 is a wrong input.
#
# PROGRAM      the file of a preview or a state, or the folder of a program
# MODE         check (the default) or price
# STACK, SETTINGS, BUDGET, REGION, ENVIRONMENT, AGAINST   optional; see docs/any-program.md
# OUTPUT       a folder; the current one by default
# INSTALL      a folder for the virtual environment; .venv in the clone by default
set -eu

clone=$(cd "$(dirname "$0")/../.." && pwd)
environment=${INSTALL:-$clone/.venv}
output=${OUTPUT:-.}

if ! [ -x "$environment/bin/python" ]; then
  python3 -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --require-hashes -r "$clone/requirements.lock"
fi

set -- "${PROGRAM:?names the file of a preview or a state, or the folder of a program}"
if [ -n "${STACK:-}" ]; then set -- "$@" --stack "$STACK"; fi
if [ -n "${SETTINGS:-}" ]; then set -- "$@" --settings "$SETTINGS"; fi
if [ -n "${BUDGET:-}" ]; then set -- "$@" --budget "$BUDGET"; fi
if [ -n "${REGION:-}" ]; then set -- "$@" --region "$REGION"; fi
if [ -n "${AGAINST:-}" ]; then set -- "$@" --against "$AGAINST"; fi

case ${MODE:-check} in
  check) if [ -n "${ENVIRONMENT:-}" ]; then set -- "$@" --environment "$ENVIRONMENT"; fi ;;
  price) ;;
  *) echo "MODE = $MODE: write check or price" >&2; exit 2 ;;
esac

mkdir -p "$output"
PYTHONPATH=$clone exec "$environment/bin/python" -m "planner.${MODE:-check}" "$@" \
  --out "$output/price-and-check.json" --comment "$output/price-and-check.md"
