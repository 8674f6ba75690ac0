# Completion of meetbatch for bash 3.2 and later. It needs nothing beside it.

# Sets what a command takes: flags, as --NAME, or --NAME=PATH:WORDS where they have a value, and its arguments, as PATH:WORDS.
# PATH is file, directory or empty; of the last argument there may be many.
_meetbatch_command() {
    many=''
    case $1 in
    '')
        flags=('--help' '--version')
        args=(':reclaim assign status export resume reconcile undo set show verify list failing sandbox completion man')
        ;;
    'reclaim')
        flags=('--help' '--version' '--out=directory:' '--continue' '--rate=:auto none' '--workers=:' '--attempts=:' '--timeout=:' '--chunk=:' '--max-failures=:' '--max-invalid=:' '--expect-rows=:' '--limit=:' '--shard=:' '--skip-succeeded=directory:last' '--only-changes' '--max-changes=:' '--strict' '--column=:' '--any-id' '--header-line=:' '--no-header' '--accept=:encoding placeholder rounded shape spelling unfinished' '--encoding=:auto utf-8 utf-16 gb18030 windows-1252 euc-kr big5 shift-jis' '--delimiter=:auto tab pipe' '--account-type=:0 1' '--region=:cn intl' '--endpoint=:' '--language=:en-US zh-CN' '--no-keep-input' '--sandbox' '--throttle=:' '--bad-entry=:reject partial ignore' '--repeat=:accept reject' '--directory=file:' '--latency=:' '--fault=:' '--reading=:' '--seed=:' '--dry-run' '--until=:' '--yes' '--metrics=file:' '--ping=:' '--budget=file:' '--profile=file:' '--log-format=:text json' '--quiet' '--verbose')
        args=('file:')
        ;;
    'assign')
        flags=('--help' '--version' '--out=directory:' '--continue' '--rate=:auto none' '--workers=:' '--attempts=:' '--timeout=:' '--chunk=:' '--max-failures=:' '--max-invalid=:' '--expect-rows=:' '--limit=:' '--shard=:' '--skip-succeeded=directory:last' '--only-changes' '--max-changes=:' '--strict' '--column=:' '--any-id' '--header-line=:' '--no-header' '--accept=:encoding placeholder rounded shape spelling unfinished' '--encoding=:auto utf-8 utf-16 gb18030 windows-1252 euc-kr big5 shift-jis' '--delimiter=:auto tab pipe' '--account-type=:0 1' '--region=:cn intl' '--endpoint=:' '--language=:en-US zh-CN' '--no-keep-input' '--sandbox' '--throttle=:' '--bad-entry=:reject partial ignore' '--repeat=:accept reject' '--directory=file:' '--latency=:' '--fault=:' '--reading=:' '--seed=:' '--dry-run' '--until=:' '--yes' '--metrics=file:' '--ping=:' '--budget=file:' '--profile=file:' '--log-format=:text json' '--quiet' '--verbose')
        args=('file:')
        ;;
    'status')
        flags=('--help' '--version' '--to=:normal disabled' '--out=directory:' '--continue' '--rate=:auto none' '--workers=:' '--attempts=:' '--timeout=:' '--chunk=:' '--max-failures=:' '--max-invalid=:' '--expect-rows=:' '--limit=:' '--shard=:' '--skip-succeeded=directory:last' '--only-changes' '--max-changes=:' '--strict' '--column=:' '--any-id' '--header-line=:' '--no-header' '--accept=:encoding placeholder rounded shape spelling unfinished' '--encoding=:auto utf-8 utf-16 gb18030 windows-1252 euc-kr big5 shift-jis' '--delimiter=:auto tab pipe' '--account-type=:0 1' '--region=:cn intl' '--endpoint=:' '--language=:en-US zh-CN' '--no-keep-input' '--sandbox' '--throttle=:' '--bad-entry=:reject partial ignore' '--repeat=:accept reject' '--directory=file:' '--latency=:' '--fault=:' '--reading=:' '--seed=:' '--dry-run' '--until=:' '--yes' '--metrics=file:' '--ping=:' '--budget=file:' '--profile=file:' '--log-format=:text json' '--quiet' '--verbose')
        args=('file:')
        ;;
    'export')
        flags=('--help' '--version' '--out=file:' '--status=:normal disabled unallocated' '--search=:' '--department=:' '--with=:phone email free' '--page-size=:' '--no-mark' '--rate=:auto none' '--workers=:' '--attempts=:' '--timeout=:' '--account-type=:0 1' '--region=:cn intl' '--endpoint=:' '--language=:en-US zh-CN' '--sandbox' '--throttle=:' '--bad-entry=:reject partial ignore' '--repeat=:accept reject' '--directory=file:' '--latency=:' '--fault=:' '--reading=:' '--seed=:' '--until=:' '--yes' '--budget=file:' '--profile=file:' '--log-format=:text json' '--quiet' '--verbose')
        args=(':rooms users')
        ;;
    'resume')
        flags=('--help' '--version' '--rate=:auto none' '--workers=:' '--attempts=:' '--timeout=:' '--max-failures=:' '--sandbox' '--until=:' '--yes' '--metrics=file:' '--ping=:' '--budget=file:' '--profile=file:' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:last')
        ;;
    'reconcile')
        flags=('--help' '--version' '--wait=:' '--rate=:auto none' '--workers=:' '--attempts=:' '--timeout=:' '--language=:en-US zh-CN' '--until=:' '--yes' '--budget=file:' '--profile=file:' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:last')
        ;;
    'undo')
        flags=('--help' '--version' '--out=directory:' '--dry-run' '--wait=:' '--without-before' '--rate=:auto none' '--workers=:' '--attempts=:' '--timeout=:' '--language=:en-US zh-CN' '--until=:' '--yes' '--budget=file:' '--profile=file:' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:last')
        ;;
    'set')
        flags=('--help' '--version' '--rate=:auto none' '--workers=:' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:last')
        ;;
    'show')
        flags=('--help' '--version' '--json' '--follow' '--html=file:' '--no-rows' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:last') many=1
        ;;
    'verify')
        flags=('--help' '--version' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:last') many=1
        ;;
    'list')
        flags=('--help' '--version' '--json' '--older-than=:' '--last=:' '--remove' '--yes' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:')
        ;;
    'failing')
        flags=('--help' '--version' '--times=:' '--command=:reclaim assign status' '--code=:' '--log-format=:text json' '--quiet' '--verbose')
        args=('directory:')
        ;;
    'sandbox')
        flags=('--help' '--version' '--addr=:' '--token=:' '--app-id=:' '--app-key=:' '--corp-id=:' '--account=:' '--password=:' '--admin-type=:0 1 2' '--token-life=:' '--refresh-life=:' '--clock=:' '--throttle=:' '--bad-entry=:reject partial ignore' '--repeat=:accept reject' '--directory=file:' '--latency=:' '--fault=:' '--reading=:' '--seed=:' '--silent-throttle' '--no-doubles' '--log=file:')
        args=()
        ;;
    'completion')
        flags=('--help' '--version')
        args=(':bash zsh fish powershell')
        ;;
    'man')
        flags=('--help' '--version')
        args=()
        ;;
    *)
        flags=() args=()
        ;;
    esac
}

# Offers those words that begin as what is typed, without what bash keeps of the word: that stands before a = or : in it.
_meetbatch_offer() {
    local word
    for word in "$@"; do
        if [[ $word == "$typed"* ]]; then
            word=$before$word
            COMPREPLY+=("${word#"$kept"}")
        fi
    done
}

# Sets what the value of a flag is. There is none where the flag takes no value.
_meetbatch_value() {
    local flag
    value=''
    for flag in "${flags[@]}"; do
        if [[ $flag == "$1="* ]]; then
            value=${flag#*=}
        fi
    done
}

_meetbatch() {
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

    _meetbatch_command ''
    for ((i = 1; i < at; i++)); do
        word=${all[i]}
        if [[ -n $value ]]; then
            value=''
        elif [[ -z $ended && $word == -- ]]; then
            ended=1
        elif [[ -z $ended && $word == -?* ]]; then
            _meetbatch_value "$word"
        elif [[ -z $command ]]; then
            command=$word
            _meetbatch_command "$command"
        else
            given=$((given + 1))
        fi
    done

    typed=${all[at]}
    kept=${typed%"$2"} # $2 is the part of the word that bash replaces
    if [[ -z $value && -z $ended && $typed == --*=* ]]; then
        before=${typed%%=*}=
        typed=${typed#*=}
        _meetbatch_value "${before%=}"
    elif [[ -z $value && -z $ended && $typed == -* ]]; then
        _meetbatch_offer "${flags[@]%%=*}"
        return
    elif [[ -z $value && $given -lt ${#args[@]} ]]; then
        value=${args[given]}
    elif [[ -z $value && -n $many ]]; then
        value=${args[${#args[@]} - 1]}
    fi
    IFS=' ' read -r -a words <<<"${value#*:}"
    if [[ ${#words[@]} -gt 0 ]]; then
        _meetbatch_offer "${words[@]}"
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
    complete -o bashdefault -o default -F _meetbatch meetbatch
else
    complete -F _meetbatch meetbatch
fi
