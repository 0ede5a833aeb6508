"""Addresses. Apps are named as strings: the platform knows no app above it."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
