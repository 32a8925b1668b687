"""The subcommands of `mturn-seg`, one module for each thing that people come for; `cli` lists them.

A command is a plain function with Typer's annotations and an example. Stages are imported inside the functions:
`mturn-seg --help` must not wait for torch, datasets or gradio.
"""
