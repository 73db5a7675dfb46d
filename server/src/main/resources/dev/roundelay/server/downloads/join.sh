#!/bin/sh
# Makes this machine a worker of a Roundelay server, and undoes that:
#
#   curl -fsSL [--cacert FILE] URL/join.sh | sh -s -- --token-file FILE [--cacert FILE] [--foreground] [OPTIONS]
#   curl -fsSL [--cacert FILE] URL/join.sh | sh -s -- leave
#
# As root it installs a systemd service, as anybody else a service of that user; --foreground runs the worker at once and installs
# none, --no-start installs one without starting it. Everything lies in --data-dir. All other OPTIONS are those of `roundelay worker`
# and go there unchanged (--name, --slots, --python, --dataset NAME=/PATH, ...); paths must be absolute.
#
# Everything is checked before anything is changed. A refusal names what is at fault and ends with 3.
set -eu

server='@SERVER@'
machine='@MACHINE@'
agent_sha256=@AGENT_SHA256@
runtime_sha256=@RUNTIME_SHA256@

say() { printf '%s\n' "$*" >&2; }

# Removes what was unpacked. A folder that was here before keeps everything else.
clean_up() {
  [ -n "${fresh:-}" ] || return 0
  if [ "$data_is_new" = 1 ]; then rm -rf "$data"; else rm -rf "$fresh"; fi
  fresh=
}

refuse() {
  say "$*"
  clean_up
  say "[join] nothing was changed on this machine"
  exit 3
}

absolute() {
  case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$(pwd)" "$1" ;; esac
}

# A word as it stands in a shell, in single quotes.
shell_word() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# A word as it stands in a unit file: systemd knows backslashes and expands %, and $ in all words but the first.
unit_program() { printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"]/\\&/g; s/%/%%/g')"; }
unit_word() { unit_program "$(printf '%s' "$1" | sed 's/\$/$$/g')"; }

call() { curl -sS --connect-timeout 10 ${cacert:+--cacert "$cacert"} "$@"; }

check_machine() {
  [ "$(uname -sm)" = "$machine" ] \
    || refuse "[machine] this one is $(uname -sm), the server's runtime is for $machine; install Java 25 and start a worker by hand (docs/install.md)"
  for tool in curl tar gzip sha256sum sed; do
    command -v "$tool" >/dev/null || refuse "[machine] $tool is missing; install the package that has it"
  done
  python_version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) \
    || refuse "[python] $python does not run; install Python 3.9 or newer, or name one by --python"
  case $python_version in
    2.* | 3.[0-8]) refuse "[python] $python is $python_version; name a Python 3.9 or newer by --python" ;;
  esac
  [ "$isolation" = none ] && return 0
  command -v bwrap >/dev/null \
    || refuse "[no bubblewrap] bwrap is not installed; install the package bubblewrap (or run user code unprotected: --isolation none)"
  bwrap --unshare-user --unshare-pid --unshare-net --ro-bind / / --proc /proc /bin/true 2>/dev/null \
    || refuse "[no bubblewrap] bwrap cannot make a sandbox here; allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0)"
}

check_files() {
  if [ -n "$cacert" ] && ! { [ -r "$cacert" ] && grep -q 'BEGIN CERTIFICATE' "$cacert"; }; then
    refuse "[certificate] $cacert is not readable or holds no certificate; give the server's authority as a PEM file"
  fi
  # A worker that has joined comes back by its own secret: this is then an upgrade.
  [ -e "$data/worker.json" ] && return 0
  [ -n "$token_file" ] || refuse "[token] --token-file is missing; mint a join token on the server's workers page and save it to a file"
  [ -r "$token_file" ] || refuse "[token] $token_file cannot be read; save the join token to it"
  case $(cat "$token_file") in
    rwt_*) ;;
    *) refuse "[token] $token_file holds no join token (they begin with rwt_)" ;;
  esac
}

check_service() {
  [ "$service" = start ] || return 0
  if ! command -v systemctl >/dev/null || [ ! -d /run/systemd/system ]; then
    refuse "[service] there is no systemd here; use --foreground and start that line by what this machine has"
  fi
  [ -z "$user" ] || systemctl --user show-environment >/dev/null 2>&1 \
    || refuse "[service] no systemd of user $(id -un) is running; sign in as that user, or use --foreground"
}

check_server() {
  headers=$(call -f -D - -o /dev/null "$server/healthz" 2>&1) && answered=0 || answered=$?
  case $answered in
    0) ;;
    35 | 51 | 58 | 60 | 77)
      case $headers in
        *expired* | *"not yet valid"*)
          refuse "[clock] the certificate of $server is not valid at this machine's time, $(date -u); set the clock, or renew it ($headers)" ;;
      esac
      refuse "[certificate] the certificate of $server is not trusted: $headers; give its authority by --cacert, and the host name that it was made for" ;;
    *) refuse "[server] $server does not answer: $headers; check the address, the firewall and the proxy" ;;
  esac
  # More than five minutes apart: leases, certificates and times in logs would all be wrong.
  printf '%s\n' "$headers" | "$python" -c '
import sys, time, email.utils
for line in sys.stdin:
    if line.lower().startswith("date:"):
        sys.exit(abs(time.time() - email.utils.parsedate_to_datetime(line[5:].strip()).timestamp()) > 300)
' || refuse "[clock] this machine says $(date -u), the server $(printf '%s\n' "$headers" | sed -n 's/^[Dd]ate: //p'); set the clock"
}

# Fetches and unpacks one archive, if its bytes are those that the server said.
fetch() {
  say "[join] fetching $1"
  call -f --retry 3 -o "$fresh/$1" "$server/dist/$1" || refuse "[server] $server/dist/$1 cannot be fetched; see the line above"
  [ "$(sha256sum <"$fresh/$1" | cut -d' ' -f1)" = "$2" ] || refuse "[checksum] $1 is not what the server announced; try again"
  tar -xzf "$fresh/$1" -C "$fresh" || refuse "[disk] $1 cannot be unpacked; see the line above"
  rm -f "$fresh/$1"
}

unpack() {
  if [ -e "$data" ]; then data_is_new=0; else data_is_new=1; fi
  fresh=$data/program.new
  (umask 077 && mkdir -p "$data") || refuse "[disk] $data cannot be made; choose another --data-dir"
  rm -rf "$fresh"
  mkdir "$fresh" || refuse "[disk] $data is not writable; choose another --data-dir"
  fetch agent.tar.gz "$agent_sha256"
  fetch runtime.tar.gz "$runtime_sha256"
  "$fresh/jre/bin/java" -version >/dev/null 2>&1 \
    || refuse "[machine] the server's Java does not run here (it needs glibc, and a file system that allows programs at $data)"
}

# The agent's own look at this machine, and the server's at the agent: token, version, name.
join() {
  "$fresh/bin/roundelay" doctor --worker --python "$python" --isolation "$isolation" --data-dir "$data" >&2 \
    || refuse "[doctor] this machine cannot be a worker yet; see the lines above"
  [ ! -e "$data/worker.json" ] || return 0
  "$fresh/bin/roundelay" worker --join-only --token-file "$token_file" --server "$server" --data-dir "$data" \
    ${cacert:+--cacert "$cacert"} "$@" >&2 || refuse "[join] refused; see the line above"
}

install_program() {
  if [ -n "$cacert" ]; then
    cp "$cacert" "$data/server-ca.pem.new"
    mv "$data/server-ca.pem.new" "$data/server-ca.pem"
    cacert=$data/server-ca.pem
  fi
  rm -rf "$data/program.old"
  [ ! -e "$data/program" ] || mv "$data/program" "$data/program.old"
  mv "$fresh" "$data/program"
  fresh=
  rm -rf "$data/program.old"
  {
    printf '#!/bin/sh\n# Undoes join.sh: ends the service, leaves the server, removes the programs and caches. --offline asks no server.\nset -eu\n'
    printf 'data=%s\nserver=%s\ncacert=%s\nunit=%s\nuser=%s\n' "$(shell_word "$data")" "$(shell_word "$server")" \
      "$(shell_word "$cacert")" "$(shell_word "$unit")" "$user"
    cat <<'LEAVE'
if [ -n "$unit" ] && [ -e "$unit" ]; then
  systemctl $user disable --now roundelay-worker.service 2>/dev/null || true
  rm -f "$unit"
  systemctl $user daemon-reload 2>/dev/null || true
fi
if [ "${1:-}" != --offline ] && [ -e "$data/worker.json" ]; then
  "$data/program/bin/roundelay" worker --leave --server "$server" --data-dir "$data" ${cacert:+--cacert "$cacert"} </dev/null
fi
cd "$data"
rm -rf worker.json join-key server-ca.pem environments downloads attempts jobs sandboxes harness lock program
if rmdir "$data" 2>/dev/null; then
  echo "[leave] this machine is no worker any more" >&2
else
  echo "[leave] this machine is no worker any more; what ran here is still told in $data" >&2
fi
LEAVE
  } >"$data/program/leave"
  chmod 755 "$data/program/leave"
}

write_unit() {
  mkdir -p "$(dirname "$unit")"
  line="$(unit_program "$data/program/bin/roundelay") worker"
  for word in --server "$server" --data-dir "$data" ${cacert:+--cacert "$cacert"} "$@"; do
    line="$line $(unit_word "$word")"
  done
  {
    cat <<'UNIT'
# Written by join.sh; that script rewrites it, and program/leave in the data folder removes it.
[Unit]
Description=Roundelay worker
Wants=network-online.target
After=network-online.target

[Service]
UNIT
    printf 'ExecStart=%s\n' "$line"
    cat <<'UNIT'
# 2 wrong options, 3 cannot join, 4 not wanted any more: starting again would not help.
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2 3 4
SuccessExitStatus=143
TimeoutStopSec=30
KillMode=mixed
LimitNOFILE=65536
# Memory limits of jobs are cgroups below this one.
Delegate=yes

[Install]
UNIT
    if [ -n "$user" ]; then echo 'WantedBy=default.target'; else echo 'WantedBy=multi-user.target'; fi
  } >"$unit.new"
  mv "$unit.new" "$unit"
}

start_service() {
  # shellcheck disable=SC2086 # nothing or one word
  if systemctl $user daemon-reload && systemctl $user enable roundelay-worker.service && systemctl $user restart roundelay-worker.service; then
    say "[join] this machine is a worker of $server; its log: journalctl $user -u roundelay-worker"
    [ -z "$user" ] || say "[join] it ends when $(id -un) signs out, unless you run: loginctl enable-linger $(id -un)"
  else
    say "[service] systemd did not start it; see the lines above. Once mended: systemctl $user restart roundelay-worker"
    exit 1
  fi
}

main() {
  user=
  unit=/etc/systemd/system/roundelay-worker.service
  data=/var/lib/roundelay-worker
  if [ "$(id -u)" != 0 ]; then
    user=--user
    unit=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user/roundelay-worker.service
    data=${XDG_DATA_HOME:-$HOME/.local/share}/roundelay-worker
  fi
  token_file='' cacert='' python=python3 isolation=bubblewrap service=start leaving=0 left=$#
  while [ "$left" -gt 0 ]; do
    option=$1
    shift
    left=$((left - 1))
    case $option in
      --token-file=* | --cacert=* | --data-dir=* | --python=* | --isolation=*)
        value=${option#*=}
        option=${option%%=*} ;;
      --token-file | --cacert | --data-dir | --python | --isolation)
        [ "$left" -gt 0 ] || refuse "[$option] has no value; give one"
        value=$1
        shift
        left=$((left - 1)) ;;
    esac
    case $option in
      leave) leaving=1 ;;
      --foreground) service=none unit='' ;;
      --no-start) service=install ;;
      --token-file) token_file=$(absolute "$value") ;;
      --cacert) cacert=$(absolute "$value") ;;
      --data-dir) data=$(absolute "$value") ;;
      --python)
        case $value in */*) python=$(absolute "$value") ;; *) python=$value ;; esac
        set -- "$@" --python "$python" ;;
      --isolation)
        isolation=$value
        set -- "$@" --isolation "$value" ;;
      --token | --token=*) refuse "[token] a token on the command line is seen by everybody on this machine; use --token-file" ;;
      *) set -- "$@" "$option" ;;
    esac
  done
  if [ "$leaving" = 1 ]; then
    [ -x "$data/program/leave" ] || refuse "[leave] nothing was installed by join.sh in $data; name the folder by --data-dir"
    exec "$data/program/leave" "$@" </dev/null
  fi
  trap 'clean_up' EXIT
  trap 'exit 130' INT TERM
  check_machine
  check_files
  check_service
  check_server
  unpack
  join "$@"
  install_program
  case $service in
    start)
      write_unit "$@"
      start_service ;;
    install)
      write_unit "$@"
      say "[join] this machine may work for $server; start it with: systemctl $user enable --now roundelay-worker" ;;
    none)
      say "[join] this machine is a worker of $server until you end this program; to leave: $data/program/leave"
      exec "$data/program/bin/roundelay" worker --server "$server" --data-dir "$data" ${cacert:+--cacert "$cacert"} "$@" </dev/null ;;
  esac
}

# Nothing happens before the last line is here: a download that broke off does nothing.
main "$@"
