"""Optimisers and gradient clipping, equal to `torch.optim` step by step.

An optimiser changes the parameters in place. What it remembers between steps lies in
`memory`, one dict of arrays per kind, so that a checkpoint can hold it.
"""

import numpy as np


class Optimizer:
    """What the optimisers share: a learning rate, a memory, a way to save it."""

    kinds = ()  # names of the arrays remembered for each parameter

    def __init__(self, lr):
        self.lr = lr
        self.steps = 0
        self.memory = {kind: {} for kind in self.kinds}

    def step(self, params, grads):
        """Update the parameters in place.

        Parameters
        ----------
        params, grads : dict of str to array
            The parameters and the gradients of the loss, under the same names.

        Raises
        ------
        ValueError
            The names differ.
        """
        if params.keys() != grads.keys():
            odd = sorted(params.keys() ^ grads.keys())
            raise ValueError(
                f"{len(params)} parameters but {len(grads)} gradients; {odd[0]} is on "
                "one side only: give one gradient per parameter"
            )
        self.steps += 1
        for name, grad in grads.items():
            self.update(name, params[name], grad)

    def update(self, name, param, grad):
        """Update one parameter in place."""
        raise NotImplementedError

    def remembered(self, kind, name, param):
        """The array of this kind kept for a parameter; zeros at first."""
        kept = self.memory[kind]
        if name not in kept:
            kept[name] = np.zeros_like(param)
        return kept[name]

    def state(self):
        """Copy of the memory as one flat dict of arrays, and the number of steps."""
        arrays = {
            f"{kind}/{name}": value.copy()
            for kind, kept in self.memory.items()
            for name, value in kept.items()
        }
        return arrays | {"steps": np.array(self.steps)}

    def load_state(self, arrays):
        """Remember again what `state` gave."""
        self.steps = int(arrays["steps"])
        for key, value in arrays.items():
            kind, _, name = key.partition("/")
            if name:
                self.memory[kind][name] = value.copy()


class SGD(Optimizer):
    """Stochastic gradient descent, with or without momentum.

    Parameters
    ----------
    lr : float
        Learning rate.
    momentum : float
        Part of the previous step's direction that is kept.

    Source: PyTorch's form, velocity = momentum * velocity + grad.

    Built in chapter 5.
    """

    kinds = ("velocity",)

    def __init__(self, lr, *, momentum=0.0):
        super().__init__(lr)
        self.momentum = momentum

    def update(self, name, param, grad):
        """Step along the gradient, or along its running sum."""
        if self.momentum:
            velocity = self.remembered("velocity", name, param)
            velocity *= self.momentum
            velocity += grad
            grad = velocity
        param -= self.lr * grad


class Adagrad(Optimizer):
    """Per-element learning rates that fall with the sum of squared gradients.

    Parameters
    ----------
    lr : float
        Learning rate.
    eps : float
        Added to the root, so that nothing is divided by zero.

    Source: Duchi, Hazan & Singer 2011.

    Built in chapter 5.
    """

    kinds = ("squares",)

    def __init__(self, lr=0.01, *, eps=1e-10):
        super().__init__(lr)
        self.eps = eps

    def update(self, name, param, grad):
        """Divide by the root of all squares seen so far."""
        squares = self.remembered("squares", name, param)
        squares += grad * grad
        param -= self.lr * grad / (np.sqrt(squares) + self.eps)


class Adam(Optimizer):
    """Running means of the gradient and of its square, corrected for their start at 0.

    Parameters
    ----------
    lr : float
        Learning rate.
    betas : tuple of float
        Part of the old mean kept at each step: of the gradient, of its square.
    eps : float
        Added to the root, so that nothing is divided by zero.

    Source: Kingma & Ba 2015, algorithm 1.

    Built in chapter 5.
    """

    kinds = ("mean", "squares")

    def __init__(self, lr=0.001, *, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr)
        self.betas = betas
        self.eps = eps

    def update(self, name, param, grad):
        """Divide the corrected mean by the root of the corrected mean square."""
        beta1, beta2 = self.betas
        mean = self.remembered("mean", name, param)
        squares = self.remembered("squares", name, param)
        mean += (1 - beta1) * (grad - mean)
        squares += (1 - beta2) * (grad * grad - squares)
        unbiased_mean = mean / (1 - beta1**self.steps)
        unbiased_squares = squares / (1 - beta2**self.steps)
        param -= self.lr * unbiased_mean / (np.sqrt(unbiased_squares) + self.eps)


OPTIMIZERS = {"sgd": SGD, "adagrad": Adagrad, "adam": Adam}


def grad_norm(grads):
    """Length of all gradients laid end to end, as if they were one vector.

    Parameters
    ----------
    grads : dict of str to array
        Gradients of any shapes.

    Returns
    -------
    float
        The Euclidean norm.

    Built in chapter 7.
    """
    return float(np.sqrt(sum(np.vdot(grad, grad) for grad in grads.values())))


def clip_grad_norm(grads, max_norm):
    """Shorten the gradient, in place, to `max_norm` if longer, in the same direction.

    Parameters
    ----------
    grads : dict of str to array
        Gradients, scaled together.
    max_norm : float
        The greatest length allowed.

    Returns
    -------
    float
        The norm before clipping.

    Source: Pascanu, Mikolov & Bengio 2013, algorithm 1; differs: PyTorch's 1e-6 in the
    denominator.

    Built in chapter 7.
    """
    norm = grad_norm(grads)
    scale = max_norm / (norm + 1e-6)
    if scale < 1:
        for grad in grads.values():
            grad *= scale
    return norm


def clip_grad_value(grads, max_value):
    """Limit each element of the gradients, in place, to [-max_value, max_value].

    The direction changes, unlike with `clip_grad_norm`.

    Parameters
    ----------
    grads : dict of str to array
        Gradients of any shapes.
    max_value : float
        The greatest absolute value allowed.

    Built in chapter 7.
    """
    for grad in grads.values():
        np.clip(grad, -max_value, max_value, out=grad)
