#!/bin/sh
# Valgrind counts the bench's instructions.
set -eu
if command -v valgrind > /dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing valgrind."
    apt-get install --yes --quiet=2 valgrind > /dev/null || { apt-get update --quiet=2 && apt-get install --yes --quiet=2 valgrind > /dev/null; }
    exit 0
fi
echo "The bench needs valgrind: install the package of that name, for example with \"sudo apt-get install valgrind\"." >&2
exit 1
