#!/usr/bin/env bash
# Puts the rulesets into force: deploy/github/apply.sh <owner>/<repository>, with gh signed in as an administrator.
# A name with an @ stands for the id of that team of the organization, or of that GitHub App.
set -euo pipefail
cd "$(dirname "$0")"
repository=${1:?name the repository as <owner>/<name>}
organization=${repository%%/*}

ids='{}'
know() { ids=$(jq --arg name "@$1" --argjson id "$2" '.[$name] = $id' <<< "$ids"); }
know senior-engineers "$(gh api "orgs/$organization/teams/senior-engineers" --jq .id)"
for app in mlplatform-recorder mlplatform-delivery github-actions; do
  know "$app" "$(gh api "apps/$app" --jq .id)"
done

known=$(gh api "repos/$repository/rulesets?per_page=100" --jq '[.[] | {key: .name, value: .id}] | from_entries')
for file in ruleset-*.json; do
  body=$(jq --argjson ids "$ids" \
    'walk(if type == "string" and startswith("@") then $ids[.] // error("no id for " + .) else . end)' "$file")
  id=$(jq --argjson known "$known" '$known[.name] // empty' <<< "$body")
  if [ -n "$id" ]; then
    gh api --method PUT "repos/$repository/rulesets/$id" --input - <<< "$body" --jq '"changed: " + .name'
  else
    gh api --method POST "repos/$repository/rulesets" --input - <<< "$body" --jq '"made: " + .name'
  fi
done
