#!/bin/sh
# Follows "How to write a tenth lesson" in the README to the letter, in a copy of the tree below
# build/: writes each file that a line ending in `PATH`: introduces, runs the commands, and looks
# at what the new day says. Its claim must hold, and fail when it asks for another number.
set -eu
cd "$(dirname "$0")/.."
tree=build/tenth-lesson
rm -rf "$tree"
mkdir -p "$tree"
tar -cf - --exclude=./build --exclude=./daybook --exclude=./.git . | tar -xf - -C "$tree"
cd "$tree"

# The indented blocks of the section, each into the file named before it; the last into a script.
awk '
    /^### How to write a tenth lesson/ { inside = 1; next }
    inside && /^(#|MIT)/               { exit }
    !inside                            { next }
    /^    / {
        if (path != "") printf "%s%s\n", gap, substr($0, 5) > path
        block = 1
        gap = ""
        next
    }
    /^$/         { if (block) gap = gap "\n"; next }
    block        { path = ""; block = 0; gap = "" }
    /Commands:$/ { path = "steps.sh" }
    match($0, /`[^`]*`:$/) {
        folder = path = substr($0, RSTART + 1, RLENGTH - 3)
        sub(/\/[^\/]*$/, "", folder)
        system("mkdir -p " folder)
    }
' README.md

fail() {
    echo "tenth_lesson: $1" >&2
    exit 1
}

for path in data/notes/day10_exists.md data/listings/exists/exists.py lessons/day10_exists.c steps.sh; do
    [ -s "$path" ] || fail "the README gives no $path"
done
clang-format --dry-run -Werror lessons/day10_exists.c || fail 'the day is not formatted'
unset MFLAGS
export MAKEFLAGS=-j2 CFLAGS='-O0 -Werror' BUILD=build/ten
sh -eu steps.sh > said || { tail -20 said >&2; fail 'the commands failed'; }
grep -q 'exists() reads one row, len() all' said || fail 'run says nothing of the claim'
./daybook list --json | grep -q '"lesson":"exists","day":10' || fail 'list does not know day 10'
./daybook export -f md exists -o - | grep -q 'One row is enough' || fail 'export has no note'
sed -i.before 's/asked == 1/asked == 2/' lessons/day10_exists.c
make -s > said
if ./daybook verify exists > said; then fail 'the claim cannot fail'; fi
echo 'tenth_lesson: done'
