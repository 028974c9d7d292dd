"""What Amazon SES asks of a sending domain. Pure: no AWS is called here."""
