"""The device that models run on: the best one there is, said aloud."""

import torch


def choose_device(name=None, *, quiet=False):
    """The fastest device present: CUDA, then Apple's MPS, then the CPU.

    Parameters
    ----------
    name : str, optional, such as "cpu" or "cuda:1", to choose by hand
    quiet : bool, say nothing

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError : the device asked for is not on this machine.

    Built in chapter 14.
    """
    found = "cpu"
    if torch.cuda.is_available():
        found = "cuda"
    elif torch.backends.mps.is_available():
        found = "mps"
    device = torch.device(name or found)
    if device.type not in ("cpu", found):
        raise ValueError(
            f"{name} was asked for, but this machine has {found}: leave the device out"
        )
    if not quiet:
        print(f"device: {device}{describe(device)}")
    return device


def describe(device):
    """What stands behind a device, in brackets."""
    if device.type == "cuda":
        return f" ({torch.cuda.get_device_name(device)})"
    return f" ({torch.get_num_threads()} threads)" if device.type == "cpu" else ""
