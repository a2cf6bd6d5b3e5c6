"""Start dxkit where there is only Python: ``python3 run.py report``, ``python3 run.py test``.

Makes ``.venv`` from requirements.lock the first time, then runs. What is not in OWN is passed on to
dxkit. This file runs on old Pythons far enough to say that they are too old.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "dxkit-ready")
LOG = os.path.join(ROOT, "run.log")
OLDEST = (3, 11)

# The package and its message files are not there yet: these few sentences stand here.
SAY = {
    "old": "Cần Python 3.11 trở lên, máy đang dùng {0}. / "
    "Python 3.11 or newer is needed, this is {0}.",
    "ensurepip": "Python thiếu mô-đun ensurepip; hãy chạy: apt install python{0}-venv / "
    "This Python lacks ensurepip; run: apt install python{0}-venv",
    "making": "Chuẩn bị môi trường lần đầu, mất khoảng một phút... / "
    "Setting up for the first time, about a minute...",
    "failed": "Không cài được thư viện (kiểm tra kết nối mạng); chi tiết trong {0}. / "
    "The libraries could not be installed (check the network); details in {0}.",
    "busy": "Một lần chạy khác đang cài đặt; hãy chờ rồi chạy lại. / "
    "Another start is installing; wait and try again.",
    "stopped": "Đã dừng theo yêu cầu. / Stopped as asked.",
}


def tell(key, *values):
    """Print one sentence to the user."""
    sys.stderr.write(SAY[key].format(*values) + "\n")


def venv_python():
    """The interpreter inside .venv."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(VENV, folder, name)


def wanted_stamp():
    """What .venv must have been made from to be used."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    digest.update(ROOT.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def is_ready():
    """Whether .venv is whole and made from the present lock."""
    try:
        with open(STAMP) as file:
            return file.read() == wanted_stamp() and os.path.exists(venv_python())
    except OSError:
        return False


def active_environment_fits():
    """Whether the running Python already has this dxkit and all it needs: what pyproject.toml says
    today, which after a pull may be more than what was installed.
    """
    if sys.prefix == sys.base_prefix and not os.environ.get("CONDA_PREFIX"):
        return False
    import importlib.metadata
    import importlib.util
    import tomllib

    found = importlib.util.find_spec("dxkit")
    if found is None or not (found.origin or "").startswith(ROOT + os.sep):
        return False
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    groups = dict(project["entry-points"], console_scripts=project["scripts"])
    entries = {(group, *entry) for group, some in groups.items() for entry in some.items()}
    try:
        for text in project["dependencies"]:
            name = text.split(";")[0]
            for mark in "<>=!~ [":
                name = name.split(mark)[0]
            importlib.metadata.version(name)
        installed = importlib.metadata.distribution("dxkit").entry_points
    except importlib.metadata.PackageNotFoundError:
        return False
    return entries == {(entry.group, entry.name, entry.value) for entry in installed}


def run_logged(command, log):
    """Run an installing command; its output goes to the log."""
    log.write(("\n$ " + " ".join(command) + "\n").encode())
    log.flush()
    return subprocess.call(command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)


def build():
    """Make .venv; returns whether it succeeded. The stamp is written last."""
    import importlib.util

    if importlib.util.find_spec("ensurepip") is None and not shutil.which("uv"):
        tell("ensurepip", "%d.%d" % sys.version_info[:2])
        return False
    lock = os.path.join(ROOT, ".venv.lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        if time.time() - os.path.getmtime(lock) < 1800:
            tell("busy")
            return False
    try:
        tell("making")
        shutil.rmtree(VENV, ignore_errors=True)
        with open(LOG, "wb") as log:
            if not any(all(not run_logged(c, log) for c in way) for way in ways_to_install()):
                tell("failed", LOG)
                return False
        with open(STAMP, "w") as file:
            file.write(wanted_stamp())
        os.remove(LOG)
        return True
    finally:
        os.remove(lock)


def ways_to_install():
    """The commands that make .venv anew, way by way: with uv, which takes a third of the time and
    leaves to the first start to compile what it needs; where uv cannot be had, or does not get
    through (it knows nothing of pip's settings), with pip.
    """
    # The lock is complete. Left to resolve, pip 23 asks the index for a newer release of what a
    # library wants with an extra, and refuses it because the lock has no hash of it.
    locked = ["--no-deps", "--require-hashes", "-r", os.path.join(ROOT, "requirements.lock")]
    project = ["--no-deps", "--no-build-isolation", "-e", ROOT]
    uv = shutil.which("uv")
    if uv:
        bare = [[uv, "venv", "--python", sys.executable, VENV]]
    else:
        uv = os.path.join(os.path.dirname(venv_python()), "uv")
        fetched = ["--no-deps", "--require-hashes", "-r", os.path.join(ROOT, "tools", "uv.txt")]
        bare = [[sys.executable, "-m", "venv", VENV], [*pip_install(), *fetched]]
    by_uv = [uv, "pip", "install", "--python", venv_python()]
    yield [*bare, [*by_uv, *locked], [*by_uv, *project]]
    yield [
        [sys.executable, "-m", "venv", "--clear", VENV],
        [*pip_install(), *locked],
        [*pip_install(), *project],
    ]


def pip_install():
    """The installing command of pip in .venv."""
    return [venv_python(), "-m", "pip", "install", "--disable-pip-version-check"]


def call(command):
    """Run a command in the project; returns its exit code."""
    return subprocess.call(command, cwd=ROOT)


def memory_disk():
    """A folder in memory with room for all that tests write, which is flushed to a disk file by
    file and waits for it; None where there is none.
    """
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return "/dev/shm" if min(free, shutil.disk_usage("/dev/shm").free) > 8 * 10**9 else None
    except (AttributeError, OSError, ValueError):
        return None


def call_beside(command):
    """Run pytest once for each core, each process with the test files that it claims; returns the
    first exit code that is not 0. What the others say follows when the first is done.
    """
    with contextlib.ExitStack() as stack:
        # A short name: a socket's whole address has 108 letters at most.
        kept = tempfile.TemporaryDirectory("", "dxkit-", memory_disk(), ignore_cleanup_errors=True)
        shared = stack.enter_context(kept)
        # What one process compiles is there for all that tests start, and for the next run.
        environment = dict(os.environ, TMPDIR=shared, PYTHONDONTWRITEBYTECODE="")
        # One word: until tests/conftest.py declares the option, pytest would take the folder for a
        # test's.
        command = [*command, "--beside=" + shared]
        others = []
        for _ in range(1, os.cpu_count() or 1):
            log = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
            stack.callback(process.terminate)
            others.append((process, log))
        codes = [subprocess.call(command, cwd=ROOT, env=environment)]
        for process, log in others:
            codes.append(process.wait())
            log.seek(0)
            sys.stdout.write(log.read().decode("utf-8", "replace"))
        return ([code for code in codes if code] or [0])[0]


GATES = [
    ("style", call, ["-m", "ruff", "check", "."]),
    ("format", call, ["-m", "ruff", "format", "--check", "."]),
    ("types", call, ["-m", "mypy"]),
    ("imports", call, ["-c", "from importlinter.cli import lint_imports_command as run; run()"]),
]
LINKS = ("links", call, ["-m", "pytest", "-q", os.path.join("tests", "documents", "test_links.py")])


def run_steps(python, steps):
    """Run named commands of Python, up to the first that fails; returns its exit code."""
    for name, run, command in steps:
        begun = time.time()
        code = run([python, *command])
        print("%-8s %s %.1f s" % (name, "ok" if code == 0 else "FAILED", time.time() - begun))
        sys.stdout.flush()
        if code:
            return code
    return 0


def run_lint(python, arguments):
    """``lint``: what can be said of the files without running them."""
    return run_steps(python, [*GATES, LINKS])


def run_test(python, arguments):
    """``test PATH...``: pytest only. ``test``: all gates and all tests. ``test --full``: the long
    suites whole, and how much of the code the tests run. Counting that makes Python 2.5 times as
    slow, so tests that run much of what others run are run after the rest, without it.
    """
    if set(arguments) - {"--full"}:
        return call([python, "-m", "pytest", *arguments])
    steps = [("tests", call_beside, ["-m", "pytest", "-q"])]
    if arguments:
        counted = ["-m", "coverage", "run", "-m", "pytest", "-q", "-m", "not unmeasured", "--full"]
        steps = [
            ("erase", call, ["-m", "coverage", "erase"]),
            ("tests", call_beside, counted),
            ("combine", call, ["-m", "coverage", "combine", "-q"]),
            ("coverage", call, ["-m", "coverage", "report"]),
            ("more", call_beside, ["-m", "pytest", "-q", "-m", "unmeasured", "--full"]),
        ]
    return run_steps(python, GATES + steps)


def run_same(python, arguments):
    """``same [COMMIT]``: prove that what was changed since then changes no output."""
    return call([python, os.path.join(ROOT, "tools", "same.py"), *arguments])


# For those who work on dxkit. None is a command of dxkit: what `run.py check` does is documented.
OWN = {"test": run_test, "lint": run_lint, "same": run_same}


def main():
    """Run the command; returns its exit code."""
    if sys.version_info < OLDEST:
        tell("old", ".".join(map(str, sys.version_info[:3])))
        return 2
    os.environ["PYTHONUTF8"] = "1"
    python = sys.executable
    if not active_environment_fits():
        if not is_ready() and not build():
            return 2
        python = venv_python()
    arguments = sys.argv[1:]
    own = OWN.get("".join(arguments[:1]))
    if own:
        return own(python, arguments[1:])
    command = [python, "-m", "dxkit", *arguments]
    if os.name == "nt":
        signal.signal(signal.SIGINT, lambda *_: None)  # the command is asked as well, and decides
        return subprocess.call(command)
    sys.stdout.flush()
    os.execv(python, command)


if __name__ == "__main__":
    # As by Ctrl-C: what tests have written into memory would stay there.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        tell("stopped")
        sys.exit(130)
