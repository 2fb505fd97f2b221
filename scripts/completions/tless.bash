# Completion of tless for bash: options and files.  Also for less and more where they are tless:
#	complete -o bashdefault -o default -F _tless less more
# tests/unit/test_completions.c holds it against the table of options.

_tless_options='
	--auto-buffers --chop-long-lines --clear-screen --dumb --exit-follow-on-close
	--file-size --follow-name --force --form-feed --help --hilite-search --hilite-target
	--hilite-unread --hit-count --ignore-case --incsearch --line-numbers --long-prompt
	--mouse --no-edit-warn --no-histdups --no-index --no-init --no-keypad --no-lessopen
	--no-number-headers --no-paste --no-search-header-columns --no-search-header-lines
	--no-search-headers --no-vbell --no-warn-edit --old-bot --past-eof --proc-backspace
	--proc-return --proc-tab --quiet --quit-at-eof --quit-if-one-screen --quit-on-intr
	--raw-control-chars --raw-file --redraw-on-quit --rmouse --save-marks
	--search-skip-screen --show-preproc-errors --silent --source --squeeze-blank-lines
	--status-column --status-line --tilde --underline-special --use-backslash --use-color
	--version --wordwrap
'
_tless_valued='
	--LOG-FILE= --autosave= --buffers= --cmd= --color= --comm= --cpu= --disassembly=
	--emouse= --end-prompt= --folded= --header= --index-dir= --intr= --jump-target= --kallsyms= --lesskey-content=
	--lesskey-file= --lesskey-src= --line-num-width= --log-file= --match-shift=
	--max-back-scroll= --max-forw-scroll= --modelines= --pattern= --prompt= --quotes=
	--rscroll= --search-options= --shift= --slice= --spool-size= --status-col-width= --symfs=
	--tabs= --tag-file= --tag= --tid= --time= --time-column= --trace-columns= --trace-view=
	--vmlinux= --wheel-lines= --window=
'

_tless()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} option= i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -- ]] && return # all that follow are files
	done
	# bash takes --name=value apart at the =.
	if [[ $word == = ]]; then
		option=$before word=
	elif [[ $before == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $before == -[koOT] ]]; then
		option=--log-file
	elif [[ $before == --* && " "$_tless_valued" " == *[[:space:]]"$before="[[:space:]]* ]]; then
		option=$before
	fi
	case $option in
	--kallsyms | --lesskey-file | --lesskey-src | --log-file | --LOG-FILE | --tag-file | --vmlinux)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	--index-dir | --symfs)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		;;
	--*)
		compopt +o default +o bashdefault
		;;
	*)
		[[ $word == --* ]] || return
		mapfile -t COMPREPLY < <(compgen -W "$_tless_options $_tless_valued" -- "$word")
		[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
		;;
	esac
}

complete -o bashdefault -o default -F _tless tless
