"""Compile hot loops with numba and keep them on disk, beside the sources, until a source they are made of changes.

numba by itself looks only at the file of the function that it loads. Here a function's files are its own, this one and those
of every compiled function that it names, so that a changed rule reaches all loops that ask it. Loops over rules from elsewhere are
kept apart, so that they never take the place of ours.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import numpy as np
from numba import njit, types
from numba.core import pythonapi
from numba.core.caching import (
    CacheImpl,
    IndexDataCacheFile,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.datamodel import default_manager, models
from numba.core.types import StructRef, unliteral
from numba.experimental import structref
from numba.extending import NativeValue, intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])

_HOME = Path(__file__).resolve().parent
_known: dict[
    Callable[..., Any], tuple[str, ...]
] = {}  # all that is compiled here, with the files it was made from


def compiled(function: Function, *files: str) -> Function:
    """Compile a function for callers in Python and in compiled code, and keep it on disk; name ``files`` that it was made from."""
    _learn(function, *files)
    return cast(Function, njit(cache=True)(function))


def unlocked(function: Function) -> Function:
    """Compile a long loop that lets other threads run meanwhile, and keep it on disk."""
    _learn(function)
    return cast(Function, njit(cache=True, nogil=True)(function))


def inner(function: Function) -> Function:
    """Compile a small function into the compiled functions that call it; it is not kept by itself."""
    _learn(function)
    return cast(Function, njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))


def woven(function: Function) -> Function:
    """Compile a small function into the very code of its callers, for what is done millions of times a second.

    Tuples of arrays cost nothing to pass, and no references are counted: it may read and write arrays, but not make any.
    """
    _learn(function)
    flags = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True, "_nrt": False}
    return cast(Function, njit(**flags)(function))


def weave(function: Function) -> Function:
    """Compile the loop around ``woven`` functions; it lets other threads run meanwhile, and is kept on disk."""
    _learn(function)
    return cast(Function, njit(cache=True, nogil=True, _nrt=False)(function))


@cache
def _digest(file: str) -> bytes:
    return hashlib.sha256(Path(file).read_bytes()).digest()


def _learn(function: Callable[..., Any], *files: str) -> None:
    """Remember a function and what its file holds now, before anybody changes it."""
    _known[function] = (function.__code__.co_filename, *files)
    for file in _known[function]:
        _digest(file)


def _files_of(function: Callable[..., Any]) -> frozenset[str]:
    """Return the files of a compiled function and of all that it names, directly or not."""
    found, left = {function}, [function]
    while left:
        named = left.pop()
        for name in named.__code__.co_names:
            other = getattr(named.__globals__.get(name), "py_func", None)
            if other is not None and other not in found:
                found.add(other)
                left.append(other)
    return frozenset({__file__, *(file for f in found for file in _known.get(f, (f.__code__.co_filename,)))})


@inner
def whole(number: int | np.signedinteger[Any]) -> int:
    """Return an entry of an int32 array as the int64 that compiled functions take; with both they would be compiled twice."""
    return np.int64(number)  # type: ignore[return-value]  # int() would leave it int32


class StructType(StructRef):
    """What numba calls the type of a Struct; each has a subclass of its own."""

    name: str

    def __init__(self, fields: Sequence[tuple[str, Any]]) -> None:
        super().__init__(fields)
        # The name is part of every symbol; spelled out with all fields it takes most of the time to compile.
        self.name = f"{type(self).__name__}_{hashlib.sha256(self.name.encode()).hexdigest()[:16]}"

    def preprocess_fields(self, fields: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
        """Take any value of a type for that type."""
        return tuple((name, unliteral(kind)) for name, kind in fields)


class Struct(structref.StructRefProxy):
    """Arrays that compiled code takes as one argument, by reference; a tuple of as many arrays is copied at every call.

    A subclass annotates its fields; ``share`` makes it known. In Python the fields are read from the object itself.
    """

    _make: Callable[..., Any]

    def __new__(cls, **fields: Any) -> Self:
        """Take all fields, by name."""
        made = cls._make(*(fields[name] for name in cls.__annotations__))
        vars(made).update(fields)
        return cast(Self, made)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Let a struct go to other processes."""
        return _rebuilt, (type(self), vars(self))


def _rebuilt(cls: type[Struct], fields: dict[str, Any]) -> Struct:
    return cls(**fields)


class _HeldModel(models.StructRefModel):
    """A struct that somebody holds for as long as compiled code sees it, which so need not count who does."""

    def traverse(self, builder: Any) -> list[Any]:
        """Name nothing to be counted."""
        return []

    def inner_models(self) -> list[Any]:
        """Name no model of anything to be counted."""
        return []


def _unbox_held(kind: StructType, value: Any, c: Any) -> Any:
    """Take a held struct from Python as numba does, without keeping the reference that it takes."""
    pointer = types.MemInfoPointer(types.voidptr)
    found = _unbox_counted[type(kind)](kind, value, c)
    held = structref._Utils(c.context, c.builder, kind).get_struct_ref(found.value)  # noqa: SLF001 - as in numba itself
    c.context.nrt.decref(c.builder, pointer, held.meminfo)
    return NativeValue(found.value)


_unbox_counted: dict[type[StructType], Callable[..., Any]] = {}


@intrinsic
def drop(typing: Any, struct: Any) -> Any:
    """End a struct that compiled code made for itself and gave to nobody; nothing may look at it afterwards.

    It has the one reference that it was made with, which this takes. Arrays that were read from it are counted, as ever: they
    outlive it where somebody still has them. A struct that is not dropped, as after an exception, is memory lost, no more.
    """

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        held = structref._Utils(context, builder, signature.args[0]).get_struct_ref(given[0])  # noqa: SLF001 - as above
        context.nrt.decref(builder, types.MemInfoPointer(types.voidptr), held.meminfo)
        return context.get_dummy_value()

    return types.void(struct), code


def share(cls: type[Struct], kind: type[StructType], file: str) -> None:
    """Let compiled code take a Struct; ``file`` is where it is defined.

    References to it are not counted, which took a third of all time: somebody in Python keeps it, or it ends with ``drop``.
    """
    names = list(cls.__annotations__)
    structref.register(kind)
    structref.define_proxy(cls, kind, names)
    default_manager.register(kind, _HeldModel)
    unboxers = pythonapi._unboxers.functions  # noqa: SLF001 - numba has no other way
    _unbox_counted[kind], unboxers[kind] = unboxers[kind], _unbox_held
    space: dict[str, Any] = {cls.__name__: cls, "__name__": cls.__module__}
    arguments = ", ".join(names)
    source = f"def make_{cls.__name__}({arguments}): return {cls.__name__}({arguments})"
    exec(compile(source, file, "exec"), space)  # noqa: S102 - one line of ours
    cls._make = staticmethod(compiled(space[f"make_{cls.__name__}"]))


class _Stamp:
    """A digest of all sources of a function, taken when it is asked for: by then all that the function names is defined."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @cached_property
    def text(self) -> str:
        """The digest."""
        files = sorted(_files_of(self._function))
        return hashlib.sha256(b"".join(_digest(name) for name in files)).hexdigest()

    def __eq__(self, other: object) -> bool:
        return self.text == other

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (self.text,)


class _WithSources:
    """What numba's locators lack: a stamp over all sources, and a place of its own for what is not all ours."""

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        super().__init__(function, file)  # type: ignore[call-arg]
        self._stamp = _Stamp(function)
        paths = sorted(Path(name).resolve() for name in _files_of(function))
        foreign = [path for path in paths if not path.is_relative_to(_HOME)]
        if foreign:
            digest = hashlib.sha256(repr(foreign).encode()).hexdigest()[:16]
            self._cache_path: str = str(Path(self._cache_path) / f"with-{digest}")

    def get_source_stamp(self) -> _Stamp:
        """Return what stands for all sources."""
        return self._stamp

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Any:
        """Return a locator for functions compiled here, None for all others."""
        if function not in _known:
            return None
        return super().from_function(function, file)  # type: ignore[misc]


class _Provided(_WithSources, UserProvidedCacheLocator):
    pass


class _InTree(_WithSources, InTreeCacheLocator):
    pass


class _UserWide(_WithSources, UserWideCacheLocator):
    pass


CacheImpl._locator_classes[:0] = [_Provided, _InTree, _UserWide]  # noqa: SLF001 - numba has no other way


def _data_name(self: IndexDataCacheFile, number: int) -> str:
    """Name a file of machine code after its process too, so that of two that compile at once none overwrites what the other's index names."""
    name: str = self._data_name_pattern.format(number=os.getpid() * 1000 + number)
    return name


IndexDataCacheFile._data_name = _data_name  # noqa: SLF001 - numba has no other way
