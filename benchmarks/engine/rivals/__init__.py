"""The solvers that the benchmark compares, each a program of its own: ``python -m MODULE PROBLEM PLAN --seconds S --seed N``.

A rival reads the problem file, counts its seconds from there, and writes a plan file. What it cannot do it says in one line
and exits with 4. CP-SAT and Timefold share no code with the engine: they read the file through ``plain.py``.
"""
