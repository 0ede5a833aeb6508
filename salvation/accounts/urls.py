from django.urls import path

from salvation.accounts import administration, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("me/", views.Me.as_view(), name="me"),
    path("all/", administration.Accounts.as_view(), name="accounts"),
    path("new/", administration.NewAccount.as_view(), name="new_account"),
    path("<int:pk>/post/", administration.NewPost.as_view(), name="new_post"),
    path("<int:pk>/reset/", administration.ResetPassword.as_view(), name="reset"),
    path("<int:pk>/disable/", administration.Disable.as_view(), name="disable"),
    path("posts/<int:pk>/end/", administration.EndPost.as_view(), name="end_post"),
]
