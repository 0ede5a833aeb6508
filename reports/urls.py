from django.urls import path

from reports.views import drill, governance, summary

app_name = "reports"
urlpatterns = [
    path("governance/", governance.Months.as_view(), name="governance"),
    path("governance/<slug:month>/", governance.CountySheet.as_view(), name="county_sheet"),
    path("governance/<slug:month>/freeze/", governance.Freeze.as_view(), name="freeze"),
    path("governance/<slug:month>/<int:unit>/<slug:key>/", drill.Drill.as_view(), name="drill"),
    path("submissions/<int:pk>/", governance.SubmissionSheet.as_view(), name="submission"),
    path("submissions/<int:pk>/fill/", governance.Fill.as_view(), name="fill"),
    path("summaries/", summary.Summaries.as_view(), name="summaries"),
    path("summaries/<int:pk>/", summary.Summary.as_view(), name="summary"),
    path("summaries/<int:pk>/edit/", summary.EditSummary.as_view(), name="edit_summary"),
]
