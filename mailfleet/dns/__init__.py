"""DNS record sets and how they change. Pure: nothing is looked up here."""
