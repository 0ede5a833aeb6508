"""Addresses. Apps are named as strings: the platform knows no app above it."""

from django.urls import include, path

urlpatterns = [
    path("", include("salvation.web.urls")),
    path("accounts/", include("salvation.accounts.urls")),
    path("units/", include("salvation.units.urls")),
    path("journal/", include("salvation.journal.urls")),
    path("parameters/", include("salvation.parameters.urls")),
    path("files/", include("salvation.files.urls")),
    path("calendar/", include("salvation.duties.urls")),
    path("registers/", include("salvation.registers.urls")),
    path("documents/", include("salvation.documents.urls")),
    path("api/v1/", include("salvation.api.urls")),
    path("cases/", include("cases.urls")),
    path("funds/", include("funds.urls")),
    path("audits/", include("audits.urls")),
    path("reports/", include("reports.urls")),
]

handler400 = "salvation.web.views.bad_request"
handler403 = "salvation.web.views.forbidden"
handler404 = "salvation.web.views.not_found"
handler500 = "salvation.upkeep.middleware.broken"
