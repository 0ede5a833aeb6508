from django.urls import path

from salvation.registers.standing import MeetingStanding
from salvation.registers.views import RegisterForm, RegisterList, RegisterPaper, RegisterRecord

app_name = "registers"
urlpatterns = [
    path("meeting-standing/", MeetingStanding.as_view(), name="standing"),
    path("<slug:code>/", RegisterList.as_view(), name="list"),
    path("<slug:code>/new/", RegisterForm.as_view(), name="create"),
    path("<slug:code>/for/<int:subject>/", RegisterForm.as_view(), name="create_for"),
    path("<slug:code>/<int:pk>/", RegisterRecord.as_view(), name="record"),
    path("<slug:code>/<int:pk>/edit/", RegisterForm.as_view(), name="edit"),
    path("<slug:code>/<int:pk>/paper.<slug:form>", RegisterPaper.as_view(), name="paper"),
]
