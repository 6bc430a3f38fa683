"""Jobs: films that wait, render in worker processes, and outlive whatever asked for them.

`JobQueue` holds the jobs of a renders folder, from any number of programs; `Workers` renders them, in one.
"""
