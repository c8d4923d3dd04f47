"""Members of staff."""

import factory
from allauth.mfa.models import Authenticator

from clinic.staff.models import User
from clinic.staff.roles import Role


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A prescriber unless said otherwise, with a second factor, so that pages with clients open."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"staff{n}@clinic.example")
    full_name = factory.Sequence(lambda n: f"Staff Member {n}")
    roles = factory.LazyAttribute(lambda user: [user.acting_role])
    acting_role = Role.PRESCRIBER
    password = "!"

    @factory.post_generation
    def second_factor(self, create: bool, extracted: bool | None, **kwargs: object) -> None:
        if extracted is not False:
            Authenticator.objects.create(user=self, type=Authenticator.Type.TOTP, data={"secret": "planted"})
