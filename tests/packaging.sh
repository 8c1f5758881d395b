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
export PATH XDG_STATE_HOME
(cd "$root/elsewhere" && daybook run n-plus-one/n-plus-one --set articles=7) > "$root/said"
grep -q '^8 queries' "$root/said" || fail 'the installed program counts other than 8 queries'
(cd "$root/elsewhere" && daybook export -f html -o notes.html && [ -s notes.html ]) ||
    fail 'the installed program exports nothing'

# ---- the manual page -------------------------------------------------------------------------

if has mandoc; then
    mandoc -Tlint -W warning "$share/man/man1/daybook.1" || fail 'the manual page has faults'
fi
for command in run list export verify try serve progress; do
    grep -q "^\.It Cm $command" "$share/man/man1/daybook.1" || fail "the manual has no $command"
done

# ---- completions -----------------------------------------------------------------------------

knobs='block= clients= cpu= requests= wait= workers='

# bash_offers WORD...: what is offered for the last of the words.
bash_offers() {
    bash -c '. "$1"; shift; compopt() { :; }
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _daybook; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$share/bash-completion/completions/daybook" "$@" | sort | xargs
}
if has bash; then
    bash -n "$share/bash-completion/completions/daybook" || fail 'bash: syntax'
    same 'bash, commands' 'export' "$(bash_offers daybook ex)"
    same 'bash, lessons' 'urls urls/price urls/resolve urls/reverse' "$(bash_offers daybook run ur)"
    same 'bash, knobs' "$knobs" "$(bash_offers daybook run lifecycle/workers --set '')"
    same 'bash, formats' 'html' "$(bash_offers daybook export -f h)"
fi
if has fish; then
    completions=$share/fish/vendor_completions.d/daybook.fish
    fish -n "$completions" || fail 'fish: syntax'
    fish_offers() {
        HOME=$root/elsewhere fish -c "source $completions; complete -C'$1'" | cut -f 1 | sort | xargs
    }
    same 'fish, lessons' 'urls urls/price urls/resolve urls/reverse' "$(fish_offers 'daybook run ur')"
    same 'fish, knobs' "$knobs" "$(fish_offers 'daybook run lifecycle/workers --set ')"
fi
if has zsh; then
    zsh -n "$share/zsh/site-functions/_daybook" || fail 'zsh: syntax'
fi

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
