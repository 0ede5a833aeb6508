from django.urls import path

from salvation.registers.views import RegisterForm, RegisterList, RegisterRecord

app_name = "registers"
urlpatterns = [
    path("<slug:code>/", RegisterList.as_view(), name="list"),
    path("<slug:code>/new/", RegisterForm.as_view(), name="create"),
    path("<slug:code>/<int:pk>/", RegisterRecord.as_view(), name="record"),
    path("<slug:code>/<int:pk>/edit/", RegisterForm.as_view(), name="edit"),
]
