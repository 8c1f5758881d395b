#!/usr/bin/env python3
"""Records what CPython says of the transcripts beside this file.

    python3 record.py [FILE...]

A transcript is what a prompt shows: statements behind ">>> " and "... ", and below each what it
printed, or "Type: message" where it raised. Names live on from statement to statement. The lines
below are written anew; tests/engine/script/python_test.c holds the sliver of Python against them.
"""
import contextlib
import io
import pathlib
import sys


def statements(text):
    """The sources, each a list of lines without its prompt."""
    block = []
    for line in text.splitlines():
        if line.startswith("... "):
            block.append(line[4:])
            continue
        if block and line.startswith(">>> "):
            yield block
        if line.startswith(">>> "):
            block = [line[4:]]
    yield block


def answer(source, names):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(source, "listing", "exec"), names)
        except SyntaxError as error:
            print(f"{type(error).__name__}: {error.msg}")
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    return printed.getvalue()


def record(path):
    text = path.read_text(encoding="utf-8")
    names, out = {}, [text.splitlines()[0] + "\n"]  # the title
    for block in statements(text):
        out += [("... " if i else ">>> ") + line + "\n" for i, line in enumerate(block)]
        out.append(answer("\n".join(block) + "\n", names))
    path.write_text("".join(out), encoding="utf-8")


here = pathlib.Path(__file__).parent
for path in map(pathlib.Path, sys.argv[1:]) if sys.argv[1:] else sorted(here.glob("*.txt")):
    record(path)
