from django.urls import path

from salvation.files.export_views import AskWhole, DecideExport, ExportRequests, WholeFile
from salvation.files.views import AttachmentPage

app_name = "files"
urlpatterns = [
    path("<int:pk>/", AttachmentPage.as_view(), name="file"),
    path("exports/", ExportRequests.as_view(), name="exports"),
    path("exports/<int:pk>/", DecideExport.as_view(), name="decide_export"),
    path("whole/<str:kind>/<int:pk>/", WholeFile.as_view(), name="whole"),
    path("whole/<str:kind>/<int:pk>/ask/", AskWhole.as_view(), name="ask_whole"),
]
