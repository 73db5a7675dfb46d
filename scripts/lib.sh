# Shared by the scripts of this folder: finds or installs what the project needs. Source it; it changes nothing by itself.
# Messages go to standard error, one line each: what is missing and what to do.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${ROUNDELAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/roundelay}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Prints the folder of a JDK 25 or newer: JAVA_HOME if it is one, else the usual folders.
find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/current; do
    [ -x "$home/bin/javac" ] || continue
    local major
    major=$("$home/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    if [ "${major:-0}" -ge 25 ]; then printf '%s\n' "$home"; return 0; fi
  done
  return 1
}

need_jdk() {
  JAVA_HOME=$(find_jdk) || fail "[setup] no JDK 25 found in JAVA_HOME or the usual folders; install one (for example Temurin 25) and set JAVA_HOME to it"
  export JAVA_HOME
}

# Installs Debian packages, quietly; asks for no password.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || fail "[setup] these are missing: ${missing[*]}; install them with your package manager"
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || fail "[setup] these packages are missing: ${missing[*]}; run: sudo apt-get install ${missing[*]}"
    sudo=(sudo -n)
  fi
  say "[setup] installing ${missing[*]}"
  local log
  log=$(mktemp)
  { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq \
    && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 \
    || { tail -n 20 "$log" >&2; fail "[setup] apt-get could not install ${missing[*]}; see the lines above"; }
  rm -f "$log"
}

has_torch() { "$1" -c 'import importlib.util, sys; sys.exit(not all(importlib.util.find_spec(m) for m in ("torch", "numpy")))' 2>/dev/null; }

# Prints a Python that has torch: ROUNDELAY_PYTHON, python3 of the path, the distribution's; else installs the distribution's package.
find_torch_python() {
  local python
  for python in "${ROUNDELAY_PYTHON:-}" "$(command -v python3 || true)" /usr/bin/python3; do
    [ -n "$python" ] && [ -x "$python" ] && has_torch "$python" && { printf '%s\n' "$python"; return 0; }
  done
  install_packages python3 python3-torch python3-numpy
  has_torch /usr/bin/python3 || fail "[setup] no Python with torch found; install torch for one and set ROUNDELAY_PYTHON to it"
  printf '%s\n' /usr/bin/python3
}

# Prints the Python that makes virtual environments.
base_python() { if [ -x "$1" ]; then printf '%s\n' "$1"; else command -v python3; fi; }

# Prints the folder of a virtual environment, which need not be there.
#   venv_folder NAME REQUIREMENTS_FILE BASE_PYTHON
venv_folder() { printf '%s\n' "$CACHE/$1-$( { cat "$2"; "$3" -V; } | sha256sum | cut -c1-16)"; }

# Makes (once for each content of the requirements file) a virtual environment and prints its Python.
#   venv NAME REQUIREMENTS_FILE [BASE_PYTHON]
venv() {
  local name=$1 requirements=$2 base folder
  base=$(base_python "${3:-/usr/bin/python3}") || fail "[setup] no python3; install Python 3.11 or newer"
  folder=$(venv_folder "$name" "$requirements" "$base")
  if [ ! -e "$folder/.complete" ]; then
    say "[setup] making the Python environment $name (once)"
    rm -rf "$folder"
    mkdir -p "$(dirname "$folder")"
    "$base" -m venv "$folder" || fail "[setup] $base cannot make virtual environments; install python3-venv"
    local log
    log=$(mktemp)
    "$folder/bin/python" -m pip install -q --disable-pip-version-check -r "$requirements" >"$log" 2>&1 \
      || { tail -n 20 "$log" >&2; fail "[setup] pip could not install $requirements; see the lines above"; }
    rm -f "$log"
    touch "$folder/.complete"
  fi
  printf '%s\n' "$folder/bin/python"
}

# Unpacks Debian packages into the cache without installing them (a web server that is installed would also be started), and prints
# the folder. What cannot be had is left out: the tests say so.
#   unpacked NAME PACKAGE...
unpacked() {
  local folder=$CACHE/$1 package
  shift
  mkdir -p "$folder"
  for package in "$@"; do
    [ -e "$folder/.$package" ] && continue
    if command -v apt-get >/dev/null \
      && (cd "$folder" && { apt-get download -qq "$package" || { apt-get update -qq && apt-get download -qq "$package"; }; }) >/dev/null 2>&1 \
      && dpkg-deb -x "$folder/$package"_*.deb "$folder"; then
      rm -f "$folder/$package"_*.deb
      touch "$folder/.$package"
    else
      say "[setup] $package could not be fetched; the tests that look at an example by it will not run"
    fi
  done
  printf '%s\n' "$folder"
}

has_node() { command -v node >/dev/null && command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'; }

# Puts a Node that the dashboard's tools run on, and its npm, onto the path: the machine's own, else one from the npm registry (once).
need_node() {
  has_node && return 0
  local folder=$CACHE/node-22
  if [ ! -x "$folder/node_modules/.bin/node" ]; then
    install_packages nodejs npm
    has_node && return 0
    say "[setup] fetching Node 22 (once): the distribution's is too old to build the dashboard's pages"
    mkdir -p "$folder"
    npm install --silent --no-audit --no-fund --prefix "$folder" node@22 npm@11 >/dev/null 2>&1 || true
  fi
  export PATH="$folder/node_modules/.bin:$PATH"
  has_node || fail "[setup] no Node.js 20.19, 22.12 or newer with npm; install one (nodejs.org) and put it onto PATH"
}

# Installs the packages of the dashboard's pages, when their lock file has changed.
page_packages() {
  need_node
  local stamp
  stamp=$(sha256sum "$ROOT/web/package-lock.json" | cut -c1-16)
  [ "$(cat "$ROOT/web/node_modules/.roundelay-stamp" 2>/dev/null)" = "$stamp" ] && return 0
  say "[setup] installing the packages of the dashboard's pages"
  local log
  log=$(mktemp)
  (cd "$ROOT/web" && npm ci --silent --no-audit --no-fund) >"$log" 2>&1 \
    || { tail -n 20 "$log" >&2; fail "[setup] npm could not install web/package-lock.json; see the lines above"; }
  rm -f "$log"
  printf '%s\n' "$stamp" >"$ROOT/web/node_modules/.roundelay-stamp"
}
