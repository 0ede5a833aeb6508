from django.urls import path

from salvation.documents import copy_views, views, wording_views

app_name = "documents"
urlpatterns = [
    path("", views.DocumentList.as_view(), name="list"),
    path("verify/", copy_views.VerifyPaper.as_view(), name="verify"),
    path("copies/", copy_views.PrintedCopies.as_view(), name="copies"),
    path("wordings/", wording_views.WordingList.as_view(), name="wordings"),
    path("wordings/<int:pk>/", wording_views.DecideWording.as_view(), name="wording_version"),
    path("wordings/<slug:code>/", wording_views.WordingOfKind.as_view(), name="wording"),
    path("wordings/<slug:code>/propose/", wording_views.ProposeWording.as_view(), name="wording_propose"),
    path("<int:pk>/", views.DocumentRecord.as_view(), name="document"),
    path("<int:pk>/edit/", views.EditDocument.as_view(), name="edit"),
    path("<int:pk>/issue/", views.IssueDocument.as_view(), name="issue"),
    path("<int:pk>/file.<slug:form>", views.DocumentFile.as_view(), name="file"),
    path("<slug:code>/<int:pk>/new/", views.NewDocument.as_view(), name="new"),
    path("<slug:code>/<int:pk>/form.<slug:form>", views.PrintForm.as_view(), name="print"),
]
