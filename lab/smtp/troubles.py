"""What can be wrong with an SMTP end point."""

UP = "up"
DOWN = "down"  # connections are refused
BUSY = "421"
THROTTLED = "454"
NO_LOGIN = "535"
UNVERIFIED = "554"
WRONG_CERTIFICATE = "wrong certificate"
NO_STARTTLS = "no STARTTLS"  # and a client that is content with that may log in
REFUSED = "552"  # for what the mail itself is
DROPPED = "dropped"  # the connection is lost after the mail, before its reply

TROUBLES = (
    *(UP, DOWN, BUSY, THROTTLED, NO_LOGIN, UNVERIFIED, REFUSED),
    *(WRONG_CERTIFICATE, NO_STARTTLS, DROPPED),
)

# https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
BUSY_REPLY = "421 Too many concurrent SMTP connections"
THROTTLED_REPLY = "454 Throttling failure: Maximum sending rate exceeded."
UNVERIFIED_REPLY = "554 Message rejected: Email address is not verified."
REFUSED_REPLY = "552 Message is too long."
DROPPED_REPLY = "451 nobody hears this"

TO_DATA = {
    THROTTLED: THROTTLED_REPLY,
    UNVERIFIED: UNVERIFIED_REPLY,
    REFUSED: REFUSED_REPLY,
    DROPPED: DROPPED_REPLY,
}
