"""`python -m apex_director.cli` is the command `apex`."""

from .app import main

main()
