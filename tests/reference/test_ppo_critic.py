import pytest
from hypothesis import given, settings
from policyproof.claims.ppo.cases import critic_batches
from policyproof.reference.arithmetic import Arithmetic, ball, exact, floating, precision
from policyproof.reference.ppo import clipped_values, value_errors, value_loss, value_loss_gradients

UNIT = 2.0**-53


def number(text):
    return exact(text).item()


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in ball(boxes - numbers).flat)


def off(floats, truth):
    with precision(256):
        return floating(abs(ball(floats) - truth))


@settings(max_examples=40, deadline=None)
@given(critic_batches())
def test_value_loss_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    exactly, floats, balls = ((part.values, part.old_values, part.returns) for part in (case, rounded, enclosed))
    size = (abs(rounded.values) + 2 * abs(rounded.old_values) + abs(rounded.returns) + rounded.clip_range).max()
    for form in ("max", "clipped"):
        truth = value_loss(*exactly, clip_range=case.clip_range, form=form)
        got = value_loss(*floats, clip_range=rounded.clip_range, form=form)
        assert off(got, truth) <= (16 + len(floats[0])) * UNIT * size**2
        slopes = value_loss_gradients(*exactly, clip_range=case.clip_range, form=form)
        for mine, slope in zip(
            value_loss_gradients(*floats, clip_range=rounded.clip_range, form=form), slopes, strict=True
        ):
            assert (off(mine, slope) <= 16 * UNIT * size).all()
        assert encloses(value_loss(*balls, clip_range=enclosed.clip_range, form=form), truth)


def test_value_loss_by_hand():
    # V = 3 left V_old ± 1 = [0, 2]; the target 5 lies further out: the clipped error 9 beats 4
    one = number(1)
    arrays = exact([3]), exact([1]), exact([5])
    assert value_errors(*arrays, clip_range=None) == [4]
    assert value_errors(*arrays, clip_range=one) == [9]
    assert value_loss_gradients(*arrays, clip_range=None)[0] == [-4]
    assert value_loss_gradients(*arrays, clip_range=one)[0] == [0]
    assert value_loss_gradients(exact([3]), exact([1]), exact([0]), clip_range=one)[0] == [6]


@pytest.mark.parametrize(
    ("value", "returns", "slopes"),
    [
        (2, 5, (-6, 0)),  # on the upper end, below the target: moving on is not rewarded
        (2, 1, (2, 2)),  # on the upper end, above the target: the plain error rises
        (0, -5, (0, 10)),  # on the lower end
        ("5/2", "9/4", ("0", "1/2")),  # beyond the end, where both errors are equal
    ],
)
def test_one_sided_slopes_of_the_larger_error_around_1_with_a_clip_range_of_1(value, returns, slopes):
    gradients = value_loss_gradients(exact([value]), exact([1]), exact([returns]), clip_range=number(1))
    assert [gradient.item() for gradient in gradients] == exact(slopes).tolist()


def test_value_loss_refuses_by_name():
    one = exact([1])
    with pytest.raises(ValueError, match="clip_range = -1 is outside"):
        clipped_values(one, one, clip_range=number(-1))
    with pytest.raises(ValueError, match="no value loss of the form 'min'"):
        value_loss(one, one, one, clip_range=number(1), form="min")
    for call in (value_loss, value_loss_gradients):
        with pytest.raises(ValueError, match="has shape"):
            call(one[:0], one[:0], one[:0], clip_range=None)
