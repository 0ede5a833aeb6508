"""Gunicorn in the container: few processes with threads; each is renewed now and then so that memory stays flat."""

import os

bind = "0.0.0.0:8000"
workers = int(os.environ.get("WEB_WORKERS") or 3)
threads = int(os.environ.get("WEB_THREADS") or 4)
worker_class = "gthread"
# The longest a page may take (a county's workbook); the proxy waits as long.
timeout = 120
graceful_timeout = 30
keepalive = 5
max_requests, max_requests_jitter = 5000, 500
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file of gunicorn, in memory
# The proxy writes the access log; here only what went wrong.
accesslog, errorlog, loglevel = None, "-", "warning"
