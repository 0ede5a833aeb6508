from django.urls import path

from funds.views import exports, lines, rosters

app_name = "funds"
LINE = "rosters/<int:pk>/lines/<int:benefit>/<slug:month>/"
urlpatterns = [
    path("rosters/", rosters.RosterList.as_view(), name="rosters"),
    path("rosters/generate/", rosters.Generate.as_view(), name="generate"),
    path("rosters/approve/", rosters.ApproveMany.as_view(), name="approve"),
    path("rosters/<int:pk>/", rosters.RosterRecord.as_view(), name="roster"),
    path("rosters/<int:pk>/lines/", lines.LineList.as_view(), name="lines"),
    path(LINE, lines.LineRecord.as_view(), name="line"),
    path(f"{LINE}exclude/", lines.Exclude.as_view(), name="exclude"),
    path(f"{LINE}include/", lines.Include.as_view(), name="include"),
    path(f"{LINE}release/", lines.Release.as_view(), name="release"),
    path("rosters/<int:pk>/download/<slug:what>/", exports.Download.as_view(), name="download"),
]
