# Completion of daybook for bash. Lessons, steps and knobs come from the program itself.

# n-plus-one, n-plus-one/n-plus-one, n-plus-one/select-related, ...
_daybook_lessons() {
    daybook list --json 2>/dev/null |
        sed 's/^{"lesson":"\([^"]*\)".*"step":"\([^"]*\)".*/\1 \1\/\2/' | tr ' ' '\n' | sort -u
}

# The knobs of the lesson that stands on the line, as --set takes them.
_daybook_knobs() {
    local word
    for word in "${COMP_WORDS[@]:2}"; do
        [[ $word == -* || $word == *=* || $word == "$1" ]] && continue
        daybook list --json "$word" 2>/dev/null | grep -o '{"name":"[^"]*"' |
            sed 's/.*:"\(.*\)"/\1=/' | sort -u
    done
}

_daybook() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} options= words=
    case $command in
    run) options='--set --listing --seed --json --help' ;;
    list) options='--json --help' ;;
    verify) options='--sweep --seed --json --help' ;;
    export) options='--format --output --measured --seed --force --help' ;;
    try) options='--json --database --write --help' ;;
    progress) options='--forget --help' ;;
    serve) options='--workers --async --port --help' ;;
    *) options='--plain --graph --no-mouse --help --version' ;;
    esac
    case $before in
    --set | -s)
        COMPREPLY=($(compgen -W "$(_daybook_knobs "$word")" -- "$word"))
        compopt -o nospace
        return
        ;;
    --format | -f) words='md html txt json' ;;
    --graph) words='block braille ascii' ;;
    --listing | --database | --output | -o)
        compopt -o default
        COMPREPLY=()
        return
        ;;
    --seed | --sweep | --port | --workers | =) return ;;
    *)
        if [[ $word == -* ]]; then words=$options
        elif ((COMP_CWORD == 1)); then
            words="run list export verify try serve progress $(_daybook_lessons)"
        elif [[ $command == try ]]; then
            if ((COMP_CWORD == 2)) || [[ $before == -* ]]; then words='orm mro urls middleware'
            else compopt -o default; fi
        elif [[ $command != progress && $command != serve ]]; then words=$(_daybook_lessons)
        fi
        ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}

complete -F _daybook daybook
