#!/usr/bin/env python
"""Command line of salvation. Starts the embedded servers when no address is configured."""

import os
import sys

from django.core.management import execute_from_command_line

from salvation.embedded import ensure_servers

# Commands that must run without a database: a household file is assessed from itself alone.
WITHOUT_SERVERS = {"assess", "help", "version", "--help", "--version", "collectstatic"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salvation.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVERS:
        ensure_servers()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
