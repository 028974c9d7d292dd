"""What differs in the lab: its AWS answers faster, and its hosts' keys are known."""

ssh_strict_host_key_checking = "yes"
aws_rates = {"ses": 50, "route53": 50}
aws_max_attempts = 3
