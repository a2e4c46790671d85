"""Each module here is what one `cin7` command does: calls into the library, and its answer on the terminal.

A module is imported when its command runs, so that no command waits for what it does not use. Arguments
and their help are declared in `cli`; tables that other programs show too are in `console`.
"""
