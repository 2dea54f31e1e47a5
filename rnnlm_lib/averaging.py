"""The mean of the parameters that a run passes through."""


def running_mean(mean, params, count):
    """The mean of `count` sets of parameters, from that of all but the last.

    Parameters
    ----------
    mean : dict of arrays, the mean of the first `count - 1` sets; of none, anything
    params : dict of arrays of the same names and shapes, the last set
    count : at least 1

    Returns
    -------
    dict of arrays

    Built in chapter 13.
    """
    if count == 1:
        return params
    return {name: mean[name] + (p - mean[name]) / count for name, p in params.items()}
