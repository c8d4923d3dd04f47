from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clinic.audit"

    def ready(self) -> None:
        """Listen to what happens to accounts: neither the sign-in package nor the staff app knows the audit."""
        from allauth.account import signals as account
        from allauth.mfa import signals as mfa
        from django.contrib.auth.signals import user_logged_out, user_login_failed

        from clinic.audit import services as audit
        from clinic.staff.adapter import too_many_tries
        from clinic.staff.services import account_changed

        for signal, write in (
            (account.user_logged_in, audit.record_sign_in),
            (user_logged_out, audit.record_sign_out),
            (user_login_failed, audit.record_failed_sign_in),
            (too_many_tries, audit.record_limited_sign_in),
            (mfa.authentication_failed, audit.record_failed_second_factor),
            (mfa.authenticator_used, audit.record_used_second_factor),
            (mfa.authenticator_added, audit.record_added_second_factor),
            (mfa.authenticator_removed, audit.record_removed_second_factor),
            (mfa.authenticator_reset, audit.record_new_recovery_codes),
            (account.password_changed, audit.record_password),
            (account.password_set, audit.record_password),
            (account.password_reset, audit.record_password),
            (account_changed, audit.record_account),
        ):
            signal.connect(write, dispatch_uid=f"audit.{write.__name__}")
