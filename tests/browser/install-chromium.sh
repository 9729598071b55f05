#!/usr/bin/env bash
# Makes sure that Chromium is there for the browser's tests: Debian's package, because that needs no download of a
# browser from elsewhere. With --with-fonts also the letters that the documentation's pictures are drawn with.
set -euo pipefail

packages=()
command -v chromium > /dev/null || packages+=(chromium)
if [[ ${1:-} == --with-fonts ]]; then
  for package in fonts-noto-core fonts-noto-cjk; do
    dpkg-query --show --showformat '${Status}\n' "$package" 2> /dev/null | grep -q ' installed$' || packages+=("$package")
  done
fi
[[ ${#packages[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
  as_root=(sudo -n)
fi
if ! command -v apt-get > /dev/null || ! "${as_root[@]}" true 2> /dev/null; then
  echo "Missing: ${packages[*]}. Please install what your system calls ${packages[*]}, so that \`chromium\` is in the PATH," >&2
  echo "on Debian as root: apt-get update && apt-get install --no-install-recommends ${packages[*]}" >&2
  exit 1
fi

echo "Installing ${packages[*]} with apt-get: once, and about a minute."
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "${packages[@]}" > /dev/null
# Ubuntu's package of this name may want another way to install it.
command -v chromium > /dev/null
