#!/bin/sh
# The virtual environment .venv from the hash-pinned lock. Does nothing if it is complete and the lock is unchanged.
#
# PYTHON names the interpreter. `.venv/complete` is written last and names what was installed; `.venv/incomplete` stands while
# it is being built, so that what an interrupted build has left is not taken for an environment.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3.11}

fail() { printf '%s\n  what to do: %s\n' "$1" "$2" >&2; exit 1; }
say() { printf '%s\n' "environment: $1"; }

wanted() { { pwd; cat requirements.lock infra/bootstrap.lock infra/environment.sh; } | cksum; }

if [ -f .venv/complete ] && [ "$(cat .venv/complete)" = "$(wanted)" ] && [ -x .venv/bin/python ]; then exit 0; fi

"$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null ||
    fail "Python 3.11 was not found as $PYTHON" "apt-get install python3.11 python3.11-venv, or make PYTHON=/path/to/python3.11"
command -v java >/dev/null 2>&1 || [ -x "${JAVA_HOME:-/nowhere}/bin/java" ] ||
    fail "Java was not found, the broker and the object store need version 17 or later" "apt-get install openjdk-17-jre-headless"
command -v mvn >/dev/null 2>&1 ||
    fail "Maven (mvn) was not found, it fetches the broker and the object store" "apt-get install maven"

[ ! -e .venv/incomplete ] || { say "the last build was interrupted, starting over"; rm -rf .venv; }
rm -f .venv/complete 2>/dev/null || fail ".venv is not writable for you" "make $(pwd)/.venv yours, or remove it"
if [ ! -x .venv/bin/python ]; then
    say "creating .venv with $PYTHON"
    mkdir -p .venv 2>/dev/null || fail "$(pwd) is not writable for you" "clone the project to a folder that is"
    touch .venv/incomplete
    "$PYTHON" -m venv .venv >/dev/null 2>&1 || fail "$PYTHON cannot make a virtual environment" "apt-get install python3.11-venv"
fi
touch .venv/incomplete

quiet=--quiet
[ ! -t 2 ] || quiet=
say "installing $(grep -c '^[a-z0-9]' requirements.lock) packages of requirements.lock"
if { [ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r infra/bootstrap.lock; } &&
    .venv/bin/uv pip sync $quiet --require-hashes --python .venv/bin/python requirements.lock infra/bootstrap.lock; then :; else
    say "uv could not, trying pip (slower)"
    .venv/bin/python -m ensurepip >/dev/null 2>&1 || true
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock ||
        fail "the packages could not be installed" "read the error above; check the network and the space on the disk; then try again"
fi

# The project itself: importable from where it lies, and its command. Neither needs a build.
pwd > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/lodestream.pth"
cat > .venv/bin/lodestream <<SCRIPT
#!/bin/sh
'''exec' "$(pwd)/.venv/bin/python" "\$0" "\$@"
' '''
import sys

from pipelines.cli import main

sys.exit(main())
SCRIPT
chmod +x .venv/bin/lodestream

wanted > .venv/complete
rm -f .venv/incomplete
say "complete"
