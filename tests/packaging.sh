#!/bin/sh
# What a packager and a shell see of daybook: what is installed, run from elsewhere; nothing left
# after uninstall; the archive; the manual page; and what the completions offer. Tools that are
# not here are said to be missing. Needs a built ./daybook.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)/build/packaging
rm -rf "$root"
mkdir -p "$root/elsewhere"
unset MAKEFLAGS MFLAGS

fail() {
    echo "packaging: $1" >&2
    exit 1
}

# has TOOL: true when it is installed; says so when not.
has() {
    command -v "$1" >/dev/null || { echo "packaging: no $1 here, skipped"; return 1; }
}

# same WHAT WANTED GOT
same() {
    [ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
}

# ---- installing ------------------------------------------------------------------------------

make -s all
make -s install DESTDIR="$root/dest" PREFIX=/opt/day
share=$root/dest/opt/day/share
same 'files installed' 5 "$(find "$root/dest" -type f | wc -l | tr -d ' ')"
PATH=$root/dest/opt/day/bin:$PATH
XDG_STATE_HOME=$root/state
LC_ALL=C.UTF-8
export PATH XDG_STATE_HOME LC_ALL
(cd "$root/elsewhere" && daybook run n-plus-one/n-plus-one --set articles=7) > "$root/said"
grep -q '^8 queries' "$root/said" || fail 'the installed program counts other than 8 queries'
(cd "$root/elsewhere" && daybook export -f html -o notes.html && [ -s notes.html ]) ||
    fail 'the installed program exports nothing'

# ---- what the README shows -------------------------------------------------------------------

# Times differ from run to run, and with them how wide their columns are.
without_times() {
    sed -E 's/[0-9][0-9.,]* (ns|us|ms|s)/TIME/g; s/[ ─]+/ /g; s/ $//'
}

# A command after "$", and below it what it prints; "..." stands for lines left out.
awk '/^    \$ / { print substr($0, 7) }' README.md > "$root/commands"
[ -s "$root/commands" ] || fail 'the README shows no command'
while IFS= read -r line; do
    awk -v line="    \$ $line" '$0 == line { shown = 1; next }
        shown && /^($|    )/ && !/^    \$ / { print substr($0, 5); next } { shown = 0 }' README.md |
        without_times > "$root/shown"
    (cd "$root/elsewhere" && eval "$line") < /dev/null | without_times > "$root/said"
    awk 'NR == FNR { said[++count] = $0; next }
        $0 == "..." { skips = 1; next }
        { while (skips && at < count && said[at + 1] != $0) at++
          if (said[++at] != $0 && $0 != "") { print "    " $0; exit 1 } skips = 0 }' \
        "$root/said" "$root/shown" || fail "the README shows another output of $line"
done < "$root/commands"

# ---- the manual page -------------------------------------------------------------------------

if has mandoc; then
    mandoc -Tlint -W warning "$share/man/man1/daybook.1" || fail 'the manual page has faults'
fi
for command in run list export verify try serve progress; do
    grep -q "^\.It Cm $command" "$share/man/man1/daybook.1" || fail "the manual has no $command"
done

# ---- completions -----------------------------------------------------------------------------

# Each prints what its shell offers at the end of a line.
bash_offers() {
    bash -c '. "$1"; compopt() { :; }
        read -ra COMP_WORDS <<< "$2"; [[ $2 == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _daybook; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$share/bash-completion/completions/daybook" "$1"
}

fish_offers() {
    HOME=$root/elsewhere fish -c \
        "source $share/fish/vendor_completions.d/daybook.fish; complete -C'$1'" | cut -f 1
}

limit=$(command -v timeout > /dev/null && echo timeout 60 || :)

zsh_offers() {
    rm -f "$root/zsh.offered"
    $limit zsh -f tests/offers.zsh "$share/zsh/site-functions" "$root/zsh" "$1"
}

offers() {
    same "$1, after '$2'" "$3" "$("$1"_offers "$2" | LC_ALL=C sort -u | xargs)"
}

for shell in bash fish zsh; do
    has $shell || continue
    offers $shell 'daybook ex' 'export'
    offers $shell 'daybook run ur' 'urls urls/price urls/resolve urls/reverse'
    offers $shell 'daybook verify n-plus-one/se' 'n-plus-one/select-related'
    offers $shell 'daybook run lifecycle/workers --set ' \
        'block= clients= cpu= requests= wait= workers='
    offers $shell 'daybook export -f h' 'html'
    offers $shell 'daybook export --' '--force --format --help --measured --output --seed'
    offers $shell 'daybook try o' 'orm'
done

# ---- leaving ---------------------------------------------------------------------------------

make -s uninstall DESTDIR="$root/dest" PREFIX=/opt/day
same 'files left' 0 "$(find "$root/dest" -type f | wc -l | tr -d ' ')"

# ---- the archive -----------------------------------------------------------------------------

if [ -e .git ] && has git; then
    archive=$(make -s dist | tail -n 1)
    cp "$archive" "$root/first.tar.gz"
    make -s dist > "$root/said"
    cmp "$archive" "$root/first.tar.gz" || fail 'the archive differs from one making to the next'
    tar -xzf "$archive" -C "$root"
    objects=$(make -s print-OBJECTS BUILD=b)
    same 'objects of the archive' "$objects" "$(make -s -C "$root/daybook-"* print-OBJECTS BUILD=b)"
fi
echo 'packaging: done'
