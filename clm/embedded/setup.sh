#!/bin/sh
# Finds a Python that Covenant can use and hands over to install.py.
# Usage: sh clm/embedded/setup.sh runtime|dev
set -eu
here=$(dirname "$0")

usable() { # usable PYTHON MODULES: it is recent enough, and has these modules too
    "$1" -c "import sys$2; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1
}

# The one that is named, if it is recent enough.
if [ -n "${PYTHON:-}" ] && usable "$PYTHON" ""; then
    exec "$PYTHON" "$here/install.py" "$@"
fi

# The system's own is built for speed; one that was compiled by hand often is not.
system=
case ":${PATH:-}:" in *:/usr/bin:*) system=/usr/bin/python3 ;; esac

for modules in ", ensurepip, venv" ""; do # first one that can make .venv
    for candidate in .venv/bin/python "$system" python3.11 python3.12 python3.13 python3.14 python3; do
        if [ -n "$candidate" ] && usable "$candidate" "$modules"; then
            exec "$candidate" "$here/install.py" "$@"
        fi
    done
done

echo "Covenant needs Python 3.11 or newer, and none was found." >&2
case $(uname -s) in
    Darwin) echo "Install it with \`brew install python@3.11\` and try again." >&2 ;;
    *) echo "Install it with \`sudo apt-get install python3.11 python3.11-venv\` and try again." >&2 ;;
esac
exit 1
