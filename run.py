"""Start dxkit where there is only Python: ``python3 run.py report``, ``python3 run.py test``.

Makes ``.venv`` from requirements.lock the first time, then runs. Any other word is passed on to
dxkit. This file runs on old Pythons far enough to say that they are too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys
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
    """Whether the running Python already has this dxkit and all it needs."""
    if sys.prefix == sys.base_prefix and not os.environ.get("CONDA_PREFIX"):
        return False
    import importlib.metadata
    import importlib.util

    found = importlib.util.find_spec("dxkit")
    if found is None or not (found.origin or "").startswith(ROOT + os.sep):
        return False
    try:
        for text in importlib.metadata.requires("dxkit") or []:
            if "extra ==" in text:
                continue
            name = text.split(";")[0]
            for mark in "<>=!~ [":
                name = name.split(mark)[0]
            importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


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
            for command in install_commands():
                if run_logged(command, log):
                    tell("failed", LOG)
                    return False
        with open(STAMP, "w") as file:
            file.write(wanted_stamp())
        os.remove(LOG)
        return True
    finally:
        os.remove(lock)


def install_commands():
    """The commands that make .venv, with uv where it is at hand because it is faster."""
    # The lock is complete. Left to resolve, pip 23 asks the index for a newer release of what a
    # library wants with an extra, and refuses it because the lock has no hash of it.
    locked = ["--no-deps", "--require-hashes", "-r", os.path.join(ROOT, "requirements.lock")]
    project = ["--no-deps", "--no-build-isolation", "-e", ROOT]
    uv = shutil.which("uv")
    if uv:
        pip = [uv, "pip", "install", "--python", venv_python()]
        return [
            [uv, "venv", "--python", sys.executable, VENV],
            [*pip, "--compile-bytecode", *locked],
            [*pip, *project],
        ]
    pip = [venv_python(), "-m", "pip", "install", "--disable-pip-version-check"]
    return [
        [sys.executable, "-m", "venv", VENV],
        [*pip, *locked],
        [*pip, *project],
    ]


def run_tests(python, arguments):
    """Style, types, imports and tests, in this order, up to the first that fails. Coverage makes
    Python 2.5 times as slow, so tests that run much of the same are run without it, after the rest.
    """
    chosen = bool(arguments)
    arguments = arguments or ["-n", "2", "--dist", "worksteal"]
    measured = ["-m", "not unmeasured", "--cov", "--cov-report=term"]
    steps = [
        ("style", ["-m", "ruff", "check", "."]),
        ("format", ["-m", "ruff", "format", "--check", "."]),
        ("types", ["-m", "mypy"]),
        ("imports", ["-c", "from importlinter.cli import lint_imports_command as run; run()"]),
        ("tests", ["-m", "pytest", *arguments, *measured]),
        ("more", ["-m", "pytest", *arguments, "-m", "unmeasured"]),
    ]
    for name, command in steps:
        begun = time.time()
        code = subprocess.call([python, *command], cwd=ROOT)
        if name == "more" and chosen and code == 5:  # none of the chosen tests is of this kind
            code = 0
        print("%-8s %s %.1f s" % (name, "ok" if code == 0 else "FAILED", time.time() - begun))
        if code:
            return code
    return 0


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
    arguments = sys.argv[1:] or ["--help"]
    if arguments[0] == "test":
        return run_tests(python, arguments[1:])
    if arguments[0] == "same":
        return subprocess.call([python, os.path.join(ROOT, "tools", "same.py"), *arguments[1:]])
    command = [python, "-m", "dxkit", *arguments]
    if os.name == "nt":
        return subprocess.call(command)
    sys.stdout.flush()
    os.execv(python, command)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        tell("stopped")
        sys.exit(130)
