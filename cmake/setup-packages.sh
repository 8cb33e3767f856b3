# Sourced by cmake/setup: the Debian packages of cmake/packages.txt.

# The packages that this preset needs, one a line.
wanted_packages() {
  local groups=program
  [ "$preset" = release ] || groups+="|tests"
  [ "$torch" = OFF ] || { have_libtorch && have_cuda_runtime; } || groups+="|torch"
  awk -v groups="^($groups)\$" '!/^#/ && $2 ~ groups { print $1 }' "$root/cmake/packages.txt"
}

missing_packages() {
  command -v dpkg-query > /dev/null || return 0
  local wanted; wanted=$(wanted_packages)
  # shellcheck disable=SC2086
  comm -23 <(sort <<< "$wanted") \
    <(dpkg-query -W -f='${binary:Package} ${db:Status-Status}\n' $wanted 2> /dev/null | awk '$2 == "installed" { sub(/:.*/, "", $1); print $1 }' | sort)
}

# Sets `as_root` to what runs a command as root, or says the one line to type.
find_root() {
  as_root=()
  [ "$(id -u)" != 0 ] || return 0
  if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then as_root=(sudo -n)
  elif command -v sudo > /dev/null && [ -t 2 ]; then as_root=(sudo)
  else die "packages are missing and installing them needs root: apt-get update && apt-get install -y --no-install-recommends $*"
  fi
}

install_packages() {
  if ! command -v apt-get > /dev/null; then
    local tool
    for tool in cmake ninja c++; do
      command -v $tool > /dev/null || die "no apt-get and no $tool: Debian 12 and Ubuntu 24.04 are supported; elsewhere install what cmake/packages.txt lists"
    done
    step "Debian packages: no apt-get here, CMake will say what is missing"
    return
  fi
  local missing; mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} = 0 ]; then step "Debian packages: all there"; return; fi
  step "Debian packages: ${missing[*]}"
  find_root "${missing[@]}"
  need_disk 700 /usr "installing packages"
  apt update || apt_failed "the package lists cannot be fetched (no network?)"
  apt install -y --no-install-recommends "${missing[@]}" || apt_failed "a package cannot be installed (Debian 12 and Ubuntu 24.04 have all)"
}

apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o APT::Update::Error-Mode=any "$@" > "$log" 2>&1; }

apt_failed() { die "$1: $(grep -m1 '^E: ' "$log" || tail -n 1 "$log") (all of it: $log)"; }
