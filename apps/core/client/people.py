"""The user provider: who somebody is, for log-ins on the website and for tokens at the API alike."""

from __future__ import annotations

import time
from collections.abc import Callable

from apps.core.client.interface import CoreClient
from apps.core.client.recent import Recent
from apps.core.contract.accounts import Account, GetAccount
from apps.core.contract.actions import Actor
from apps.core.contract.ids import AccountId, OAuthClientId
from apps.core.contract.oauth import GetTokenHolder, TokenHolder


class People:
    """Asks Core, and remembers for at most five seconds. One for each app; safe to use from any number of threads."""

    def __init__(self, client: CoreClient, timer: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._accounts: Recent[Account] = Recent(timer)
        self._holders: Recent[TokenHolder] = Recent(timer)

    def account(self, account_id: AccountId, asking: Actor, *, at_once: bool = False) -> Account:
        """As Core knows it now where that is needed. Raises `NotFound` where it is gone, `AccountSuspended` where it is closed."""
        known = None if at_once else self._accounts.get(account_id)
        if known is not None:
            return known
        asked_at = self._accounts.timer()
        account = self._client.send(GetAccount(account_id), asking)
        self._accounts.put(account_id, account, asked_at)
        return account

    def holder(self, account_id: AccountId, client_id: OAuthClientId, asking: Actor, *, at_once: bool = False) -> TokenHolder:
        """Whom an app's tokens speak for, as Core knows it now where that is needed. Raises `NotFound` and `AccountSuspended`."""
        key = f"{account_id}/{client_id}"
        known = None if at_once else self._holders.get(key)
        if known is not None:
            return known
        asked_at = self._holders.timer()
        holder = self._client.send(GetTokenHolder(account_id, client_id), asking)
        self._holders.put(key, holder, asked_at)
        return holder

    def keep(self, account: Account) -> None:
        self._accounts.put(account.id, account)

    def forget(self, account_id: AccountId | None = None) -> None:
        """This account, or everybody."""
        if account_id is not None:
            self._accounts.forget(account_id)
            return
        self._accounts.clear()
        self._holders.clear()
