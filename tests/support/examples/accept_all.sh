#!/bin/sh
# A handler for `listen --pipe "sh accept_all.sh"`: takes every client and types a greeting.
# Fields are cut out of the JSON lines, which is enough for numbers and kinds; see jq for more.
while read -r line; do
  kind=$(printf '%s' "$line" | sed -n 's/.*"kind":"\([a-z_]*\)".*/\1/p')
  source=$(printf '%s' "$line" | sed -n 's/.*"source":\([0-9]*\).*/\1/p')
  case $kind in
    segment_request) printf '{"verb":"accept","source":%s}\n' "$source" ;;
    registered) printf '{"verb":"typeText","source":%s,"args":["hello\\n"]}\n' "$source" ;;
    ident | terminated) printf '%s: %s\n' "$source" "$line" >&2 ;;
  esac
done
