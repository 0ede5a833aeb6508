from django.urls import path

from salvation.parameters import views

app_name = "parameters"
urlpatterns = [
    path("", views.ParameterList.as_view(), name="list"),
    path("propose/", views.Propose.as_view(), name="propose"),
    path("<int:pk>/", views.Decide.as_view(), name="decide"),
]
