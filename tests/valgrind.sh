#!/bin/sh
# Runs a daybook under valgrind, a step at a time, and through what it prints and exports: no use
# of memory that is not ours or holds nothing yet, no leak.
#   tests/valgrind.sh DAYBOOK
# A claim may fail here, where everything takes thirty times as long (exit 1 and 0 are both well);
# what valgrind itself finds ends a command with 99.
program=$1 passed=0 failed=0
state=$(mktemp -d) || exit 3
trap 'rm -rf "$state"' EXIT
export XDG_STATE_HOME="$state"

try() {
    valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=99 \
        "$program" "$@" >"$state/out" 2>"$state/err" </dev/null
    status=$?
    if [ "$status" -le 1 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "valgrind: daybook $*: exit $status" >&2
        tail -40 "$state/err" >&2
    fi
}

try --version
try list --json
for format in md html txt json; do try export --format "$format"; done
"$program" list --json | sed -E 's/^\{"lesson":"([^"]*)".*"step":"([^"]*)".*/\1\/\2/' >"$state/steps"
while read -r step; do try run "$step" --json; done <"$state/steps"
try progress
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
