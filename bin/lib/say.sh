# Sourced: progress that a person can follow. All of it goes to stderr, so that stdout stays free for results.
if [ -t 2 ]; then bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' reset=$'\e[0m'; else bold='' dim='' red='' reset=''; fi

say() { echo "$*" >&2; }
note() { echo "${dim}    $*${reset}" >&2; }
die() {
  echo "${red}error:${reset} $*" >&2
  exit 1
}

# step TITLE COMMAND...: runs the command, its output shown, then says how long it took; the command's status is returned.
# The command runs in a subshell under set -e: any failing line of a function fails the step. Not so behind `step … || …` or
# `if step …`, where bash ignores set -e however deep: there, write `set +e; step …; rc=$?; set -e`.
step() {
  local title=$1 from=$SECONDS errexit=${-//[^e]/} rc
  shift
  echo "${bold}==> $title${reset}" >&2
  set +e
  (
    set -e
    "$@"
  )
  rc=$?
  [ -z "$errexit" ] || set -e
  if [ "$rc" = 0 ]; then
    echo "${bold}    done in $((SECONDS - from)) s:${reset} $title" >&2
  else
    echo "${red}    failed after $((SECONDS - from)) s (exit status $rc):${reset} $title" >&2
  fi
  return "$rc"
}

# quietly LOG COMMAND...: output into a log that is shown only when the command fails.
quietly() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 || {
    local rc=$?
    tail -n 40 "$log" >&2
    say "    the whole log: $log"
    return "$rc"
  }
}
