import numpy as np
import pytest
from policyproof.reference.arithmetic import ball, exact
from policyproof.reference.extrema import clip, largest, maximum, minimum


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in ball(boxes - numbers).flat)


def test_extrema_of_overlapping_balls_contain_the_truth():
    third = ball([1]) / 3
    shifted = exact(["1/3"]) + exact(1) / 2**60
    assert encloses(maximum(third, shifted), shifted)
    assert encloses(minimum(third, shifted), exact(["1/3"]))
    assert encloses(largest(np.concatenate([third, ball(shifted)])), shifted[0])


@pytest.mark.parametrize("convert", [exact, ball, lambda numbers: np.array(numbers, dtype=float)])
def test_extrema_by_hand(convert):
    left, right = convert([1, -2]), convert([0, 3])
    assert minimum(left, right).tolist() == [0, -2]
    assert maximum(left, right).tolist() == [1, 3]
    assert largest(convert([[1, -2], [0, 3]])).tolist() == [1, 3]
    assert clip(convert([-2, 0, 2]), convert(-1), convert(1)).tolist() == [-1, 0, 1]


def test_clip_reads_crossed_bounds_as_numpy_does():
    for x in (-2.0, 0.0, 2.0):
        assert clip(np.array(x), np.array(1.0), np.array(-1.0)) == np.clip(x, 1, -1) == -1
