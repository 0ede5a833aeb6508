from django.urls import path

from reports.views import (
    across,
    cells,
    civil,
    completeness,
    drill,
    governance,
    ledger,
    standing,
    submissions,
    summary,
)

app_name = "reports"
urlpatterns = [
    path("governance/", governance.Months.as_view(), name="governance"),
    path("governance/<slug:month>/", governance.CountySheet.as_view(), name="county_sheet"),
    path("governance/<slug:month>/freeze/", governance.Freeze.as_view(), name="freeze"),
    path("governance/<slug:month>/urge/", standing.UrgeAll.as_view(), name="urge_all"),
    path("governance/<slug:month>/<int:unit>/<slug:key>/", drill.Drill.as_view(), name="drill"),
    path("civil/", civil.CivilLatest.as_view(), name="civil"),
    path("civil/<slug:month>/", civil.CivilSheet.as_view(), name="civil_month"),
    path("counties/", across.AcrossLatest.as_view(), name="across"),
    path("counties/<slug:month>/", across.Across.as_view(), name="across_month"),
    path("ledgers/", ledger.Ledgers.as_view(), name="ledgers"),
    path("ledgers/<int:pk>/", ledger.LedgerSheet.as_view(), name="ledger"),
    path("ledgers/<int:pk>/fill/", ledger.FillLedger.as_view(), name="fill_ledger"),
    path("completeness/", completeness.Completeness.as_view(), name="completeness"),
    path("timeliness/", standing.Timeliness.as_view(), name="timeliness"),
    path("submissions/<int:pk>/", submissions.SubmissionSheet.as_view(), name="submission"),
    path("submissions/<int:pk>/fill/", submissions.Fill.as_view(), name="fill"),
    path("submissions/<int:pk>/urge/", standing.UrgeUnit.as_view(), name="urge"),
    path("submissions/<int:pk>/explain/<slug:check>/", cells.Explain.as_view(), name="explain"),
    path("submissions/<int:pk>/correction/", cells.OpenCorrection.as_view(), name="open_correction"),
    path("submissions/<int:pk>/remark/<slug:key>/", cells.Remark.as_view(), name="remark"),
    path("submissions/<int:pk>/answer/<int:remark>/", cells.Answer.as_view(), name="answer"),
    path("submissions/<int:pk>/correct/<slug:key>/", cells.Correct.as_view(), name="correct"),
    path("summaries/", summary.Summaries.as_view(), name="summaries"),
    path("summaries/<int:pk>/", summary.Summary.as_view(), name="summary"),
    path("summaries/<int:pk>/edit/", summary.EditSummary.as_view(), name="edit_summary"),
]
