"""Commands that put things on the Hugging Face Hub. They only say what they would do until they are told to do it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from commands.options import example
from commands.terminal import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publishing import Plan

_HARDWARE = (
    "cpu-basic serves the page and scores files of full size; with --hardware cuda a GPU such as t4-small counts pixels"
)


class Hardware(StrEnum):
    """What a Space scores on."""

    cpu = "cpu"
    cuda = "cuda"


@example("mturn-seg publish space ORG/leaderboard --dataset ORG/mturn-seg")
def space(
    name: Annotated[str, typer.Argument(metavar="ORG/NAME", help="The Space; it is made if it is not there.")],
    go: Annotated[bool, typer.Option("--go", help="Really send it. Without this nothing is changed.")] = False,
    private: Annotated[bool, typer.Option("--private", help="Make a new Space that only its owners see.")] = False,
    dataset: Annotated[
        str | None, typer.Option(metavar="ORG/NAME", help="The published data set, named in the Space's card.")
    ] = None,
    hardware: Annotated[
        Hardware, typer.Option(help="cuda adds the packages that score on a GPU; the hardware itself is chosen there.")
    ] = Hardware.cpu,
    variable: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Set a variable of the app, MTURN_SEG_...; may be given again."),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Set a secret, HF_TOKEN, to its value in this environment."),
    ] = None,
) -> None:
    """Put the leaderboard's page on the Hub, or say what that would change there. A second run sends only changes.

    What publishing wrote and is here no more is deleted there; other files of the Space stay. The token is that of `hf
    auth login` or of HF_TOKEN. Variables and secrets that are not named stay as they are.
    """
    from huggingface_hub import HfApi, get_token

    from publishing import PublishError, carry_out, plan_space, space_files
    from publishing.hub import check_name
    from publishing.settings import checked_variables, secrets_from

    token = get_token()
    if go and not token:
        raise PublishError("no token; expected one that may write: log in with `hf auth login`, or set HF_TOKEN")
    files = space_files(dataset and check_name(dataset, "data set"), cuda=hardware is Hardware.cuda)
    settings = {"variables": checked_variables(variable or ()), "secrets": secrets_from(names=secret or ())}
    plan = plan_space(HfApi(token=token or False), name, files, private=private, **settings)
    _print_plan(plan)
    if plan.is_done:
        console.print("\neverything is up to date: nothing to send")
    elif go:
        commit = carry_out(plan)
        console.print(f"\nsent: {plan.space.address}" + (f" at {commit[:8]}" if commit else ""))
    else:
        console.print("\nnothing was sent; --go sends it")


def _print_plan(plan: Plan) -> None:
    from publishing.content import left_here

    is_private = plan.private if plan.is_new else plan.found.private
    state = "a new Space" if plan.is_new else "there"
    console.print(f"{plan.space.address}: {state}, {'private' if is_private else 'public'}")
    known = plan.found.files or {}
    marks = {path: "changed" if path in known else "new" for path in plan.sent}
    _print_files("to send", {path: len(content) for path, content in plan.sent.items()}, marks)
    same = {path: len(content) for path, content in plan.files.items() if path not in plan.sent}
    if same:
        console.print(f"\nup to date: {_amount(same.values())}")
    _print_list("to delete, since they are not here", plan.deleted)
    _print_list("not of this app, left alone", plan.strange)
    _print_list("in the folders here, but no part of the app: not sent", left_here())
    _print_variables(plan)
    _print_secrets(plan)
    console.print(f"\nhardware, chosen in {plan.space.address}/settings\n  {_HARDWARE}")


def _print_files(title: str, sizes: Mapping[str, int], marks: Mapping[str, str]) -> None:
    if not sizes:
        return
    console.print(f"\n{title}: {_amount(sizes.values())}")
    for path, size in sizes.items():
        console.print(f"  {size:>9,}  {marks[path]:<7}  {path}")


def _print_list(title: str, paths: Iterable[str]) -> None:
    paths = list(paths)
    if paths:
        console.print(f"\n{title}: {len(paths):,}")
        for path in paths:
            console.print(f"  {path}")


def _print_variables(plan: Plan) -> None:
    from publishing.settings import NEEDED

    console.print("\nvariables, which everybody can read")
    there = plan.found.variables or {}
    for name, value in sorted({**there, **plan.wanted}.items()):
        console.print(f"  {name}={value}  {'to set' if name in plan.variables else 'set'}")
    for name, (form, what) in NEEDED.items():
        if name not in there and name not in plan.wanted:
            unknown = plan.found.variables is None and not plan.is_new
            state = "not known to this token" if unknown else "not set"
            console.print(f"  {name}  {state}; --variable {name}={form}: {what}")


def _print_secrets(plan: Plan) -> None:
    from publishing.settings import SECRETS

    console.print(f"\nsecrets, which an owner sets in {plan.space.address}/settings")
    for name, what in SECRETS.items():
        if name in plan.secrets:
            state = "to set from this environment"
        elif plan.found.secrets is None and not plan.is_new:
            state = "not known to this token"
        else:
            state = "set" if name in (plan.found.secrets or ()) else f"not set; there, or here with --secret {name}"
        console.print(f"  {name}  {state}: {what}")


def _amount(sizes: Iterable[int]) -> str:
    from console import counted

    sizes = list(sizes)
    return f"{counted(len(sizes), 'file')}, {counted(sum(sizes), 'byte')}"
