# Sourced by script/demo and script/test: finds Python, gets uv, syncs the locked environment into .venv.

# Many processes start here, and each would compile every module again if none may keep what it compiled.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 python; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    say "Python 3.11 or newer is needed and was not found."
    return 1
}

get_uv() {
    if command -v uv >/dev/null 2>&1; then
        command -v uv
        return
    fi
    for place in .tools/bin/uv .tools/uv/bin/uv; do
        if "$place" --version >/dev/null 2>&1; then
            echo "$place"
            return
        fi
    done
    say "Getting uv into .tools ..."
    if "$1" -m venv .tools >/dev/null 2>&1 && .tools/bin/pip install --quiet --disable-pip-version-check uv >&2; then
        echo .tools/bin/uv
    elif "$1" -m pip install --quiet --disable-pip-version-check --target .tools/uv uv >&2; then
        echo .tools/uv/bin/uv
    else
        say "uv could not be installed: this Python has neither venv nor pip. Install uv, or python3-venv, and try again."
        return 1
    fi
}

refuse_full_disk() {
    free_kb=$(df -Pk . | awk 'NR == 2 { print $4 }')
    if [ ! -d .venv ] && [ "${free_kb:-0}" -lt 1000000 ]; then
        say "The disk of $(pwd) is full: 1 GB is needed, $((free_kb / 1024)) MB are free."
        return 1
    fi
}

# What is given is passed to `uv sync`.
sync_environment() {
    refuse_full_disk || return 1
    python=$(find_python) || return 1
    uv=$(get_uv "$python") || return 1
    "$uv" sync --frozen --quiet --python "$python" "$@" ||
        { say "The locked environment could not be installed; uv says why above."; return 1; }
}
