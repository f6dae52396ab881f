"""The command line: the only floor that sees typer, standard streams and the terminal.

Whatever of the input cannot be used is an `InputError` anywhere on this floor; `output.guarded` makes it a message for
each problem and an exit code.
"""

import gc

# Nearly all that a command allocates lives to its end: looking for garbage as often as Python does by default costs a
# twentieth of the time of a short one. Of a long one, the memory stays flat with this, too.
gc.set_threshold(50_000)
