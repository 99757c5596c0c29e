"""What an administrator does at the command line: accounts of staff, programs' keys, customers' data on request."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path

from bot import backing
from bot.desk.clients import Client
from bot.desk.people import Account
from bot.desk.store import Desk
from bot.errors import AccountError
from bot.evaluate import lines
from bot.settings import Settings


def accounts(settings: Settings, args: argparse.Namespace) -> None:
    """list, add, password, change, open and close. A password is asked for, or read from standard input."""
    desk = Desk(settings.database_url)
    try:
        _accounts(desk, args)
    finally:
        desk.close()


def _accounts(desk: Desk, args: argparse.Namespace) -> None:
    people, deed = desk.accounts, args.action
    if deed == "list":
        for account in people.all():
            print(_line(account))
        return
    if not args.name:
        raise AccountError(f"accounts {deed} takes the name of an account.")
    products = None if args.products is None else [part.strip() for part in args.products.split(",") if part.strip()]
    if deed == "add":
        word = None if args.no_password else _password()
        account = people.add(args.name, word, args.role or "agent", args.shown or "", products or ())
    elif deed == "password":
        account = people.change(args.name, password=_password())
    elif deed == "change":
        account = people.change(args.name, role=args.role, shown=args.shown, products=products)
    else:
        account = people.change(args.name, active=deed == "open")
        if deed == "close":
            desk.queue.free(account.name)
    desk.audit.note("", f"account {deed}", account.name)
    print(_line(account))


def keys(settings: Settings, args: argparse.Namespace) -> None:
    """list, add and revoke. A key goes to standard output, once; what is said of it to standard error."""
    desk = Desk(settings.database_url)
    try:
        if args.action == "list":
            for client in desk.clients.all():
                print(_client(client))
            return
        if not args.name:
            raise AccountError(f"keys {args.action} takes the name of a key.")
        if args.action == "add":
            key, client = desk.clients.add(args.name, args.role, args.per_minute, args.per_day)
            print(key)
            print(f"{_client(client)}. The key above is shown this once: keep it now.", file=sys.stderr)
        else:
            client = desk.clients.revoke(args.name)
            print(_client(client))
        desk.audit.note("", f"key {args.action}", client.name)
    finally:
        desk.close()


def conversations(settings: Settings, args: argparse.Namespace) -> None:
    """export and erase one customer's data; purge what is older than KEEP_DAYS and AUDIT_DAYS."""
    desk = Desk(settings.database_url)
    try:
        if args.action == "purge":
            print(f"{desk.retention.purge(settings.keep_days, settings.audit_days)} rows are gone.")
            return
        id = desk.retention.conversation(args.id or "")
        if not id:
            raise AccountError(
                f"There is no conversation and no hand-over with the number {args.id or '(none given)'}."
            )
        if args.action == "export":
            with lines.whole(args.out or Path("-")) as out:
                json.dump(desk.retention.export(id), out, ensure_ascii=False, indent=1)
                out.write("\n")
            desk.audit.note("", "exported", id, id)
        else:
            print(f"{desk.retention.erase(id)} rows are gone.")
            desk.audit.note("", "erased", id)
    finally:
        desk.close()


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise AccountError("The two passwords differ; nothing was changed.")
    return first


def _client(client: Client) -> str:
    quotas = [f"{count} a {span}" for span, count in (("minute", client.minute), ("day", client.day)) if count]
    used = f", last used {client.used}" if client.used else ""
    state = "" if client.active else ", revoked"
    return f"{client.name}: {client.role}, {' and '.join(quotas) or 'no quota'}, made {client.created}{used}{state}"


def _line(account: Account) -> str:
    state = "" if account.active else ", closed"
    products = f", {'/'.join(account.products)}" if account.products else ""
    locked = ", locked" if account.locked else ""
    return f"{account.name}: {account.role}, shown as {account.shown}{products}{state}{locked}"


def backup(settings: Settings, args: argparse.Namespace) -> None:
    told = backing.backup(settings, args.out)
    print(f"{told['rows']} rows and {told['files']} files are in {args.out}.")


def restore(settings: Settings, args: argparse.Namespace) -> None:
    told = backing.restore(settings, args.file, args.force)
    print(f"{told['rows']} rows and {told['files']} files are back. Run `python -m bot ingest` for the index.")


COMMANDS = {
    "accounts": accounts,
    "keys": keys,
    "conversations": conversations,
    "backup": backup,
    "restore": restore,
}
