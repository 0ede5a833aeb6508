from django.urls import path

from salvation.accounts import administration, me, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.sign_in, name="login"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("alive/", me.Alive.as_view(), name="alive"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/sign-out-others/", me.SignOutOthers.as_view(), name="sign_out_others"),
    path("me/backup-codes/", me.BackupCodes.as_view(), name="backup_codes"),
    path("me/tokens/new/", me.NewToken.as_view(), name="new_token"),
    path("me/tokens/<int:pk>/collect/", me.CollectToken.as_view(), name="collect_token"),
    path("me/tokens/<int:pk>/revoke/", me.RevokeToken.as_view(), name="revoke_token"),
    path("all/", administration.Accounts.as_view(), name="accounts"),
    path("new/", administration.NewAccount.as_view(), name="new_account"),
    path("<int:pk>/post/", administration.NewPost.as_view(), name="new_post"),
    path("<int:pk>/reset/", administration.ResetPassword.as_view(), name="reset"),
    path("<int:pk>/reset-factor/", administration.ResetFactor.as_view(), name="reset_factor"),
    path("<int:pk>/unlock/", administration.Unlock.as_view(), name="unlock"),
    path("unlock-address/", administration.UnlockAddress.as_view(), name="unlock_address"),
    path("<int:pk>/enable/", administration.Enable.as_view(), name="enable"),
    path("<int:pk>/token/", administration.IssueToken.as_view(), name="issue_token"),
    path("<int:pk>/disable/", administration.Disable.as_view(), name="disable"),
    path("posts/<int:pk>/end/", administration.EndPost.as_view(), name="end_post"),
]
