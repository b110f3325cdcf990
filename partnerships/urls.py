from partnerships.views import ORGANISATIONS, TWINNINGS

app_name = "partnerships"
urlpatterns = [*TWINNINGS.urls("twinnings/"), *ORGANISATIONS.urls("organisations/")]
