"""Long lists kept small: packed in portions, of which a few at a time are laid out as objects.

A county's roster is tens of thousands of rows of a dozen values each. As Python objects they take a kilobyte a row;
packed, a tenth of it. Whoever walks such a list gets fresh copies: what he changes in them is not kept.
"""

import io
import pickle
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, islice
from typing import Any, Generic, TypeVar, overload
from uuid import UUID
from weakref import WeakValueDictionary

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
        self._key = next(_KEYS)
        _SHARED[self._key] = self

    def named(self, item: Any) -> tuple[Callable[[int, int], Any], tuple[int, int]]:
        """How the item is written in a packed list: where it is kept."""
        at = self._places.get(id(item))
        if at is None:
            at = self._places[id(item)] = len(self.objects)
            self.objects.append(item)
        return _shared, (self._key, at)


_KEYS = count()
_SHARED: WeakValueDictionary[int, Shared] = WeakValueDictionary()


def _shared(key: int, at: int) -> Any:
    return _SHARED[key].objects[at]


def _index(number: int) -> UUID:
    return UUID(int=number)


def _packed_index(index: UUID) -> tuple[Callable[[int], UUID], tuple[int]]:
    """What an UUID does by itself takes five times as long."""
    return _index, (index.int,)


class Packed(Sequence[T], Generic[T]):
    """The items of an iterable, walked once. Nothing leaves the memory of this process."""

    def __init__(self, items: Iterable[T] = (), *, shared: Shared | None = None) -> None:
        # Shared objects live as long as the list that names them.
        self._reducers: dict[type, Any] = {UUID: _packed_index}
        if shared is not None:
            self._reducers |= dict.fromkeys(shared.kinds, shared.named)
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
        items: list[T] = pickle.loads(zlib.decompress(self._portions[number]))  # noqa: S301
        return items

    def _packed(self, portion: list[T]) -> bytes:
        target = io.BytesIO()
        pickler = pickle.Pickler(target, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = self._reducers
        pickler.dump(portion)
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
