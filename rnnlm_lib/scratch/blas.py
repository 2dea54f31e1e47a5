"""Which matrix kernels NumPy runs on, and whether faster ones may be there."""

import ctypes
import os
from pathlib import Path

import numpy as np

AVX2_KERNELS = ("Haswell", "Zen")
AVX512_FLAGS = {"avx512f", "avx512dq", "avx512bw", "avx512vl"}


def kernel():
    """Name of the kernels that NumPy's OpenBLAS has chosen; None if it is not known."""
    folder = Path(np.__file__).parent.parent / "numpy.libs"
    for path in sorted(folder.glob("*openblas*")):
        library = ctypes.CDLL(str(path))
        for name in (
            "scipy_openblas_get_corename64_",
            "openblas_get_corename64_",
            "openblas_get_corename",
        ):
            if hasattr(library, name):
                function = getattr(library, name)
                function.restype = ctypes.c_char_p
                return function().decode()
    return None


def cpu_flags():
    """Instruction sets of this processor, as Linux names them; elsewhere none."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return set()
    lines = (line.partition(":") for line in info.read_text().splitlines())
    return next((set(v.split()) for k, _, v in lines if k.strip() == "flags"), set())


def advice(chosen, flags):
    """One line for the user if the processor can do more than the chosen kernels.

    Parameters
    ----------
    chosen : str or None, of `kernel`
    flags : set of str, of `cpu_flags`

    Returns
    -------
    str or None
    """
    if chosen not in AVX2_KERNELS or not flags >= AVX512_FLAGS:
        return None
    return (
        f"OpenBLAS has chosen its {chosen} kernels on a processor with AVX-512; "
        "OPENBLAS_CORETYPE=SkylakeX, set before Python starts, may be up to twice as "
        "fast"
    )


def advise():
    """`advice` for this process; none when the user has chosen the kernels."""
    if "OPENBLAS_CORETYPE" in os.environ:
        return None
    return advice(kernel(), cpu_flags())
