from django.urls import path

from salvation.duties.views import Calendar

app_name = "duties"
urlpatterns = [path("", Calendar.as_view(), name="calendar")]
