# Sourced by scripts/test and scripts/test-built: suites, beside each other or not, and what became of them.
failed=()
lanes=()
# Read by people and by grep, not on a terminal alone.
export NO_COLOR=1

# suite NAME COMMAND...: runs a suite and remembers whether it failed.
suite() {
  local name=$1
  shift
  say "[test] $name"
  local began=$SECONDS
  "$@" || failed+=("$name")
  say "[test] $name took $((SECONDS - began)) s"
}

# background NAME FUNCTION: runs a function of suites beside this script, with its output in a file.
background() {
  local file=$ROOT/.work/test-${2//_/-}.log
  {
    failed=()
    "$2"
    [ ${#failed[@]} -eq 0 ] || { printf '[test] failed: %s\n' "${failed[@]}"; exit 1; }
  } >"$file" 2>&1 &
  lanes+=("$! $file $1")
}

# A test run that is stopped takes its lanes along, and what they are running.
stop_lanes() {
  local lane
  for lane in "${lanes[@]}"; do
    pkill -TERM -P "${lane%% *}"
    kill "${lane%% *}" 2>/dev/null
  done
  exit 130
}
trap stop_lanes INT TERM

# finish: waits for the lanes, shows what they said, and ends with 0 only if nothing failed.
finish() {
  local lane pid file name
  for lane in "${lanes[@]}"; do
    read -r pid file name <<<"$lane"
    say "[test] $name; the whole output is in ${file#"$ROOT/"}"
    wait "$pid" || failed+=("$name: see ${file#"$ROOT/"}")
    cat "$file"
  done
  if [ ${#failed[@]} -gt 0 ]; then
    printf '[test] FAILED: %s\n' "${failed[@]}" >&2
    exit 1
  fi
  say "[test] everything passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
}
