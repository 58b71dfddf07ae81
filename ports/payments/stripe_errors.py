"""What Stripe's errors mean to us."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import stripe

from ports.purchases import NoSuchPurchase, ShopRefused, ShopUnavailable

KEY_REFUSED = "Stripe refused our key while {doing}: check that the secret STRIPE_SECRET_KEY is valid and may do this."


@contextmanager
def answers(doing: str) -> Generator[None]:
    """Raise our errors for Stripe's; `doing` completes "while …". No message shows a secret or a body that we cannot read."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise NoSuchPurchase(f"Stripe knows nothing of that name ({doing}): {error.user_message}") from error
        raise ShopRefused(f"Stripe refused while {doing}: {error.user_message}") from error
    except (stripe.AuthenticationError, stripe.PermissionError):
        # Not chained: Stripe's own message shows parts of the key.
        raise ShopUnavailable(KEY_REFUSED.format(doing=doing)) from None
    except stripe.RateLimitError as error:
        raise ShopUnavailable(f"Stripe was asked too often while {doing}: try again later.") from error
    except stripe.APIConnectionError as error:
        raise ShopUnavailable(f"Stripe cannot be reached while {doing}: try again later, or check the network.") from error
    except stripe.StripeError as error:
        raise _by_status(error, doing) from error


def _by_status(error: stripe.StripeError, doing: str) -> ShopRefused | ShopUnavailable:
    """A 409 is a request with the same idempotency key under way at this moment; other answers from 400 to 499 are final."""
    status = error.http_status or 0
    if 400 <= status < 500 and status != 409:
        return ShopRefused(f"Stripe refused while {doing}: {error.user_message}")
    return ShopUnavailable(f"Stripe failed while {doing} (HTTP {status}): try again later.")
