"""A status in the SQL itself lets Postgres use the index kept for it; nothing that was typed may stand there."""

import pytest
from django.db.models import Q

from clinic.clients.models import Client, ClientStatus
from clinic.core.models import Constant


def test_a_constant_stands_in_the_statement_and_finds_as_a_parameter_does(ada: Client) -> None:
    by_constant = Client.objects.filter(status=Constant(ClientStatus.ACTIVE))
    sql, params = by_constant.query.sql_with_params()
    assert "= 'active'" in sql
    assert params == ()
    assert list(by_constant) == list(Client.objects.filter(status=ClientStatus.ACTIVE)) == [ada]
    assert not Client.objects.exclude(Q(status=Constant(ClientStatus.ACTIVE))).exists()


@pytest.mark.parametrize("text", ["", "it's", "50%", "a b", "x'; DROP TABLE staff_user; --"])
def test_what_is_no_plain_word_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="parameter"):
        str(Client.objects.filter(status=Constant(text)).query)
