"""The AWS side of pyinfra: the @aws connector, its facts and its operations."""
