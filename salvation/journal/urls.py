from django.urls import path

from salvation.journal.views import Journal

app_name = "journal"
urlpatterns = [path("", Journal.as_view(), name="list")]
