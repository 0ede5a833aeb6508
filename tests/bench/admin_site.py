"""Settings and addresses of Django's admin over the same table, for comparison only; never part of the product."""

from typing import Any, ClassVar

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import include, path

from cases.models import Person


class OpenSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated


class People(ModelAdmin):  # type: ignore[type-arg]
    list_display: ClassVar[Any] = ("name", "id_no", "sex", "unit", "village")
    list_select_related = ("unit", "village")
    list_per_page = 50
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True


site = OpenSite(name="admin")
site.register(Person, People)
urlpatterns = [path("admin/", site.urls), path("", include("salvation.urls"))]
