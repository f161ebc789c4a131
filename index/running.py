"""What loading and running any model takes, whatever it is for."""

import contextlib
import ctypes
import logging
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .models import forbid_telemetry

if TYPE_CHECKING:
    import torch

__all__ = [
    "LOADING",
    "batches",
    "estimated_tokens",
    "give_back_memory",
    "has_bfloat16",
    "instructions",
    "load",
    "machine",
    "quiet",
    "quiet_tokenizers",
]

Loaded = TypeVar("Loaded", bound="torch.nn.Module")

LOADING = threading.Lock()
"""Held while a model is loaded: it is done with changed settings of whole libraries."""

_BYTES_PER_TOKEN = 4
_CPU_FLAGS = ("amx_bf16", "avx512_bf16", "avx512f", "avx2")
"""Instructions that make models quick, the quickest first; the first two know bfloat16."""
_LIMITS = ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
"""Variables by which somebody says that a processor is to do with less."""
_UP_TO_BFLOAT16 = ("ALL", "DEFAULT", "AVX512_CORE_BF16", "AVX512_CORE_FP16", "AVX512_CORE_AMX")
_LACKING = re.compile(r"^(\S.*?)\s*\|[^|\w]*(?:\[\d+m)*MISSING", re.MULTILINE)


class Resolved(Protocol):
    """A model that was found and checked: what people call it, and its folder."""

    @property
    def name(self) -> str: ...

    @property
    def folder(self) -> Path: ...


def load(
    kind: Callable[[], Callable[..., Loaded]],
    model: Resolved,
    device: str | None,
    *,
    gives: str,
    unused: str | None = None,
) -> Loaded:
    """The model that a class of sentence-transformers makes of a folder, in float32.

    `kind` imports the class. Without a `device`, an accelerator is taken where there is one. What
    the model `gives` is for people; weights with `unused` in their names may be lacking. Raises
    ModelError.
    """
    try:
        with _loading() as warned:
            import torch

            loaded = kind()(
                str(model.folder),
                device=device,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"dtype": torch.float32, "use_safetensors": True},
            )
            loaded.float()
    except Exception as error:
        raise ModelError(
            f"The model {model.name} in {model.folder} cannot be loaded: {error}. Get the model "
            "again, or use another."
        ) from error
    # transformers fills weights that a checkpoint lacks with random numbers, and only warns.
    lacking = [
        key for key in _LACKING.findall("\n".join(warned)) if not unused or unused not in key
    ]
    if lacking:
        raise ModelError(
            f"The model {model.name} in {model.folder} lacks weights that its {gives} depend on "
            f"({', '.join(lacking[:3])}): get the model again, or use another."
        )
    return loaded


@contextlib.contextmanager
def _loading() -> Iterator[list[str]]:
    """Inside, a model may be loaded: nothing is reported home, and nothing printed. Yields the list
    that takes the warnings of the libraries that load it."""
    forbid_telemetry()
    # Threads that wait by spinning take the cores from whoever has work to do: beside one busy
    # process the spinning kind encodes at a fifth of the speed of the sleeping kind.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # oneDNN keeps the code it made for each of the last thousand shapes of matrices; batches of
    # texts hardly ever repeat one.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
    quiet_tokenizers()
    with quiet() as messages:
        yield messages


def quiet_tokenizers() -> None:
    """Call before tokenizers is imported: unset, the library warns whenever a process that has used
    it forks."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def machine(device: str) -> str:
    """What computes on one of torch's devices, as far as results depend on it."""
    import torch

    if device.startswith("cuda"):
        return f"cuda {torch.cuda.get_device_name(device)}"
    return f"{device} {torch.backends.cpu.get_cpu_capability()}" if device == "cpu" else device


@lru_cache(maxsize=8)
def has_bfloat16(device: str) -> bool:
    """Whether one of torch's devices multiplies matrices of bfloat16 in hardware, not by emulation:
    AVX512_BF16 or AMX of a CPU, a GPU of NVIDIA's Ampere generation or later."""
    kind = device.partition(":")[0]
    if kind == "cuda":
        import torch

        return torch.cuda.get_device_capability(device) >= (8, 0)
    return kind == "cpu" and instructions().startswith(_CPU_FLAGS[:2])


@lru_cache(maxsize=1)
def instructions() -> str:
    """The quickest instructions for models that the processor has, and that may be used: one of
    _CPU_FLAGS, or ""; with the limit that somebody set, where there is one that takes bfloat16."""
    limit = next((os.environ[name] for name in _LIMITS if name in os.environ), "").upper()
    limited = bool(limit) and not limit.startswith(_UP_TO_BFLOAT16)
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            flags = next((line for line in file if line.startswith("flags")), "").split()
    except OSError:
        flags = []
    usable = _CPU_FLAGS[2:] if limited else _CPU_FLAGS
    found = next((each for each in usable if each in flags), "")
    return f"{found} {limit}" if limited else found


@contextlib.contextmanager
def quiet() -> Iterator[list[str]]:
    """Keep the progress bars and warnings of the libraries that load a model off the terminal.

    Yields the list that takes what they log at the level of warnings instead.
    """
    messages: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    with warnings.catch_warnings(), contextlib.ExitStack() as undo:
        warnings.simplefilter("ignore")
        from transformers.utils import logging as transformers_logging

        bars: Any = transformers_logging
        if bars.is_progress_bar_enabled():
            bars.disable_progress_bar()
            undo.callback(bars.enable_progress_bar)
        for name in ("sentence_transformers", "transformers"):
            logger = logging.getLogger(name)
            for attribute, value in (
                ("handlers", [Collect()]),
                ("level", logging.WARNING),
                ("propagate", False),
            ):
                undo.callback(setattr, logger, attribute, getattr(logger, attribute))
                setattr(logger, attribute, value)
        yield messages


def give_back_memory() -> None:
    """Return freed memory to the system where the C library (glibc) would keep it.

    Batches of ever other sizes leave holes; over an hour of encoding they add up to hundreds of
    megabytes.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def estimated_tokens(texts: Sequence[str], max_length: int) -> NDArray[np.intp]:
    """About how many tokens the model reads of each text: good enough to sort by."""
    sizes = [len(text.encode(errors="replace")) // _BYTES_PER_TOKEN + 2 for text in texts]
    return np.minimum(np.array(sizes, dtype=np.intp), max_length or np.iinfo(np.intp).max)


def batches(lengths: NDArray[np.intp], budget: int) -> Iterator[NDArray[np.intp]]:
    """Positions of texts of about the same length, the longest first, so that little is padding
    and a batch that does not fit into memory is the first one."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = max(1, budget // int(lengths[order[start]]))
        yield order[start : start + size]
        start += size
