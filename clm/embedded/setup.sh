#!/bin/sh
# Finds a Python that Covenant can use and hands over to install.py.
# Usage: sh clm/embedded/setup.sh runtime|dev
set -eu
here=$(dirname "$0")

usable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in "${PYTHON:-}" .venv/bin/python python3.11 python3.12 python3.13 python3.14 python3; do
    if [ -n "$candidate" ] && usable "$candidate"; then
        exec "$candidate" "$here/install.py" "$@"
    fi
done

echo "Covenant needs Python 3.11 or newer, and none was found." >&2
case $(uname -s) in
    Darwin) echo "Install it with \`brew install python@3.11\` and try again." >&2 ;;
    *) echo "Install it with \`sudo apt-get install python3.11 python3.11-venv\` and try again." >&2 ;;
esac
exit 1
