#!/usr/bin/env python3
"""The clock of promises once more, written from docs/behaviour/sla.md, to compare the program with.

Reads one case a line (JSON) and writes one answer a line. It shares nothing with the program: zones come from
`zoneinfo`, holidays from the table that the PyPI package `holidays` wrote, working time from looking at every hour
(and at every minute of an hour in which the clock changes), promises from the list of what happened, as a whole.
"""
import datetime
import json
import pathlib
import sys
import zoneinfo

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OPEN = {"new", "open", "waiting_customer", "waiting_third_party"}
PROMISES = ["first_response", "next_response", "update", "resolution"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def read_holidays(path):
    table = {}
    for line in pathlib.Path(path).read_text().splitlines():
        if not line.startswith("#"):
            region, year, days = line.split("\t")
            table.setdefault(region, set()).update(f"{year}-{d[:2]}-{d[2:]}" for d in days.split())
    return table


class Calendar:
    def __init__(self, plan, holidays):
        self.zone = zoneinfo.ZoneInfo(plan["zone"])
        self.week, self.exceptions = plan["week"], plan["exceptions"]
        self.holidays = holidays[plan["region"]] if plan["region"] else set()
        self.days, self.hours = {}, {}

    def offset(self, at):
        moment = EPOCH + datetime.timedelta(milliseconds=at)
        return int(moment.astimezone(self.zone).utcoffset().total_seconds() * 1000)

    def windows(self, day):
        if day not in self.days:
            date = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
            word = date.isoformat()
            if word in self.exceptions:
                found = self.exceptions[word]
            elif word in self.holidays:
                found = []
            else:
                found = self.week[date.weekday()]
            self.days[day] = found
        return self.days[day]

    def wall(self, start, end, offset):
        """Open parts of a time in which the offset does not change."""
        found, at = [], start
        while at < end:
            day = (at + offset) // DAY
            midnight = day * DAY - offset
            until = min(end, midnight + DAY)
            for opens, closes in self.windows(day):
                a, b = max(at, midnight + opens * MINUTE), min(until, midnight + closes * MINUTE)
                if a < b:
                    found.append((a, b))
            at = until
        return sorted(found)

    def hour(self, number):
        if number not in self.hours:
            start = number * HOUR
            first, last = self.offset(start), self.offset(start + HOUR - 1)
            if first == last:
                found = self.wall(start, start + HOUR, first)
            else:
                found = []
                for minute in range(start, start + HOUR, MINUTE):
                    found += self.wall(minute, minute + MINUTE, self.offset(minute))
            self.hours[number] = found
        return self.hours[number]

    def open(self, start, end=None):
        """Open parts from `start` on, until `end` where there is one."""
        number = start // HOUR
        while end is None or number * HOUR < end:
            for a, b in self.hour(number):
                a, b = max(a, start), b if end is None else min(b, end)
                if a < b:
                    yield a, b
            number += 1


def cycle(promise, steps):
    """When the newest run of a promise began, and when it ended and began again: [(begin, end or None), …]."""
    spans, category, answered = [], "new", False

    def active():
        return spans and spans[-1][1] is None

    for index, step in enumerate(steps):
        what = step[1]
        opens = what == "status" and step[2] in OPEN and category not in OPEN
        shuts = what == "status" and step[2] not in OPEN
        if what == "opened" and promise in ("first_response", "resolution"):
            spans = [[index, None]]
        if what == "asked" and promise == "next_response" and answered and not active():
            spans = [[index, None]]
        if what == "answered":
            if promise in ("first_response", "next_response") and active():
                spans[-1][1] = index
            if promise == "update":
                if category in OPEN:
                    spans = [[index, None]]
                elif active():
                    spans[-1][1] = index
        if shuts and active():
            spans[-1][1] = index
        if opens and promise == "resolution" and spans:
            spans.append([index, None])
        if opens and promise == "update" and spans:
            spans = [[index, None]]
        if what == "answered" or (shuts and steps[0][1] == "opened"):
            answered = True
        if what == "status":
            category = step[2]
    return spans


def run(promise, case, calendars):
    steps, now = case["steps"], case["now"]
    spans = cycle(promise, steps)
    if not spans:
        return None
    kind = PROMISES.index(promise)
    counted, total, due, target, ended, since = [], 0, None, None, None, None
    for begin, end in spans:
        ended = None if end is None else steps[end][0]
        last = len(steps) - 1 if end is None else end - 1
        for index in range(begin, last + 1):
            category, terms = state(steps, index)
            terms = None if terms is None else case["terms"][terms]
            target = None if terms is None else terms["targets"][kind]
            due, since = None, None
            if target is None or category not in OPEN or category in terms["pause"]:
                continue
            start = since = steps[index][0]
            until = steps[index + 1][0] if index + 1 < len(steps) else None
            calendar = calendars[terms["calendar"]]
            due, parts = reach(calendar, start, target - total)
            if until is None:
                until = now
            if due < until:
                return answer("breached", None, ended_after(spans, steps), due, target, counted + parts)
            spent = list(calendar.open(start, until)) if index + 1 < len(steps) else []
            counted += spent
            total += sum(b - a for a, b in spent)
    if ended is not None:
        return answer("met", None, ended, None, target, counted)
    if since is not None:
        _, parts = reach(calendar, since, target - total)
        return answer("running", due, None, None, target, counted + parts)
    return answer("paused", None, None, None, target, counted)


def ended_after(spans, steps):
    end = spans[-1][1]
    return None if end is None else steps[end][0]


def state(steps, index):
    category, terms = "new", None
    for step in steps[: index + 1]:
        if step[1] == "status":
            category = step[2]
        if step[1] == "terms":
            terms = step[2]
    return category, terms


def reach(calendar, start, need):
    """When so much working time has passed, and the open time until then."""
    if need <= 0:
        return start, []
    parts = []
    for a, b in calendar.open(start):
        if b - a >= need:
            return a + need, parts + [(a, a + need)]
        need -= b - a
        parts.append((a, b))


def answer(state, due, ended, breached, target, parts):
    merged = []
    for a, b in parts:
        if merged and merged[-1][1] == a:
            merged[-1][1] = b
        else:
            merged.append([a, b])
    promised = target is not None or breached is not None
    return {"state": state, "due": due, "ended": ended, "breached": breached, "counted": merged} if promised else None


def main():
    holidays = read_holidays(sys.argv[1])
    for line in sys.stdin:
        case = json.loads(line)
        calendars = [Calendar(plan, holidays) for plan in case["calendars"]]
        print(json.dumps([run(promise, case, calendars) for promise in PROMISES]), flush=False)


main()
