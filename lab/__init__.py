"""An internet in a box: hosts, DNS, AWS and mail providers on one machine.

`python -m lab up` brings it up, `python -m lab down` takes it away again. Nothing outside `lab`
and `tests` knows that it exists.
"""
