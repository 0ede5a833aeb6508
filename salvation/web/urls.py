from django.urls import path

from salvation.charts.views import Drawing
from salvation.web.extension import ExtendClock
from salvation.web.steps import StepPage
from salvation.web.views import Desk, JobPage, Search

app_name = "web"
urlpatterns = [
    path("", Desk.as_view(), name="desk"),
    path("search/", Search.as_view(), name="search"),
    path("charts/<slug:name>.svg", Drawing.as_view(), name="drawing"),
    path("jobs/<int:pk>/", JobPage.as_view(), name="job"),
    path("flow/<slug:flow>/<int:pk>/extend-clock/", ExtendClock.as_view(), name="extend_clock"),
    path("flow/<slug:flow>/<int:pk>/<slug:step>/", StepPage.as_view(), name="step"),
]
