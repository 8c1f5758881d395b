# Completion of daybook for fish. Lessons, steps and knobs come from the program itself.

function __daybook_lessons
    daybook list --json 2>/dev/null |
        sed 's/^{"lesson":"\([^"]*\)".*"step":"\([^"]*\)".*/\1 \1\/\2/' | tr ' ' '\n' | sort -u
end

# The knobs of the lesson that stands on the line, as --set takes them.
function __daybook_knobs
    for word in (commandline -opc)[3..-1]
        string match -qr '^-|=' -- $word; and continue
        daybook list --json $word 2>/dev/null | grep -o '{"name":"[^"]*"' |
            sed 's/.*:"\(.*\)"/\1=/' | sort -u
    end
end

set -l commands run list export verify try serve progress
set -l none "not __fish_seen_subcommand_from $commands"

complete -c daybook -f
complete -c daybook -n $none -a run -d 'run a step and print what was measured'
complete -c daybook -n $none -a list -d 'the days and their steps'
complete -c daybook -n $none -a export -d 'write the notes to a file'
complete -c daybook -n $none -a verify -d 'measure every claim again'
complete -c daybook -n $none -a try -d 'run a listing of your own'
complete -c daybook -n $none -a serve -d 'the blog on loopback'
complete -c daybook -n $none -a progress -d 'where you are'
complete -c daybook -n $none -a '(__daybook_lessons)'
complete -c daybook -n $none -l plain -d 'print the note as text'
complete -c daybook -n $none -l graph -x -a 'block braille ascii' -d 'how curves are drawn'
complete -c daybook -n $none -l no-mouse -d 'leave the mouse to the terminal'
complete -c daybook -n $none -l version -d 'the version'
complete -c daybook -s h -l help -d 'explain'

set -l in __fish_seen_subcommand_from
complete -c daybook -n "$in run list verify export" -a '(__daybook_lessons)'
complete -c daybook -n "$in run" -s s -l set -x -a '(__daybook_knobs)' -d 'turn a knob'
complete -c daybook -n "$in run" -l listing -r -F -d 'run this listing'
complete -c daybook -n "$in verify" -l sweep -x -d 'so many settings of the knobs'
complete -c daybook -n "$in run verify export" -l seed -x -d 'seed of the lots'
complete -c daybook -n "$in run list verify try" -l json -d 'JSON, one object a line'
complete -c daybook -n "$in export" -s f -l format -x -a 'md html txt json' -d 'format'
complete -c daybook -n "$in export" -s o -l output -r -F -d 'file or folder'
complete -c daybook -n "$in export" -s m -l measured -d 'run the demos'
complete -c daybook -n "$in export" -l force -d 'replace files'
complete -c daybook -n "$in try" -a 'orm mro urls middleware'
complete -c daybook -n "$in try" -F
complete -c daybook -n "$in try" -l database -r -F -d 'SQLite file'
complete -c daybook -n "$in try" -l write -d 'let the listing change that file'
complete -c daybook -n "$in serve" -l workers -x -d 'sync workers'
complete -c daybook -n "$in serve" -l async -d 'one event loop'
complete -c daybook -n "$in serve" -l port -x -d 'port on loopback'
complete -c daybook -n "$in progress" -l forget -d 'forget all of it'
