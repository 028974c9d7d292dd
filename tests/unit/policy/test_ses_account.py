"""Mistakes in what the policy says of the SES account, its pools and configuration sets."""

from collections.abc import Callable

import pytest

from mailfleet.policy import (
    ConfigurationSet,
    DedicatedPool,
    PolicyError,
    ProductionAccess,
    Ses,
    SesAccount,
)


def ask(website: str = "https://example.com", use_case: str = "x", **more: object) -> object:
    return ProductionAccess("MARKETING", website, use_case, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (
            lambda: SesAccount(suppression=["SPAM"]),  # type: ignore[list-item]
            "SesAccount.suppression.0: found 'SPAM', expected 'BOUNCE' or 'COMPLAINT'",
        ),
        (lambda: SesAccount(suppression="BOUNCE"), "SesAccount.suppression: "),  # type: ignore[arg-type]
        (lambda: SesAccount(vdm="on"), "SesAccount.vdm: found 'on', expected a valid boolean"),  # type: ignore[arg-type]
        (
            lambda: ProductionAccess("BULK", "https://example.com", "x"),  # type: ignore[arg-type]
            "mail_type: found 'BULK', expected 'TRANSACTIONAL' or 'MARKETING'",
        ),
        (lambda: ask("example.com"), "website: found 'example.com', expected a web address"),
        (lambda: ask(use_case=""), "ProductionAccess.use_case: "),
        (lambda: ask(use_case="x" * 5001), "at most 5000 characters"),
        (lambda: ask(contacts=["ops"]), "found 'ops', expected a mail address"),
        (lambda: ask(contacts=["a@b.example"] * 5), "at most 4 items"),
        (lambda: ask(language="DE"), "language: found 'DE', expected 'EN' or 'JA'"),
        (lambda: DedicatedPool("Bulk"), "DedicatedPool.name: found 'Bulk', expected a pool's"),
        (lambda: DedicatedPool("ses-shared-pool"), "expected a name of your own"),
        (
            lambda: DedicatedPool("bulk", scaling="AUTO"),  # type: ignore[arg-type]
            "DedicatedPool.scaling: found 'AUTO', expected 'STANDARD' or 'MANAGED'",
        ),
        (lambda: ConfigurationSet("a b"), "ConfigurationSet.name: found 'a b', expected"),
        (
            lambda: ConfigurationSet("a", tls="ALWAYS"),  # type: ignore[arg-type]
            "ConfigurationSet.tls: found 'ALWAYS', expected 'REQUIRE' or 'OPTIONAL'",
        ),
        (
            lambda: Ses("us-east-1", pools=[DedicatedPool("a"), DedicatedPool("a")]),
            "Ses.pools: found 'a' twice, expected once",
        ),
        (
            lambda: Ses("us-east-1", configuration_sets=[ConfigurationSet("a")] * 2),
            "Ses.configuration_sets: found 'a' twice, expected once",
        ),
        (
            lambda: Ses("us-east-1", configuration_sets=[ConfigurationSet("a", pool="b")]),
            "Ses.configuration_sets: 'a': found pool 'b', expected one of Ses.pools or ses-shared",
        ),
    ],
)
def test_a_mistake_is_one_sentence(build: Callable[[], object], sentence: str) -> None:
    with pytest.raises(PolicyError) as mistake:
        build()
    assert sentence in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_reasons_have_no_order() -> None:
    account = SesAccount(suppression=["COMPLAINT", "BOUNCE", "BOUNCE"])
    assert account.suppression == ("BOUNCE", "COMPLAINT")


def test_a_set_may_send_from_a_listed_pool_and_from_those_of_aws() -> None:
    sets = [ConfigurationSet("a", pool="bulk"), ConfigurationSet("b", pool="ses-shared-pool")]
    ses = Ses("us-east-1", pools=[DedicatedPool("bulk")], configuration_sets=sets)
    assert [found.pool for found in ses.configuration_sets] == ["bulk", "ses-shared-pool"]
