"""Whatever goes wrong leaves the bus as an error of the contract."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from apps.core.bus import Dispatch, Following
from apps.core.contract.errors import CelestaError, Conflict, Defect, Unavailable


def map_errors(dispatch: Dispatch, following: Following) -> Any:
    try:
        return following(dispatch)
    except CelestaError:
        raise
    except IntegrityError as error:
        raise Conflict("Somebody else did the same at the same moment.", "Look again, and repeat it if it is still wanted.") from error
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable("The database does not answer.", "Try again in a moment.") from error
    except StatementError as error:
        if isinstance(error.orig, CelestaError):
            raise error.orig from None
        raise Defect(f"{dispatch.kind.__name__} failed.", "Tell us when it happened and what you did.") from error
    except Exception as error:
        raise Defect(f"{dispatch.kind.__name__} failed.", "Tell us when it happened and what you did.") from error
