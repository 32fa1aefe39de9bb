# SPDX-License-Identifier: LGPL-2.1-or-later
"""The users that tests call as, and the polkit rules that give each their rights.

polkitd without logind takes nobody for active, so rules stand in: alice and bob are treated as
people who sit at the machine, carol as somebody elsewhere (no rule: the policy's own "any"), and
mallory gets nothing. Beside these there is one user for every set of actions, who has these and
nothing else; the rules read the set from the uid.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from . import contract

ACTIONS = contract.actions()
RIGHTS_BASE = 20000  # uid of the user without any right; the others' follow by their set's number
CHALLENGE_BASE = 30000  # the same, but what they may not do they may do after authentication


@dataclass(frozen=True)
class User:
    name: str
    uid: int


ROOT = User("root", 0)
ALICE = User("test-alice", 11001)
BOB = User("test-bob", 11002)
CAROL = User("test-carol", 11003)
MALLORY = User("test-mallory", 11004)
PEOPLE = [ALICE, BOB, CAROL, MALLORY]


def _number(actions: tuple[str, ...]) -> int:
    return sum(1 << ACTIONS.index(action) for action in actions)


def who_may(*actions: str) -> User:
    """The user who may do these actions and no others."""
    number = _number(actions)
    return User(f"test-may-{number}", RIGHTS_BASE + number)


def who_may_else_asked(*actions: str) -> User:
    """The user who may do these actions, and the others after an administrator authenticated."""
    number = _number(actions)
    return User(f"test-asked-{number}", CHALLENGE_BASE + number)


def passwd(original: str) -> str:
    """A passwd file with the test users."""
    sets = range(1 << len(ACTIONS))
    users = [*PEOPLE,
             *(User(f"test-may-{i}", RIGHTS_BASE + i) for i in sets),
             *(User(f"test-asked-{i}", CHALLENGE_BASE + i) for i in sets)]
    lines = [f"{user.name}:x:{user.uid}:65534::/nonexistent:/bin/sh" for user in users]
    return original.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


RULES = """\
// The rights of the test users.
var prefix = %(prefix)s, actions = %(actions)s, active = %(active)s;

function hasInSet(user, word, action) {
    return (parseInt(user.substr(word.length), 10) >> actions.indexOf(action)) & 1;
}

polkit.addRule(function(action, subject) {
    var user = subject.user, name;

    if (action.id.indexOf(prefix) != 0)
        return polkit.Result.NOT_HANDLED;
    name = action.id.substr(prefix.length);
    if (user == %(alice)s || user == %(bob)s)
        return active[name];
    if (user == %(mallory)s)
        return polkit.Result.NO;
    if (user.indexOf("test-may-") == 0)
        return hasInSet(user, "test-may-", name) ? polkit.Result.YES : polkit.Result.NO;
    if (user.indexOf("test-asked-") == 0)
        return hasInSet(user, "test-asked-", name) ? polkit.Result.YES : polkit.Result.AUTH_ADMIN;
    return polkit.Result.NOT_HANDLED;
});

polkit.addAdminRule(function(action, subject) { return ["unix-user:root"]; });
"""


def write_rules(folder: Path) -> None:
    """Writes the rules into a rules.d directory."""
    values = {
        "prefix": contract.ACTION,
        "actions": ACTIONS,
        "active": contract.policy_of_active(),
        "alice": ALICE.name,
        "bob": BOB.name,
        "mallory": MALLORY.name,
    }
    text = RULES % {key: json.dumps(value) for key, value in values.items()}
    (folder / "10-test.rules").write_text(text)
