"""The mail policy: which domains send, through which providers, and who hears of trouble."""

from mailfleet.inventory import Domain, EmailAlert, Mail, Ses, Smtp, secret

mail = Mail(
    admin="ops@example.net",
    domains=[Domain("example.com")],
    providers=[
        Ses("us-east-1"),
        Smtp(
            "smtp.sendgrid.net:587",
            name="sendgrid",
            username="apikey",
            password=secret("aws:sendgrid-api-key"),
        ),
    ],
    alerts=[EmailAlert(to="ops@example.net", via="sendgrid")],
)
