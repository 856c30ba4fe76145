#include "cli/completion_scripts.h"

namespace herald::cli {
namespace {

// Bash takes ":" and "=" for the ends of words: they are put together again for the question, and what stands in front of the
// last one is taken off the answers.
constexpr std::string_view kBash =
    R"SH(# bash completion for herald. To have it now: source <(herald completion bash)
_herald() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() word i glued
  COMPREPLY=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    glued=${rest%%[![:space:]]*}
    rest=${rest#"$glued"}
    ((i < COMP_CWORD)) || word=$rest
    if [[ -z $glued && i -gt 0 ]]; then words[-1]+=$word; else words+=("$word"); fi
    rest=${rest#"$word"}
  done
  local begun=${words[-1]} quote=
  case $begun in [\"\']*) quote=${begun:0:1} begun=${begun:1} ;; esac
  words[-1]=${begun//\\/}
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    case ${words[i]} in
      \"*\" | \'*\') words[i]=${words[i]:1:-1} ;;
      *) words[i]=${words[i]//\\/} ;;
    esac
  done
  local answers line value front=
  mapfile -t answers < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
  if [[ ${words[-1]} == *[:=]* && -z $quote ]]; then
    front=${words[-1]%"${words[-1]##*[:=]}"}
  fi
  value=${words[-1]#"$front"}
  case ${answers[0]} in
    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$value"); return ;;
    folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$value"); return ;;
  esac
  for line in "${answers[@]:1}"; do
    value=${line%%$'\t'*}
    [[ $value == *[:=/.\>] ]] && compopt -o nospace
    value=${value#"$front"}
    [[ -n $quote ]] || printf -v value %q "$value"
    COMPREPLY+=("$value")
  done
}
complete -F _herald herald
)SH";

constexpr std::string_view kZsh = R"SH(#compdef herald
# zsh completion for herald. To have it now: source <(herald completion zsh)
_herald() {
  local -a answers whole open
  local line value what tab=$'\t'
  answers=("${(@f)$("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  case $answers[1] in
    files) _files; return ;;
    folders) _files -/; return ;;
  esac
  for line in "${(@)answers[2,-1]}"; do
    value=${line%%$tab*}
    what=${line#*$tab}
    [[ -n $value ]] || continue
    if [[ $value == *[:=/.\>] ]]; then
      open+=("${value//:/\\:}:$what")
    else
      whole+=("${value//:/\\:}:$what")
    fi
  done
  local found=1
  ((${#whole})) && _describe herald whole && found=0
  ((${#open})) && _describe herald open -S '' && found=0
  return found
}
if [[ ${funcstack[1]} == _herald ]]; then
  _herald "$@"
elif (($+functions[compdef])); then
  compdef _herald herald
fi
)SH";

constexpr std::string_view kFish =
    R"SH(# fish completion for herald. To have it now: herald completion fish | source
function __herald_complete
    set -l words (commandline -opc)
    set -l begun (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l last (string unescape -- "$begun")
    set -l answers ($program __complete $words "$last" 2>/dev/null)
    switch "$answers[1]"
        case files
            __fish_complete_path $begun
        case folders
            __fish_complete_directories $begun ''
    end
    set -e answers[1]
    printf '%s\n' $answers
end
complete -c herald -f -a '(__herald_complete)'
)SH";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  return shell == "bash" ? kBash : shell == "zsh" ? kZsh : shell == "fish" ? kFish : "";
}

}  // namespace herald::cli
