import type { Command, Option } from 'commander'

/** The shells that are known. */
export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** What a shell reads once, at its start. Each Tab then asks `skep-lb __complete`. */
export function completionScript(shell: Shell, root: Command): string {
  return shell === 'fish' ? fish(root) : shell === 'zsh' ? zsh : bash
}

// Readline takes what stands before the last ":" or "=" as a word of its own, so it must not come back.
const bash = `# skep-lb completion for bash. Now: source <(skep-lb completion bash)
# For all shells: skep-lb completion bash > /etc/bash_completion.d/skep-lb
_skep_lb() {
  local line="\${COMP_LINE:0:COMP_POINT}" words value
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local current="\${words[\${#words[@]}-1]}"
  local before="\${current%"\${current##*[:=]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    COMPREPLY+=("\${value#"$before"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _skep_lb skep-lb`

const zsh = `#compdef skep-lb
# skep-lb completion for zsh. Now: source <(skep-lb completion zsh)
# For all shells: skep-lb completion zsh > "\${fpath[1]}/_skep-lb"
_skep_lb() {
  local -a values lines
  local value description
  while IFS=$'\\t' read -r value description; do
    values+=("$value")
    lines+=("\${value}\${description:+  -- $description}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)
  if (( $#values )); then
    compadd -l -d lines -a values
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _skep-lb ]]; then _skep_lb; else compdef _skep_lb skep-lb; fi`

function fish(root: Command): string {
  return [
    '# skep-lb completion for fish. Now: skep-lb completion fish | source',
    '# For all shells: skep-lb completion fish > ~/.config/fish/completions/skep-lb.fish',
    'function __skep_lb',
    '  set -l words (commandline -opc) (commandline -ct)',
    '  $words[1] __complete -- $words[2..-1] 2>/dev/null',
    'end',
    "complete -c skep-lb -f -a '(__skep_lb)'",
    ...fileOptions(root).map((flags) => `complete -c skep-lb ${flags} -r -F`),
  ].join('\n')
}

/** Only fish must be told where files may stand; the others offer them where there is nothing else. */
function fileOptions(root: Command): string[] {
  const all = [root, ...root.commands, ...root.commands.flatMap(({ commands }) => commands)]
  const options = all.flatMap((command) => command.options.filter(({ flags }) => /<(file|folder)>/.test(flags)))
  return [...new Set(options.map(fishFlags))]
}

function fishFlags({ long, short }: Option): string {
  return [long && `-l ${long.slice(2)}`, short && `-s ${short.slice(1)}`].filter(Boolean).join(' ')
}
