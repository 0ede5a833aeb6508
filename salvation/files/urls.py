from django.urls import path

from salvation.files.views import AttachmentPage

app_name = "files"
urlpatterns = [path("<int:pk>/", AttachmentPage.as_view(), name="file")]
