# offers.zsh FOLDER WORDS: what zsh offers at the end of the words, through its own completion system
# in a terminal of its own. Each candidate goes through compadd.
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner "PS1= PS2= fpath=($1 \$fpath) offered=$2.offered
autoload -Uz compinit && compinit -D -u -d $2.dump
offer() {
    compadd() {
        local -a found
        [[ \" \$* \" == *\\ -[AOD]\\ * ]] && { builtin compadd \"\$@\"; return }
        builtin compadd -O found \"\$@\"
        print -rl -- \$found >> \$offered
        builtin compadd \"\$@\"
    }
    _main_complete
    unfunction compadd
    print OFF''ERED
}
zle -C offer complete-word offer && bindkey '^I' offer && print RE''ADY"
zpty -r inner said '*READY*'
zpty -w -n inner "$3"$'\t'
zpty -r inner said '*OFFERED*'
zpty -d inner
sort -u $2.offered
