from django.urls import path

from audits import views

app_name = "audits"
urlpatterns = [
    path("problems/", views.ItemList.as_view(), name="items"),
    path("problems/new/", views.NewItem.as_view(), name="new_item"),
    path("problems/<int:pk>/", views.ItemRecord.as_view(), name="item"),
    path("problems/<int:pk>/evidence/", views.Evidence.as_view(), name="evidence"),
]
