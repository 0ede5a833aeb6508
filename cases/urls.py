from django.urls import path

from cases.views import applications, benefits, households, rosters

app_name = "cases"
urlpatterns = [
    path("households/", households.HouseholdList.as_view(), name="households"),
    path("households/new/", households.NewHousehold.as_view(), name="new_household"),
    path("households/<int:pk>/", households.HouseholdRecord.as_view(), name="household"),
    path("households/<int:pk>/account/", households.NewAccount.as_view(), name="new_account"),
    path("households/<int:pk>/apply/", applications.NewApplication.as_view(), name="new_application"),
    path("households/<int:pk>/compare/", applications.Compare.as_view(), name="compare"),
    path("people/", households.PersonList.as_view(), name="people"),
    path("people/<int:pk>/", households.PersonRecord.as_view(), name="person"),
    path("people/<int:pk>/reveal/", households.Reveal.as_view(), name="reveal"),
    path("people/check/", households.CheckId.as_view(), name="check_id"),
    path("applications/", applications.ApplicationList.as_view(), name="applications"),
    path("applications/<int:pk>/", applications.ApplicationRecord.as_view(), name="application"),
    path("applications/<int:pk>/economy/", applications.Economy.as_view(), name="economy"),
    path("applications/<int:pk>/survey/", applications.NewSurvey.as_view(), name="new_survey"),
    path("applications/<int:pk>/assess/", applications.Assess.as_view(), name="assess"),
    path("applications/<int:pk>/photos/", applications.Photos.as_view(), name="photos"),
    path("benefits/", benefits.BenefitList.as_view(), name="benefits"),
    path("benefits/<int:pk>/", benefits.BenefitRecord.as_view(), name="benefit"),
    path("benefits/<int:pk>/change/<slug:kind>/", benefits.NewChange.as_view(), name="new_change"),
    path("changes/", benefits.ChangeList.as_view(), name="changes"),
    path("rosters/import/", rosters.RosterList.as_view(), name="rosters"),
    path("rosters/import/new/", rosters.NewRoster.as_view(), name="new_roster"),
    path("rosters/import/<int:pk>/", rosters.RosterRecord.as_view(), name="roster"),
    path("rosters/import/<int:pk>/next/", rosters.RosterNext.as_view(), name="roster_next"),
    path("rosters/import/<int:pk>/sheets/", rosters.RosterSheets.as_view(), name="roster_sheets"),
    path("rosters/import/<int:pk>/forget/", rosters.RosterForget.as_view(), name="roster_forget"),
    path("rosters/import/<int:pk>/blockers/", rosters.RosterBlockers.as_view(), name="roster_blockers"),
    path("rosters/import/<int:pk>/columns/", rosters.RosterColumns.as_view(), name="roster_columns"),
    path("rosters/import/<int:pk>/preview/", rosters.RosterPreview.as_view(), name="roster_preview"),
    path("rosters/import/<int:pk>/returned/", rosters.RosterReturned.as_view(), name="roster_returned"),
    path("rosters/import/<int:pk>/undo/", rosters.RosterUndo.as_view(), name="roster_undo"),
    path("changes/<int:pk>/", benefits.ChangeRecord.as_view(), name="change"),
]
