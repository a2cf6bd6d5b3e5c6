"""A Windows for dxkit on this machine: what only POSIX has is missing to its code, and to nobody
else's. Python imports a module of this name as it starts, wherever its folder is on PYTHONPATH: so
every process that a command starts is on the same Windows. ``pytest --windows`` puts it there.

Missing are the modules, functions and signals that Windows lacks, the files of POSIX, a loop of
events with ``add_reader``, names of files that Windows does not take, and putting a file in the
place of one that is open. Of Windows's own there is what dxkit asks for: ``msvcrt.locking``, a
``kill`` that ends a process whatever it is sent. Nothing of dxkit is replaced.
"""

from __future__ import annotations

import builtins
import errno
import os
import re
import signal
import sys
from importlib.machinery import PathFinder
from types import ModuleType

_NAME = re.compile(r"\w+")
MODULES = frozenset(
    _NAME.findall("fcntl resource pwd grp spwd termios tty pty posix crypt nis syslog readline")
)
OF_OS = frozenset(
    _NAME.findall("""
    fork forkpty register_at_fork setsid getsid setpgid getpgid getpgrp setpgrp killpg tcgetpgrp
    getuid geteuid getgid getegid getgroups setuid setgid chown fchown lchown chroot nice wait
    wait3 wait4 waitid WNOHANG sched_getaffinity sched_setaffinity sched_yield getloadavg uname
    statvfs fstatvfs mkfifo mknod fchmod sysconf confstr getpriority setpriority posix_fadvise
    posix_fallocate posix_spawn sendfile pread pwrite preadv pwritev openpty ttyname lockf sync
    fdatasync fchdir setxattr getxattr memfd_create pidfd_open eventfd O_NOFOLLOW O_NONBLOCK
    O_CLOEXEC O_DIRECTORY O_SYNC O_NOCTTY
""")
)
OF_SIGNAL = frozenset(
    name
    for name in dir(signal)
    if name.startswith(("SIG", "pthread", "sig", "set", "get", "ITIMER", "alarm", "pause"))
) - {
    "SIGINT", "SIGTERM", "SIGABRT", "SIGFPE", "SIGILL", "SIGSEGV", "SIG_DFL", "SIG_IGN", "Signals",
    "getsignal", "signal", "set_wakeup_fd",
}  # fmt: skip
LIKE_WINDOWS = ("papermill.clientwrap", "zmq.asyncio", "test_", "tests")
"""Modules that look only at the name of the system: libraries' that choose a loop, and tests."""
_NO_NAME = re.compile(r'[<>:"|?*\x00-\x1f]|[ .]$|(?i:^(con|prn|aux|nul|(com|lpt)\d)(\.|$))')
_POSIX = re.compile(r"/(proc|sys|etc|usr|bin|dev(?!/(null$|shm/)))(/|$)")
_SCRATCH = re.compile(r".*/\.scratch(/|$)")


class NotOnWindowsError(Exception):
    """What dxkit has asked for is not there on Windows."""


def _is_dxkit(module: object) -> bool:
    return str(module).partition(".")[0] == "dxkit"


def _asked_by_dxkit() -> bool:
    """Whether the nearest caller that is no module of Python's own is dxkit."""
    frame = sys._getframe()
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if frame.f_code is _is_open.__code__:
            return False
        if name.partition(".")[0] not in sys.stdlib_module_names and name != __name__:
            return _is_dxkit(name)
        frame = frame.f_back
    return False


def _caller() -> str:
    return str(sys._getframe(2).f_globals.get("__name__", ""))


def _hide(module: ModuleType, missing: frozenset[str], others: dict[str, object]) -> None:
    """Have a module lack some names, and hold others, for the code of dxkit alone."""

    def hidden(name: str, value: object) -> property:
        def get(_: object) -> object:
            if _is_dxkit(_caller()):
                if name in others:
                    return others[name]
                raise AttributeError(f"module '{module.__name__}' has no attribute '{name}'")
            if name == "platform" and _caller().startswith(LIKE_WINDOWS):
                return others[name]
            if value is None:
                raise AttributeError(name)
            return value

        return property(get)

    names = {name for name in missing if hasattr(module, name)} | set(others)
    held: dict[str, object] = {n: hidden(n, getattr(module, n, None)) for n in names}
    held["__new__"] = lambda _, name: ModuleType(name)  # importlib makes modules by type(sys)
    module.__class__ = type("Windows", (ModuleType,), held)


def _kill(process: int, number: int, kill: object = os.kill) -> None:
    """As TerminateProcess: at once, whatever the number."""
    kill(process, signal.SIGKILL)  # type: ignore[operator]


def _locking(descriptor: int, mode: int, size: int) -> None:
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_load = builtins.__import__


def _import(name, globals=None, locals=None, fromlist=(), level=0):  # type: ignore[no-untyped-def]
    if _is_dxkit((globals or {}).get("__name__", "")):
        if name.partition(".")[0] in MODULES:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        if name == "msvcrt":
            msvcrt = ModuleType("msvcrt")
            msvcrt.locking, msvcrt.LK_NBLCK = _locking, 2  # type: ignore[attr-defined]
            return msvcrt
    return _load(name, globals, locals, fromlist, level)


def _is_open(path: str) -> bool:
    """Whether this process has a regular file open."""
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{descriptor}") == path and os.path.isfile(path):
                return True
        except OSError:
            continue
    return False


def _full(path: object, folder: object) -> str:
    above = (
        os.readlink(f"/proc/self/fd/{folder}") if isinstance(folder, int) and folder >= 0 else ""
    )
    return os.path.abspath(os.path.join(above, os.fsdecode(path)))  # type: ignore[arg-type]


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse what Windows refuses of files."""
    if event == "os.fork" and _asked_by_dxkit():
        raise NotOnWindowsError(event)
    if event in ("open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename"):
        first = arguments[0]
        if not isinstance(first, str | bytes | os.PathLike) or not _asked_by_dxkit():
            return
        path = _full(first, arguments[1] if event == "os.remove" else -1)
        if _POSIX.match(path):
            raise NotOnWindowsError(f"{event} {path}")
        moved = [path] if event == "os.remove" else []
        if event == "os.rename":
            target = _full(arguments[1], arguments[3])
            moved = [_full(first, arguments[2]), target]
            path = target
        writes = event != "open" or (isinstance(arguments[2], int) and arguments[2] & os.O_CREAT)
        name = os.path.basename(path).removesuffix(":Zone.Identifier")
        if writes and event not in ("os.listdir", "os.scandir") and _NO_NAME.search(name):
            raise OSError(errno.EINVAL, "The filename is incorrect", path)
        for file in moved:
            if not _SCRATCH.match(file) and _is_open(file):
                raise PermissionError(errno.EACCES, "The file is in use by another process", file)


def _rename(source: object, target: object, *more: object, rename: object = os.rename) -> None:
    if _asked_by_dxkit() and os.path.exists(target):  # type: ignore[arg-type]
        raise FileExistsError(errno.EEXIST, "The file exists", source, None, target)
    rename(source, target, *more)  # type: ignore[operator]


def _without_readers(module: ModuleType) -> None:
    """Give asyncio the loop that Windows has, which can wait for no socket of somebody else's."""

    def missing(*_: object) -> None:
        raise NotImplementedError

    names = ("add_reader", "add_writer", "remove_reader", "remove_writer", "add_signal_handler")
    selecting = module.SelectorEventLoop
    loop = type("ProactorEventLoop", (selecting,), dict.fromkeys(names, missing))
    policy = module.DefaultEventLoopPolicy
    module.ProactorEventLoop = loop  # type: ignore[attr-defined]
    module.WindowsSelectorEventLoopPolicy = type(  # type: ignore[attr-defined]
        "WindowsSelectorEventLoopPolicy", (policy,), {"_loop_factory": selecting}
    )
    policy._loop_factory = loop
    module.__all__ += ("ProactorEventLoop", "WindowsSelectorEventLoopPolicy")


class _Loops:
    """Finds asyncio's loops for this system, and gives them without readers."""

    @staticmethod
    def find_spec(name: str, path: object, target: object = None) -> object:
        if name != "asyncio.unix_events":
            return None
        spec = PathFinder.find_spec(name, path)  # type: ignore[arg-type]
        load = spec.loader.exec_module  # type: ignore[union-attr]

        def exec_module(module: ModuleType) -> None:
            load(module)
            _without_readers(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign, union-attr]
        return spec


def install() -> None:
    """From here on dxkit is on Windows, in this process."""
    _hide(sys, frozenset(), {"platform": "win32"})
    _hide(os, OF_OS, {"name": "nt", "kill": _kill})
    _hide(signal, OF_SIGNAL, {"SIGBREAK": 21})
    builtins.__import__ = _import
    os.rename = _rename
    if "asyncio.unix_events" in sys.modules:
        import asyncio

        _without_readers(sys.modules["asyncio.unix_events"])
        asyncio.ProactorEventLoop = sys.modules["asyncio.unix_events"].ProactorEventLoop
        asyncio.WindowsSelectorEventLoopPolicy = sys.modules[
            "asyncio.unix_events"
        ].WindowsSelectorEventLoopPolicy
    else:
        sys.meta_path.insert(0, _Loops())  # type: ignore[arg-type]
    sys.addaudithook(_watch)


if __name__ == "sitecustomize":
    install()
