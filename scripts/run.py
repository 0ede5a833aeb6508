"""``make run``: servers, migrations, units, demo county, web + worker + beat; Ctrl-C stops all of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from salvation.embedded import data_dir, ensure_servers, stop_redis  # noqa: E402

UNITS = ROOT / "salvation" / "units" / "data"
PORT = os.environ.get("PORT", "8000")


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, str(ROOT / "manage.py"), *arguments], check=True, cwd=ROOT)


def prepare() -> None:
    """Migrate; on the first run load 信丰县 and seed a tenth of the demo county."""
    manage("migrate", "--verbosity", "0")
    marker = data_dir() / "seeded"
    if not marker.exists():
        print("正在加载信丰县的区划与单位，并生成演示数据（首次约一分钟）…", flush=True)
        manage("load_units", str(UNITS / "360722-信丰县.csv"), str(UNITS / "360722-信丰县-填报单位.csv"))
        manage("seed_demo", "--scale", os.environ.get("DEMO_SCALE", "0.1"))
        marker.touch()
    manage("collectstatic", "--noinput", "--verbosity", "0")


def commands() -> list[list[str]]:
    celery = [sys.executable, "-m", "celery", "-A", "salvation", "--quiet"]
    bind = ["--bind", f"0.0.0.0:{PORT}", "--workers", "2", "--threads", "4", "--timeout", "120"]
    return [
        [sys.executable, "-m", "gunicorn", "salvation.wsgi", "--log-level", "warning", *bind],
        [*celery, "worker", "--concurrency", "1", "--loglevel", "warning"],
        [*celery, "beat", "--loglevel", "warning", "--schedule", str(data_dir() / "beat")],
    ]


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 15
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> int:
    owns_redis = not os.environ.get("REDIS_URL")
    os.environ.setdefault("DEMO", "True")
    os.environ.setdefault("ALLOW_TEST_ID", "True")
    ensure_servers()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        prepare()
        # Own sessions: a Ctrl-C reaches this process alone, which then stops them in order.
        processes = [subprocess.Popen(command, cwd=ROOT, start_new_session=True) for command in commands()]
        manage("demo_logins", "--address", f"http://localhost:{PORT}/")
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        return 1
    except KeyboardInterrupt:
        print("\n正在停止…", flush=True)
        return 0
    finally:
        stop(processes)
        if owns_redis:
            stop_redis()


if __name__ == "__main__":
    sys.exit(main())
