"""Sign-in as the office wants it: accounts are made by the administrator, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter


class StaffAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False
