#!/usr/bin/env bash
# Installs those of the named packages of Debian that are missing; a program of that name in the PATH will do, too.
set -euo pipefail

missing=()
for package in "$@"; do
  command -v "$package" > /dev/null ||
    dpkg-query --show --showformat '${Status}\n' "$package" 2> /dev/null | grep -q ' installed$' || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
[[ $EUID -eq 0 ]] || as_root=(sudo -n)
if ! command -v apt-get > /dev/null || ! "${as_root[@]}" true 2> /dev/null; then
  echo "Please install what your system calls ${missing[*]}; on Debian as root:" >&2
  echo "apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${missing[*]} with apt-get: once, and about a minute."
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "${missing[@]}" > /dev/null
