"""Several processes that train one model, as `torchrun` starts them.

Each process reads its share of the columns of a batch. Gradients are averaged, so all
of them take the step that one process with the joint batch would take.
"""

import os

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel


def join_torchrun(device):
    """Join the processes that `torchrun` has started, if it has.

    Parameters
    ----------
    device : torch.device, decides how processes talk: nccl on CUDA, else gloo

    Returns
    -------
    device : this process's own; on CUDA one GPU per process

    Built in chapter 14.
    """
    if "LOCAL_RANK" not in os.environ:
        return device
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return device


def leave():
    """Leave the processes that `join_torchrun` joined, if it has."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def rank():
    """Number of this process, from 0; 0 if it is alone."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def world_size():
    """Number of processes that train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def wrap(model):
    """The model as it is called while training: gradients averaged over processes."""
    return DistributedDataParallel(model) if world_size() > 1 else model


def own_columns(batch_size):
    """The columns (a slice) of a batch that this process reads.

    Raises
    ------
    ValueError : the columns cannot be shared out evenly.
    """
    share, left_over = divmod(batch_size, world_size())
    if left_over:
        raise ValueError(
            f"{batch_size} columns cannot be shared by {world_size()} processes: "
            f"choose a batch_size that is a multiple of {world_size()}"
        )
    return slice(rank() * share, (rank() + 1) * share)


def total(number, device):
    """The sum of one number over all processes."""
    if world_size() == 1:
        return number
    value = torch.tensor(number, device=device, dtype=torch.float64)
    distributed.all_reduce(value)
    return value.item()


def gather(value, dim):
    """The tensors of all processes, side by side along one axis."""
    if world_size() == 1:
        return value
    values = [torch.empty_like(value) for _ in range(world_size())]
    distributed.all_gather(values, value.contiguous())
    return torch.cat(values, dim=dim)
