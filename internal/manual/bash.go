package manual

import (
	"fmt"
	"strings"
)

// bashScript has places for PROGRAM, the name of the program, and CASES, what its commands take.
const bashScript = `# Completion of PROGRAM for bash 3.2 and later. It needs nothing beside it.

# Sets what a command takes: flags, as --NAME, or --NAME=PATH:WORDS where they have a value, and its arguments, as PATH:WORDS.
# PATH is file, directory or empty; of the last argument there may be many.
_PROGRAM_command() {
    many=''
    case $1 in
CASES    *)
        flags=() args=()
        ;;
    esac
}

# Offers those words that begin as what is typed, without what bash keeps of the word: that stands before a = or : in it.
_PROGRAM_offer() {
    local word
    for word in "$@"; do
        if [[ $word == "$typed"* ]]; then
            word=$before$word
            COMPREPLY+=("${word#"$kept"}")
        fi
    done
}

# Sets what the value of a flag is. There is none where the flag takes no value.
_PROGRAM_value() {
    local flag
    value=''
    for flag in "${flags[@]}"; do
        if [[ $flag == "$1="* ]]; then
            value=${flag#*=}
        fi
    done
}

_PROGRAM() {
    local line=${COMP_LINE:0:COMP_POINT} at=-1 i word kept='' before='' typed
    local command='' many='' value='' given=0 ended=''
    local -a all=() flags=() args=() words=()
    COMPREPLY=()

    # Bash takes words apart where they have a = or a :. What has no blank between it is one word again.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if [[ $i -eq 0 || $line == [[:blank:]]* ]]; then
            line=${line#"${line%%[![:blank:]]*}"}
            at=$((at + 1))
            all[at]=''
        fi
        word=${COMP_WORDS[i]}
        if [[ $i -eq $COMP_CWORD ]]; then
            word=$line # up to where the cursor is
        fi
        all[at]+=$word
        line=${line#"$word"}
    done

    _PROGRAM_command ''
    for ((i = 1; i < at; i++)); do
        word=${all[i]}
        if [[ -n $value ]]; then
            value=''
        elif [[ -z $ended && $word == -- ]]; then
            ended=1
        elif [[ -z $ended && $word == -?* ]]; then
            _PROGRAM_value "$word"
        elif [[ -z $command ]]; then
            command=$word
            _PROGRAM_command "$command"
        else
            given=$((given + 1))
        fi
    done

    typed=${all[at]}
    kept=${typed%"$2"} # $2 is the part of the word that bash replaces
    if [[ -z $value && -z $ended && $typed == --*=* ]]; then
        before=${typed%%=*}=
        typed=${typed#*=}
        _PROGRAM_value "${before%=}"
    elif [[ -z $value && -z $ended && $typed == -* ]]; then
        _PROGRAM_offer "${flags[@]%%=*}"
        return
    elif [[ -z $value && $given -lt ${#args[@]} ]]; then
        value=${args[given]}
    elif [[ -z $value && -n $many ]]; then
        value=${args[${#args[@]} - 1]}
    fi
    IFS=' ' read -r -a words <<<"${value#*:}"
    if [[ ${#words[@]} -gt 0 ]]; then
        _PROGRAM_offer "${words[@]}"
    fi
    # Readline knows best how paths are written. Before bash 4 it writes them wherever nothing is offered.
    if ! type compopt &>/dev/null; then
        if [[ $value != :* && -z $typed ]]; then
            COMPREPLY=()
        fi
        return
    fi
    case ${value%%:*} in
    file) compopt -o bashdefault -o default ;;
    directory) compopt -o dirnames -o plusdirs ;;
    esac
}

if ! type compopt &>/dev/null; then
    complete -o bashdefault -o default -F _PROGRAM PROGRAM
else
    complete -F _PROGRAM PROGRAM
fi
`

// bash writes the script for bash.
func (p program) bash() string {
	var cases strings.Builder
	for _, c := range p.all() {
		var flags, args []string
		for _, f := range c.flags {
			text := f.name
			if !f.single {
				text += "=" + f.takes()
			}
			flags = append(flags, single(text))
		}
		for _, arg := range c.args {
			args = append(args, single(arg.takes()))
		}
		many := ""
		if c.many() {
			many = " many=1"
		}
		fmt.Fprintf(&cases, "    %s)\n        flags=(%s)\n        args=(%s)%s\n        ;;\n", single(c.name), strings.Join(flags, " "), strings.Join(args, " "), many)
	}
	return strings.NewReplacer("PROGRAM", p.name, "CASES", cases.String()).Replace(bashScript)
}
