"""Long lists kept small: packed in portions, of which a few at a time are laid out as objects.

A county's roster is tens of thousands of rows of a dozen values each. As Python objects they take a kilobyte a row;
packed, a tenth of it. Whoever walks such a list gets fresh copies: what he changes in them is not kept.
"""

import io
import pickle
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
PORTION = 1000
LAID_OUT = 3
QUICKEST = 1


class Shared:
    """Objects many items point at (units of a county): packed lists name them, and give the same objects back."""

    def __init__(self, *kinds: type) -> None:
        self.kinds = kinds
        self.objects: list[Any] = []
        self._places: dict[int, int] = {}

    def place(self, item: Any) -> int:
        """Where the item is kept."""
        at = self._places.get(id(item))
        if at is None:
            at = self._places[id(item)] = len(self.objects)
            self.objects.append(item)
        return at


class Packed(Sequence[T], Generic[T]):
    """The items of an iterable, walked once. Nothing leaves the memory of this process."""

    def __init__(self, items: Iterable[T] = (), *, shared: Shared | None = None) -> None:
        self._shared = shared if shared is not None and shared.kinds else None
        self._count = 0
        self._portions: list[bytes] = []
        waiting = iter(items)
        while portion := list(islice(waiting, PORTION)):
            self._count += len(portion)
            self._portions.append(zlib.compress(self._packed(portion), QUICKEST))
        self._window = Window(self)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._portions)):
            yield from self.portion(number)

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> list[T]: ...

    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self._window[place] for place in range(*at.indices(self._count))]
        return self._window[at + self._count if at < 0 else at]

    def portion(self, number: int) -> list[T]:
        """Fresh copies of the items of one portion."""
        data = zlib.decompress(self._portions[number])
        items: list[T] = _Unpickler(data, self._shared).load() if self._shared else pickle.loads(data)  # noqa: S301
        return items

    def _packed(self, portion: list[T]) -> bytes:
        if self._shared is None:
            return pickle.dumps(portion, pickle.HIGHEST_PROTOCOL)
        target = io.BytesIO()
        _Pickler(target, self._shared).dump(portion)
        return target.getvalue()


class Window(Generic[T]):
    """Looks at a packed list around one place: the portions laid out last stay laid out."""

    def __init__(self, packed: Packed[T]) -> None:
        self._packed = packed
        self._open: dict[int, list[T]] = {}

    def __getitem__(self, at: int) -> T:
        """Raises IndexError beyond the end."""
        if not 0 <= at < len(self._packed):
            raise IndexError(at)
        number, place = divmod(at, PORTION)
        found = self._open.get(number)
        if found is None:
            if len(self._open) >= LAID_OUT:
                del self._open[next(iter(self._open))]
            found = self._open[number] = self._packed.portion(number)
        return found[place]


class _Pickler(pickle.Pickler):
    def __init__(self, target: io.BytesIO, shared: Shared) -> None:
        super().__init__(target, pickle.HIGHEST_PROTOCOL)
        self._shared, self._kinds = shared, frozenset(shared.kinds)

    def persistent_id(self, item: Any) -> int | None:
        # Asked of every value that is packed: the class alone decides, at once.
        return self._shared.place(item) if item.__class__ in self._kinds else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: bytes, shared: Shared) -> None:
        super().__init__(io.BytesIO(data))
        self._shared = shared

    def persistent_load(self, pid: Any) -> Any:
        return self._shared.objects[pid]
