"""Makes .venv and installs the pinned requirements: `python3 config/environment.py run|dev|bench`.

Rule: it needs nothing but Python's own library, is done in a blink where nothing has changed, and
says in one sentence why it could not do its work. (Python 3.6 must be able to read it, to be told
that it is old.)
"""

import fcntl
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
LISTS = {"run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-dev.txt"]}
LISTS["bench"] = LISTS["dev"] + ["benchmarks/requirements.txt"]

# What pip says, and what it means to the person who waits for it.
PIP_REASONS = [
    (
        ("gcc", "cc1", "clang", "cargo", "rustc", "Failed building wheel", "compiler"),
        "a part has no ready-made wheel for this machine and its compiler is missing; on Debian, "
        "`apt-get install build-essential python3-dev` brings one",
    ),
    (
        (
            "NewConnectionError",
            "name resolution",
            "Read timed out",
            "ConnectTimeout",
            "Max retries",
        ),
        "the package index cannot be reached; check the network",
    ),
    (
        ("No matching distribution",),
        "the package index does not have it or cannot be reached; check the network",
    ),
    (("DO NOT MATCH THE HASHES",), "a downloaded file is not the one that was pinned"),
    (("No space left",), "the disk is full"),
]


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in LISTS:
        stop("Usage: python3 config/environment.py run|dev|bench", status=2)
    if sys.version_info < OLDEST:
        stop("Python 3.11 or newer is needed; {} is {}.".format(sys.executable, version()))
    # Two runs at the same time: the second waits here and finds the work done.
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for name in LISTS[sys.argv[1]]:
            install(name)


def install(name):
    """Installs one list of requirements, unless its stamp says that just this list is installed."""
    stamp = os.path.join(VENV, "." + name.replace("/", "-"))
    wanted = digest(os.path.join(ROOT, name))
    if os.path.exists(PYTHON) and read(stamp) == wanted:
        return
    if not os.access(ROOT, os.R_OK | os.W_OK | os.X_OK):
        stop("Cannot read and write in {}: give it to the user who runs this.".format(ROOT))
    if not has_pip():
        make()
    print("Installing {} into .venv; this takes a minute the first time.".format(name), flush=True)
    options = ["--require-hashes", "--disable-pip-version-check", "--no-input", "--quiet"]
    done = run([PYTHON, "-m", "pip", "install", *options, "-r", os.path.join(ROOT, name)])
    if done.returncode:
        words = [line for line in done.stdout.splitlines() if line.strip()]
        print("\n".join(words[-15:]), file=sys.stderr)
        stop("Could not install {}: {}.".format(name, pip_reason(done.stdout)))
    with open(stamp, "w") as file:
        file.write(wanted)


def make():
    """Makes .venv anew; a half-made one, or one whose Python has gone, is replaced."""
    done = run([sys.executable, "-m", "venv", "--clear", VENV])
    if done.returncode == 0 and has_pip():
        return
    if "ensurepip" in done.stdout or "No module named venv" in done.stdout:
        stop(
            "{} has no venv module; on Debian, `apt-get install python3-venv` brings it.".format(
                sys.executable
            )
        )
    words = done.stdout.strip().splitlines() or ["it gave no reason"]
    stop("Could not make {}: {}.".format(VENV, words[-1].rstrip(".")))


def has_pip():
    return os.path.exists(PYTHON) and run([PYTHON, "-m", "pip", "--version"]).returncode == 0


def run(command):
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, cwd=ROOT
    )


def pip_reason(words):
    for phrases, meaning in PIP_REASONS:
        if any(phrase in words for phrase in phrases):
            return meaning
    return "pip failed, and its last words stand above"


def digest(path):
    """What an installed list is known by: its text, and the Python it is installed for."""
    try:
        with open(path, "rb") as file:
            return "{} {}".format(version(), hashlib.sha256(file.read()).hexdigest())
    except OSError as error:
        stop("Cannot read {}: {}.".format(path, error.strerror))


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def version():
    return ".".join(str(part) for part in sys.version_info[:2])


def stop(sentence, status=1):
    print(sentence, file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
