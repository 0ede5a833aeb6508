"""The web server's entry. Without keys of its own nothing is served: sessions would be anybody's to forge."""

import os

from django.core.wsgi import get_wsgi_application

from salvation import environment as env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salvation.settings")
for name in ("SECRET_KEY", "VAULT_KEYS", "INDEX_KEY"):
    if not env.secret(name):
        raise env.BadEnvironment(f"set {name} or {name}_FILE before serving")

application = get_wsgi_application()
