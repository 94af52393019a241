"""What makes it a Fisher information: linear, symmetric, positive semi-definite, blind to constants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import exact, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import FISHER_VECTOR_PRODUCT, product_bound
from .product import KAKADE, TRPO
from .strategies import FisherProduct

AMARI = "Amari (1998), Natural gradient works efficiently in learning"


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"(F + cI)(v + v') = (F + cI)v + (F + cI)v'",
    sources=(TRPO,),
    rejects="vector-normalised",
)
@np.errstate(invalid="ignore", over="ignore")
def linear_in_the_vector(subject: Subject, case: FisherProduct) -> Comparison:
    """The product with a sum is the sum of the products."""
    other = replace(case, vector=case.vector[:, ::-1] + exact(1))
    both = replace(case, vector=case.vector + other.vector)
    (got,) = FISHER_VECTOR_PRODUCT.results(subject, both)
    apart = sum(FISHER_VECTOR_PRODUCT.results(subject, part)[0] for part in (case, other))
    bound = 2 * sum(product_bound(subject, part) for part in (case, other, both))
    return Comparison(got, np.asarray(apart), np.asarray(bound), "product with a sum and sum of products")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"u^\top F v = v^\top F u",
    sources=(AMARI,),
    claims=("fisher-outer-product",),
    rejects="covariance-in-the-wrong-order",
)
@np.errstate(invalid="ignore", over="ignore")
def symmetric(subject: Subject, case: FisherProduct) -> Comparison:
    """It makes no difference which of two vectors is multiplied first."""
    u = case.vector[:, ::-1] + exact(np.arange(case.vector.size).reshape(case.vector.shape))
    turned = replace(case, vector=u)
    (image_v,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    (image_u,) = FISHER_VECTOR_PRODUCT.results(subject, turned)
    u, v = floating(u), floating(case.vector)
    bound = (np.abs(u) * product_bound(subject, case) + np.abs(v) * product_bound(subject, turned)).sum()
    size = (np.abs(u * image_v) + np.abs(v * image_u)).sum()
    bound = bound + 2.0**-53 * u.size * np.where(np.isfinite(size), size, 0.0)
    return Comparison(np.asarray((u * image_v).sum()), (v * image_u).sum(), np.asarray(bound), "uᵀFv and vᵀFu")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"0 \le v^\top F v \le \tfrac12 \max_s w(s)\, v^\top v",
    sources=(AMARI,),
    claims=("fisher-outer-product",),
    rejects="hessian-of-the-log-likelihood",
)
@np.errstate(invalid="ignore", over="ignore")
def positive_semidefinite_and_at_most_half(subject: Subject, case: FisherProduct) -> Comparison:
    """The quadratic form, less the damping, lies between 0 and half the largest weight of a state."""
    (image,) = FISHER_VECTOR_PRODUCT.results(subject, case)
    v, damping = floating(case.vector), float(floating(case.damping))
    form = (v * (image - damping * v)).sum()
    most = 0.5 * np.bincount(case.states).max() / case.size * (v * v).sum()
    bound = (np.abs(v) * (product_bound(subject, case) + 8 * subject.unit_roundoff * damping * np.abs(v))).sum()
    nearest = np.clip(form, 0.0, most) if np.isfinite(form) else 0.0
    return Comparison(np.asarray(form), np.asarray(nearest), np.asarray(bound), "vᵀFv and the interval it lies in")


@statement(
    FISHER_VECTOR_PRODUCT,
    kind=Class.THEOREM,
    formula=r"v(s, a) = k(s) \;\Rightarrow\; (F + cI)v = c v",
    sources=(KAKADE,),
    claims=("fisher-singular",),
    rejects="scores-not-centred",
)
def constants_of_a_state_see_the_damping_alone(subject: Subject, case: FisherProduct) -> Comparison:
    """A direction that is constant at every state does not change the policy: the product with it is damping."""
    constant = replace(case, vector=case.vector[:, :1] + 0 * case.vector)
    (got,) = FISHER_VECTOR_PRODUCT.results(subject, constant)
    expected = constant.damping * constant.vector
    return Comparison(got, expected, product_bound(subject, constant), "product with constants and damping times them")
