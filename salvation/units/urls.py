from django.urls import path

from salvation.units import views

app_name = "units"
urlpatterns = [
    path("", views.Units.as_view(), name="list"),
    path("<int:pk>/", views.EditUnit.as_view(), name="edit"),
]
