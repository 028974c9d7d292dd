"""Follows a value through a program: from where it arrives back to where it came from.

sys.settrace reports each call of a function in mailfleet/ and tasks/, with what it was given and
what it returned. What has the value was made by the function that first returned it or passed it
on, of what that function was given; a text also of what the functions that it called returned.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NoReturn

ROOT = Path.cwd()
FOLDERS = ("mailfleet", "tasks")
DEPTH = 9  # how deep a value may be in what is passed


@dataclass(eq=False)
class Call:
    """A call of a function; `given` and `gave` are what it got and returned of the value."""

    file: str
    caller: "Call | None"
    given: list[object] = field(default_factory=list)
    gave: list[object] = field(default_factory=list)
    calls: list["Call"] = field(default_factory=list)

    @property
    def files(self) -> Iterator[str]:
        """Its file, and those of its callers."""
        yield self.file
        if self.caller:
            yield from self.caller.files


@dataclass(frozen=True)
class Walk:
    """`is_value`: whether something is the value, or a text with it; `is_arrival`: whether it is
    what the value is to become, in what a call in the file `where` was given or returned."""

    is_value: Callable[[object], bool]
    is_arrival: Callable[[object], bool]
    where: str = ""


class Trace:
    """What sys.settrace calls; `arrived` gets the files and ends the run."""

    def __init__(self, walk: Walk, arrived: Callable[[list[str]], NoReturn]) -> None:
        self.walk = walk
        self._arrived = arrived
        self._calls: dict[FrameType, Call] = {}
        self._makers: dict[int, Call] = {}
        self._kept: list[object] = []  # so that no id is used again

    def __call__(self, frame: FrameType, event: str, arg: object) -> Any:
        file = _file(frame.f_code.co_filename)
        if file is None:
            return None
        frame.f_trace_lines = False
        call = self._call(frame, file)
        constructor = frame.f_code.co_name in ("__init__", "__post_init__")
        given = {} if _is_inline(frame.f_code) else _arguments(frame)
        for value in given.values():
            maker = call if constructor else call.caller or call
            call.given += [value] if self._carries(value, maker) else []
        self._look(call)

        def returned(frame: FrameType, event: str, arg: object) -> Any:
            if event == "return":
                for value in (arg, given.get("self")) if constructor else (arg,):
                    call.gave += [value] if self._carries(value, call) else []
                self._look(call)
            return returned

        return returned

    def _call(self, frame: FrameType, file: str) -> Call:
        """A comprehension is part of the function that it is in; a generator is one call."""
        if frame not in self._calls:
            back = frame.f_back
            while back is not None and back not in self._calls:
                back = back.f_back
            caller = self._calls[back] if back else None
            if caller and caller.file == file and _is_inline(frame.f_code):
                self._calls[frame] = caller
            else:
                self._calls[frame] = Call(file, caller)
                if caller:
                    caller.calls.append(self._calls[frame])
        return self._calls[frame]

    def _carries(self, thing: object, maker: Call, depth: int = DEPTH) -> bool:
        """Whether it is or has the value; each thing that has it was made by who had it first."""
        found = self.walk.is_value(thing)
        for part in _parts(thing) if depth else ():
            found = self._carries(part, maker, depth - 1) or found
        if found:
            self._kept.append(thing)
            self._makers.setdefault(id(thing), maker)
        return found

    def _look(self, call: Call) -> None:
        if call.file.startswith(self.walk.where):
            for value in (*call.given, *call.gave):
                if (arrival := _find(value, self.walk.is_arrival)) is not None:
                    self._arrived(sorted({*call.files, *self._back(arrival)}))

    def _back(self, arrival: object) -> Iterator[str]:
        """The files of all that made it, or made what it was made of."""
        things, seen = [arrival], set[int]()
        while things:
            thing = things.pop()
            maker = self._makers.get(id(thing))
            if maker is None or id(thing) in seen:
                continue
            seen.add(id(thing))
            yield from maker.files
            things += [*_parts(thing), *maker.given]
            if isinstance(thing, str | bytes):
                things += [value for call in maker.calls for value in call.gave]


@cache
def _file(name: str) -> str | None:
    path = Path(name)
    file = path.relative_to(ROOT) if path.is_relative_to(ROOT) else None
    return str(file) if file and file.parts[0] in FOLDERS else None


def _is_inline(code: CodeType) -> bool:
    return code.co_name.startswith("<")


def _arguments(frame: FrameType) -> dict[str, object]:
    names = frame.f_code.co_varnames[: frame.f_code.co_argcount + frame.f_code.co_kwonlyargcount]
    return {name: frame.f_locals[name] for name in names if name in frame.f_locals}


def _parts(thing: object) -> list[object]:
    """What is in a container, or an object of mailfleet's."""
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset):
        return list(thing)
    ours = type(thing).__module__.partition(".")[0] in FOLDERS
    return list(getattr(thing, "__dict__", {}).values()) if ours else []


def _find(thing: object, is_it: Callable[[object], bool], depth: int = DEPTH) -> object:
    if is_it(thing):
        return thing
    inside = (_find(part, is_it, depth - 1) for part in (_parts(thing) if depth else ()))
    return next((found for found in inside if found is not None), None)
