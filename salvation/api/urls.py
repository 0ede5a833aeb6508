from django.urls import include, path

from salvation.api import views

app_name = "api"
# Apps are named as strings: the platform knows no app above it.
urlpatterns = [
    path("", views.Entrance.as_view(), name="root"),
    path("schema/", views.Description.as_view(), name="schema"),
    path("docs/", views.Reference.as_view(), name="docs"),
    path("", include("salvation.units.api")),
    path("", include("salvation.periods.api")),
    path("", include("cases.api")),
    path("", include("funds.api")),
]
