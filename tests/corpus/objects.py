"""Object storage in memory, as strict as the real one: whole objects are put, read, listed and removed, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

import fsspec
from fsspec.implementations.memory import MemoryFileSystem
from upath.implementations.memory import MemoryPath
from upath.registry import register_implementation


class Objects(MemoryFileSystem):  # type: ignore[misc]
    """What S3 promises; a folder is there as long as something is in it."""

    protocol = "objects"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(str(path).removeprefix(f"{cls.protocol}://")))

    def mkdir(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    makedirs = mv = mv_file = rename = cp_file = mkdir

    def _open(self, path: str, mode: str = "rb", **given: object) -> Any:  # noqa: ANN401
        assert mode in ("rb", "wb", "xb")
        assert mode == "rb" or given.get("data") is not None, "an object is put whole"
        if mode == "xb" and path in self.store:
            raise FileExistsError(path)
        return super()._open(path, mode, **given)


class Shut(Objects):
    """What those without credentials see."""

    protocol = "shut"

    def _open(self, path: str, *_: object, **__: object) -> NoReturn:
        raise PermissionError(path)

    def info(self, path: str, **_: object) -> NoReturn:
        raise PermissionError(path)


class Far(Objects):
    """Behind a network that is down; the library has an error of its own for that."""

    protocol = "far"

    def info(self, path: str, **_: object) -> NoReturn:
        raise RuntimeError(f"could not connect to endpoint of {path}")


@contextmanager
def storage() -> Iterator[None]:
    """Have empty storage for `objects://`."""
    for kind in (Objects, Shut, Far):
        fsspec.register_implementation(kind.protocol, kind, clobber=True)
        register_implementation(kind.protocol, MemoryPath, clobber=True)
    Objects.store.clear()
    try:
        yield
    finally:
        Objects.store.clear()


def contents(below: str) -> dict[str, bytes]:
    """Return every object below a name, by the rest of its name."""
    return {
        name.removeprefix(f"/{below}/"): file.getvalue() for name, file in Objects.store.items() if name.startswith(f"/{below}/")
    }
