from mailfleet.aws.smtp_password import smtp_password


def test_the_password_is_the_one_aws_derives() -> None:
    # "some+secret+key" in eu-central-1, the test vector of terraform-provider-aws
    password = "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"
    assert smtp_password("some+secret+key", "eu-central-1") == password
