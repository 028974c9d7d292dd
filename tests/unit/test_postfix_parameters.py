from mailfleet.postfix_parameters import postfix_parameters

TEXT = """\
# comment
relayhost = [a]:587
empty =
maps =
    inline:{ { a = b } },
# a comment within

    regexp:/x
relayhost = [b]:587
"""


def test_parameters_are_read_as_postfix_reads_them() -> None:
    assert postfix_parameters(TEXT) == {
        "relayhost": "[b]:587",
        "empty": "",
        "maps": "inline:{ { a = b } }, regexp:/x",
    }


def test_nothing_in_nothing() -> None:
    assert postfix_parameters("") == {}
