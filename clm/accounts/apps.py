from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "clm.accounts"
    label = "accounts"

    def ready(self) -> None:
        from clm.accounts import access, panels, sign_in_changes, subscribers
        from clm.accounts.invitations import invitation_context
        from clm.notify.mails import MailBody, register_mail

        access.register()
        panels.register()
        sign_in_changes.register()
        register_mail(subscribers.INVITATION, MailBody("emails/invitation.txt", invitation_context))
