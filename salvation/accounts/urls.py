from django.urls import path

from salvation.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("me/", views.Me.as_view(), name="me"),
]
