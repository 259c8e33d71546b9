#!/usr/bin/env bash
# Applies the rulesets and environments: deploy/github/apply.sh <owner>/<repository>, with gh signed in as an
# administrator. A name with an @ is replaced by the id of this team of the organization, or of this GitHub App.
set -euo pipefail
cd "$(dirname "$0")"
repository=${1:?name the repository as <owner>/<name>}
organization=${repository%%/*}

ids='{}'
know() { ids=$(jq --arg name "@$1" --argjson id "$2" '.[$name] = $id' <<< "$ids"); }
for team in senior-engineers platform-engineers; do
  know "$team" "$(gh api "orgs/$organization/teams/$team" --jq .id)"
done
for app in mlplatform-recorder mlplatform-delivery mlplatform-releaser github-actions; do
  know "$app" "$(gh api "apps/$app" --jq .id)"
done
with_ids() {
  jq --argjson ids "$ids" \
    'walk(if type == "string" and startswith("@") then $ids[.] // error("no id for " + .) else . end)' "$1"
}

known=$(gh api "repos/$repository/rulesets?per_page=100" --jq '[.[] | {key: .name, value: .id}] | from_entries')
for file in ruleset-*.json; do
  body=$(with_ids "$file")
  id=$(jq --argjson known "$known" '$known[.name] // empty' <<< "$body")
  if [ -n "$id" ]; then
    gh api --method PUT "repos/$repository/rulesets/$id" --input - <<< "$body" --jq '"changed: " + .name'
  else
    gh api --method POST "repos/$repository/rulesets" --input - <<< "$body" --jq '"made: " + .name'
  fi
done

environments=$(with_ids environments.json)
for name in $(jq -r 'keys[]' <<< "$environments"); do
  environment="repos/$repository/environments/$name"
  wanted=$(jq -r --arg name "$name" '.[$name].branches // [] | .[]' <<< "$environments")
  jq --arg name "$name" '.[$name] | {
    reviewers: [.reviewers[] | {type: "Team", id: .}],
    prevent_self_review: (.reviewers | length > 0),
    deployment_branch_policy: (if .branches then {protected_branches: false, custom_branch_policies: true} else null end)
  }' <<< "$environments" | gh api --method PUT "$environment" --input - --jq '"environment: " + .name'
  [ -n "$wanted" ] || continue
  # Any other branch would bypass the reviews of main.
  found=$(gh api "$environment/deployment-branch-policies?per_page=100" --jq '.branch_policies[] | "\(.id) \(.name)"')
  while read -r id branch; do
    if [ -n "$id" ] && ! grep -qxF "$branch" <<< "$wanted"; then
      gh api --method DELETE "$environment/deployment-branch-policies/$id"
    fi
  done <<< "$found"
  for branch in $wanted; do
    if ! grep -qE "^[0-9]+ $branch\$" <<< "$found"; then
      gh api --method POST "$environment/deployment-branch-policies" -f name="$branch" --jq '"from: " + .name'
    fi
  done
done
