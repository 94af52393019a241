"""A multilayer perceptron in one flat float32 buffer: forward, and backward by hand.

    h_0 = x,    h_l = tanh(h_{l-1} W_l + b_l)  for l = 1 … L−1,    output = h_{L-1} W_L + b_L

W_l is stored as [inputs, outputs], so that a row of x times W_l is a row of h_l. The columns of W_l, b_l and h_l are
padded with zeros to a multiple of `LANE`; the padding has gradient zero and stays zero. With δ_L the gradient of the
loss with respect to the output,

    ∂W_l = h_{l-1}ᵀ δ_l,    ∂b_l = Σ_rows δ_l,    δ_{l-1} = (δ_l W_lᵀ) ⊙ (1 − h_{l-1}²).

The compiled functions take at most `ROWS` rows at a time, so that all activations stay in the cache; a larger batch
goes through in blocks, and gradients add up.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .compilation import compiled
from .elementary import tanh
from .matrix_product import aligned, multiply, padded

__all__ = [
    "MLP",
    "ROWS",
    "activations_of",
    "backward",
    "bias_of",
    "forward",
    "gather",
    "output_gradient",
    "transpose",
    "weights_of",
]

ROWS = 128
_BYTES, _ONE = 4, np.float32(1)
_INPUTS, _OUTPUTS, _WIDTH, _WEIGHTS, _BIAS, _BEFORE, _TRANSPOSED = range(7)


class MLP:
    """Where the parameters and the activations of a perceptron lie.

    sizes: inputs, widths of the hidden layers, outputs; all ≥ 1.
    `layers` [L, 7] holds, a row a layer: inputs, outputs, padded outputs, offsets of W and of b in the flat buffer, the
    padded outputs of all layers before it, and the offset of Wᵀ among the transposed ones. `size` is the length of the
    flat buffer, padding included.

    Raises ValueError for fewer than two sizes, or one below 1.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes are {list(sizes)}; expected inputs, widths of hidden layers and outputs, all ≥ 1")
        self.sizes = tuple(int(size) for size in sizes)
        rows, offset, before, turned = [], 0, 0, 0
        for inputs, outputs in zip(self.sizes[:-1], self.sizes[1:], strict=True):
            width = padded(outputs)
            rows.append((inputs, outputs, width, offset, offset + inputs * width, before, turned))
            offset, before = offset + (inputs + 1) * width, before + width
            turned += outputs * padded(inputs)
        self.layers: NDArray[np.int64] = np.array(rows, dtype=np.int64)
        self.size = offset

    def workspace(self) -> NDArray[np.float32]:
        """Room for the activations of `ROWS` rows, or for the gradients with respect to them."""
        return aligned(ROWS * int(self.layers[:, _WIDTH].sum()))

    def transposed(self) -> NDArray[np.float32]:
        """Room for Wᵀ of every layer, rows padded, and for one row of zeros behind them."""
        room = sum(outputs * padded(inputs) for inputs, outputs in self.layers[:, :2].tolist())
        return aligned(room + padded(max(self.sizes)))

    def views(self, parameters: NDArray[Any]) -> list[tuple[NDArray[Any], NDArray[Any]]]:
        """W_l [inputs, outputs] and b_l [outputs] of each layer, as views of the flat buffer without the padding."""
        found = []
        for inputs, outputs, width, weights, bias, *_ in self.layers.tolist():
            matrix = parameters[weights : weights + inputs * width].reshape(inputs, width)
            found.append((matrix[:, :outputs], parameters[bias : bias + outputs]))
        return found

    def initialise(
        self, parameters: NDArray[np.float32], random: np.random.Generator, *, orthogonal: bool, last_gain: float
    ) -> None:
        """Fill the flat buffer: orthogonal with gain √2, `last_gain` in the last layer, and zero biases; else uniform.

        Orthogonal: WᵀW = gain² I for tall W, W Wᵀ = gain² I for wide (Saxe, McClelland, Ganguli, 2014). Otherwise
        weights and biases are uniform in ±1/√inputs, PyTorch's default.
        """
        parameters[:] = 0
        views = self.views(parameters)
        for weights, bias in views:
            inputs = len(weights)
            if orthogonal:
                gain = last_gain if weights is views[-1][0] else np.sqrt(2)
                weights[:] = gain * _orthogonal(weights.shape, random)
            else:
                weights[:] = random.uniform(-1, 1, weights.shape) / np.sqrt(inputs)
                bias[:] = random.uniform(-1, 1, bias.shape) / np.sqrt(inputs)


def _orthogonal(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float64]:
    rows, columns = shape
    q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))
    return q if rows >= columns else q.T


@compiled
def gather(source: Any, rows: Any, out: Any) -> None:
    """Write the rows of a matrix that are named, one below the other."""
    for i in range(rows.size):
        for j in range(out.shape[1]):
            out[i, j] = source[rows[i], j]


@compiled
def activations_of(layers: Any, workspace: Any, layer: int, rows: int) -> Any:
    """[rows, padded outputs] of a layer, as a view of the workspace."""
    width, start = layers[layer, _WIDTH], ROWS * layers[layer, _BEFORE]
    return workspace[start : start + rows * width].reshape(rows, width)


@compiled
def weights_of(layers: Any, parameters: Any, layer: int) -> Any:
    """[inputs, padded outputs] of a layer, as a view of the flat buffer."""
    start, end = layers[layer, _WEIGHTS], layers[layer, _BIAS]
    return parameters[start:end].reshape(layers[layer, _INPUTS], layers[layer, _WIDTH])


@compiled
def bias_of(layers: Any, parameters: Any, layer: int) -> Any:
    """[padded outputs] of a layer, as a view of the flat buffer."""
    return parameters[layers[layer, _BIAS] : layers[layer, _BIAS] + layers[layer, _WIDTH]]


@compiled
def forward(layers: Any, parameters: Any, x: Any, workspace: Any) -> Any:
    """The output of at most `ROWS` rows x, [rows, padded outputs]; all activations stay in the workspace."""
    h, weights, rows = np.int64(workspace.ctypes.data), np.int64(parameters.ctypes.data), len(x)
    below, below_row, below_column = np.int64(x.ctypes.data), x.strides[0], x.strides[1]
    for layer in range(len(layers)):
        width, start = layers[layer, _WIDTH], ROWS * layers[layer, _BEFORE]
        multiply(
            below, below_row, below_column, weights + _BYTES * layers[layer, _WEIGHTS], _BYTES * width,
            h + _BYTES * start, _BYTES * width, weights + _BYTES * layers[layer, _BIAS], 0,
            rows, layers[layer, _INPUTS], width,
        )  # fmt: skip
        if layer < len(layers) - 1:
            _tanh(workspace[start : start + rows * width])
        below, below_row, below_column = h + _BYTES * start, _BYTES * width, _BYTES
    return activations_of(layers, workspace, len(layers) - 1, rows)


@compiled
def output_gradient(layers: Any, workspace: Any, rows: int) -> Any:
    """Where the gradient with respect to the output goes before `backward`, [rows, padded outputs]."""
    return activations_of(layers, workspace, len(layers) - 1, rows)


@compiled
def backward(layers: Any, x: Any, workspace: Any, deltas: Any, transposed: Any, gradient: Any) -> None:
    """Add the gradient of what `forward` computed to `gradient`; `deltas` holds δ_L in its last block.

    `deltas` is laid out as the workspace and is overwritten; `transposed` is what `transpose` made of the parameters.
    """
    h, d, g = np.int64(workspace.ctypes.data), np.int64(deltas.ctypes.data), np.int64(gradient.ctypes.data)
    t, rows = np.int64(transposed.ctypes.data), len(x)
    for layer in range(len(layers) - 1, -1, -1):
        inputs, outputs, width = layers[layer, _INPUTS], layers[layer, _OUTPUTS], layers[layer, _WIDTH]
        start, weights, bias = ROWS * layers[layer, _BEFORE], layers[layer, _WEIGHTS], layers[layer, _BIAS]
        delta, to, row = d + _BYTES * start, g + _BYTES * weights, _BYTES * width
        _add_rows(deltas[start : start + rows * width], gradient[bias : bias + width])
        if layer == 0:
            x_at, x_row, x_column = np.int64(x.ctypes.data), x.strides[0], x.strides[1]
            multiply(x_at, x_column, x_row, delta, row, to, row, to, row, inputs, rows, width)
            return
        below, wide = ROWS * layers[layer - 1, _BEFORE], layers[layer - 1, _WIDTH]
        wide_row, delta_below, zeros = _BYTES * wide, d + _BYTES * below, t + _BYTES * (transposed.size - wide)
        multiply(h + _BYTES * below, _BYTES, wide_row, delta, row, to, row, to, row, inputs, rows, width)
        multiply(
            delta, row, _BYTES, t + _BYTES * layers[layer, _TRANSPOSED], wide_row,
            delta_below, wide_row, zeros, 0, rows, outputs, wide,
        )  # fmt: skip
        _through_tanh(deltas[below : below + rows * wide], workspace[below : below + rows * wide])


@compiled
def _tanh(h: Any) -> None:
    for i in range(h.size):
        h[i] = tanh(h[i])


@compiled
def _through_tanh(delta: Any, h: Any) -> None:
    for i in range(delta.size):
        delta[i] *= _ONE - h[i] * h[i]


@compiled
def _add_rows(rows: Any, total: Any) -> None:
    for start in range(0, rows.size, total.size):
        row = rows[start : start + total.size]
        for j in range(total.size):
            total[j] += row[j]


@compiled
def transpose(layers: Any, parameters: Any, transposed: Any) -> None:
    """Write Wᵀ [outputs, padded inputs] of the layers that `backward` goes through, as rows of a factor are dense."""
    for layer in range(1, len(layers)):
        weights, start = weights_of(layers, parameters, layer), layers[layer, _TRANSPOSED]
        width = layers[layer - 1, _WIDTH]
        for j in range(layers[layer, _OUTPUTS]):
            row = transposed[start + j * width : start + j * width + len(weights)]
            for i in range(row.size):
                row[i] = weights[i, j]
