#!/usr/bin/env bash
# Installs the Debian packages that a step needs, where they are missing: install_dependencies.sh build|test|bench|conformance|kafka|tidy
# Prints nothing when all are there. Elsewhere than on Debian and its kin it prints the list and goes on.
set -euo pipefail

build=(g++ cmake ninja-build pkg-config ccache mold libboost-dev libfmt-dev libsimdjson-dev libxxhash-dev libre2-dev libabsl-dev
  libcli11-dev nlohmann-json3-dev nettle-dev librdkafka-dev libcpp-httplib-dev libssl-dev zlib1g-dev libsnappy-dev libzstd-dev
  libmimalloc-dev tzdata)
test=(libgtest-dev libbenchmark-dev clang-19 libclang-rt-19-dev llvm-19 lld-19 clang-format-19 python3 python3-venv)
bench=(libbenchmark-dev python3)
conformance=(openjdk-17-jdk-headless maven python3)
tidy=(clang-tidy-19 python3)
kafka=(openjdk-17-jdk-headless maven openssl python3 python3-venv)

packages=()
for step in "${@:-build}"; do
  case "$step" in
    build) packages+=("${build[@]}") ;;
    test) packages+=("${build[@]}" "${test[@]}" "${kafka[@]}") ;;
    bench) packages+=("${build[@]}" "${bench[@]}") ;;
    conformance) packages+=("${conformance[@]}") ;;
    kafka) packages+=("${kafka[@]}") ;;
    tidy) packages+=("${build[@]}" "${tidy[@]}") ;;
    *) echo "usage: $0 build|test|bench|conformance|kafka|tidy ..." >&2; exit 2 ;;
  esac
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "No apt-get here: what is needed are, by their Debian names, ${packages[*]}" >&2
  exit 0
fi

installed=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' "${packages[@]}" 2>/dev/null || true)"
missing=()
for package in "${packages[@]}"; do
  [[ "$installed" == *" installed=$package "* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Packages are missing, and neither root nor sudo is at hand. Run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing ${missing[*]}" >&2
{
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
} >&2
