#!/usr/bin/env python3
"""Invented worlds of fraud reports with known truth, by an adversary of linkers.

Written from the report contract, the field's literature and the seed articles alone, without a look at the linker, at
our own generator or at the other one. The worlds differ in structure: what identifies an operator in one is shared by
everybody in the next. Reserved numbers, .example hosts and made-up firms only; Python's own library only.

    thirdworld.py -world NAME -seed S -reports N -out DIR     writes reports.jsonl, truth.tsv and truth.json to DIR
"""
import argparse
import datetime
import json
import os
import random

COMMON = dict(
    operators=16,           # operators of some size
    zipf=0.7,               # exponent of their sizes
    giant=0.0,              # share of all reports that the first operator has, by one toll-free number for two years
    small=0,                # operators of two to five reports beside them
    life=(150, 600),        # days that an operator is at work
    rest=0.0,               # operators that stop for two to five months and come back, the same
    heirs=0.0,              # operators that end and whose staff start two others, each with part of the assets for some weeks
    floors=(1, 1),          # floors of an operator; each has numbers and accounts of its own
    lines=2,                # numbers that a floor uses at one time
    line_days=(10, 40),     # how long a number is used
    again=0.1,              # new numbers that are an old one of the same floor after a cool-down
    recycled=0.03,          # new numbers that another operator gave up two months ago or more
    accounts=1,             # accounts that a floor uses at one time
    account_days=(60, 240), # how long an account is used
    paid=0.4,               # incidents in which money was sent or asked for to a named account
    direct=0.3,             # victims who got a second number, the technician's own
    leads=0,                # lead sellers, each with numbers that several operators answer at one time
    lead_share=0.0,         # calls that came through a lead seller's number
    brokers=0,              # brokers of mule accounts
    broker_ops=(3, 5),      # operators that a broker serves at one time
    broker_share=0.0,       # payments that went to a broker's account
    kits=0,                 # pop-up kits sold to all; 0: every operator has a text of its own
    hosting=0.2,            # lure pages below one free host that everybody uses
    buildings=0,            # buildings that all operators share, with directors and accountants; 0: a place each
    host_told=0.12,         # victims who tell the operator's own remote-access host
    relay_told=0.1,         # victims who tell the tool vendor's relay, the same for all
    script_told=0.35,       # victims who quote the pop-up or the call
    alias_told=0.5,         # victims who tell the agent's name
    firm_told=0.1,          # victims who can name the firm, its place or its director
    genuine=0.35,           # stories that name the brand's or the bank's genuine number
    own_told=0.03,          # reports with the victim's own number or account in a fraudster's field
    slip=0.02,              # values that are typed wrongly: two digits changed about, one wrong, a wrong prefix
    wrong_day=0.03,         # dates told wrongly: month and day changed about, or years off
    words=0.03,             # numbers written in words
    twice=0.03,             # incidents told to two organisations
    lone=0.1,               # reports of nobody's operator
    feed=0.0,               # reports of a feed with a displayed number alone
    poison=0,               # bursts in which a competitor frames an operator or a firm
    season=1.0,             # how much more happens from November to January
    burst=0.25,             # incidents within two days of another of the same operator
    channels=dict(form=6, letter=3, hotline=2, bank=1),  # how reports come: full, story only, number only, payment only
)
WORLDS = {
    # Numbers change every few days; what stays is one account each.
    "anchor": dict(line_days=(2, 5), lines=1, account_days=(300, 700), paid=0.5, direct=0.1, again=0.2),
    # Three buildings: one address, the same directors and accountants, one kit and one relay for rivals.
    "campus": dict(operators=14, buildings=3, firm_told=0.4, kits=1, relay_told=0.3, alias_told=0.7, hosting=0.5),
    # A number with hundreds of victims that is one operator's, numbers with dozens that are four operators', and many of three reports.
    "giants": dict(operators=8, giant=0.4, small=90, leads=2, lead_share=0.25, zipf=0.3, lone=0.08, recycled=0.08),
    # One operator, many floors: numbers and accounts by the floor; one remote host and one script bind them.
    "franchise": dict(operators=6, zipf=0.4, floors=(3, 8), life=(400, 700), host_told=0.3, script_told=0.55, lines=1, relay_told=0.2, direct=0.1),
    # Everything is bought: leads, mules and kits; an operator's own are a technician's number, a remote host, a descriptor.
    "bazaar": dict(operators=20, leads=4, lead_share=0.55, brokers=5, broker_share=0.6, kits=3, hosting=0.6, direct=0.5, host_told=0.25),
    # Operators end and their staff begin anew with an account, a script or a number; others only rest.
    "heirs": dict(operators=10, heirs=0.7, rest=0.5, life=(150, 350), recycled=0.1, account_days=(120, 500), zipf=0.4, firm_told=0.2),
    # Plain operators, bad desks: everything told twice, typed wrongly, in the wrong field, or only in a story.
    "desks": dict(slip=0.15, wrong_day=0.25, words=0.2, twice=0.5, own_told=0.15, genuine=0.9, zipf=0.5,
                  channels=dict(form=3, letter=6, hotline=2, bank=1)),
    # Weather: feeds of displayed numbers, reports of nobody's, bursts, competitors' poison, seasons, and tiny operators among them.
    "hail": dict(operators=6, small=110, lone=0.25, feed=0.25, poison=4, season=3.0, burst=0.5, zipf=0.3),
}

START, DAYS = datetime.datetime(2024, 1, 1), 730
AREAS = """201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 256 260 262 267 269 270
 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405
 406 407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505""".split()
TOLL = "800 833 844 855 866 877 888".split()
BRITISH = "442079460 441134960 441214960 441314960 441614960 441914980 448081570 447700900".split()
HOME = {"44": ["GB"], **{f"1{d}": ["US", "US", "CA"] for d in range(10)}}  # where those live who are given a number that begins so
BRANDS = ["Corvane", "Halden Mart", "Nimbus Antivirus", "Pellworth Bank", "Tarrow Streaming"]
ALIASES = """Kevin Parker|Steve Wilson|Mike Anderson|John Miller|Alex Carter|David Smith|Sam Williams|Peter Jones|Jessica Brown|Emma Watts
|Ryan Cooper|Daniel Scott|Chris Martin|Jason Reed|Max Turner|Eric Hall|Nancy Cole|Anna Bell|Robert King|Henry Ford|Adam West|Victor Lane
|Oliver Stone|Frank Moore|George Hill|Tony Wood|Kelly Green|Rachel Adams|Simon Clark|Paul Young""".replace("\n", "").split("|")
PEOPLE = "Rohan Mehra|Ankit Vaishya|Priya Saldana|Deepak Thallam|Sunil Karwar|Farhan Qazvi|Meera Joglan|Tarun Bhasker|Vikas Chadwal|Neha Ranvir".split("|")
SYL = "tek ni vor sol ax pra den qui mar zel hub cor lin sys nex fi gra dol per wim cas ter ova lum".split()
POPUP = [
    "Security alert from {b}|** YOUR COMPUTER HAS BEEN BLOCKED **|Warning! Suspicious activity was found on this device|{b} Defender: threat status critical"
    "|Firewall breach detected on your network|Access to this PC has been locked for security reasons|IMPORTANT NOTICE regarding your {b} account|System error {c}",
    "A trojan has infected the operating system and your hard drive may be erased|Hackers overseas are trying to get into your bank accounts right now"
    "|Your passwords, photos and e-mails are being uploaded to an unknown server|Spyware with the name Zeus.{c} was found in the registry"
    "|Somebody in another state has signed in with your credentials|Adware was noticed that your current protection cannot remove"
    "|Your IP address was used without your knowledge to visit illegal pages|The licence of this computer has expired and protection was turned off",
    "Do not turn off or restart your computer|Closing this window will put your personal information at risk|Ignoring this alert will end in the loss of all data"
    "|If you leave this page your access will be disabled to prevent damage to our network|Do not use the internet for banking until this is repaired"
    "|Please do not try to fix the problem by yourself|We have frozen this machine for your own safety|Any delay may lead to identity theft",
    "Call {b} support immediately at {n}|Contact our certified technicians on {n} toll free|Dial {n} now and quote the code {c}|To unlock the device ring {n} (24x7)"
    "|Help desk: {n}|You must reach the security department under {n} within five minutes|Speak with an engineer: {n}|Phone {n} to cancel the shutdown",
    "Our engineers will walk you through the removal process over the phone|The technician will connect to the machine and clean it while you watch"
    "|Have your computer on and be near it when you call|This notice was raised by the security kernel, event {c}|A case was opened for you, number {c}"
    "|The service is free for registered users|Your request is being recorded for quality|Authorised personnel only will handle your case",
]
CALL = [
    "Hello, my name is {a} and I am calling from the technical department of {b}|Good morning, this is {a} with {b} billing, on a recorded line|Am I speaking with the owner of the computer? {a} here from {b}"
    "|This is a courtesy call from {b} about your subscription|We noticed a purchase on your {b} account that looks unusual|You are receiving this call because your {b} device has sent error reports",
    "For the last two weeks your computer has been sending us warnings|An order for a phone of nine hundred dollars was placed in your name from Ohio|Your yearly protection plan of 399.99 will renew today"
    "|Somebody has opened four bank accounts with your details|The refund department owes you money because the firm is closing|Your streaming stick could not be activated because of a virus in the router",
    "I need you to sit in front of the computer and hold the Windows key and press R|Please type the letters that I give you into the browser, then read me the number you see"
    "|I will transfer you to my senior supervisor who can reverse this|Do not tell anybody at the bank what this is about, the staff may be involved"
    "|You will see many red crosses and yellow signs, those are the infections|Open your bank page so that we can check if the refund came through",
    "It is a one time charge for lifetime service and it covers all devices|You typed an extra zero and now I will lose my job unless you send it back|We have a locker with the federal reserve to keep your savings safe"
    "|Go to the nearest shop and buy cards, scratch the back and read me the numbers|A wire to our vendor's account is the only safe way while your own is compromised|The agent will come to your house and give a password",
]
GENUINE = {b: "1800555010%d" % i for i, b in enumerate(BRANDS)}  # the brands' own lines
OPEN = """I was reading the news when the screen froze and a voice started shouting.|My mother (81) called me crying.|I am writing because I was cheated and I am ashamed.
|On a Tuesday morning I was paying bills online when this happened.|My husband got a call during lunch.|I searched for the help line of {b} and clicked the first result.
|I wanted to set up the new stick for the TV and it asked for a code.|I am the daughter of the victim and I file this for him.|An e-mail said that I would be charged 399.99 for a renewal.
|This is about people who pretend to be {b}.|I don't know much about computers.|They got my dad with a pop up.|Please stop these people!!""".replace("\n", "").split("|")
MIDDLE = """He was very polite at first and then he got loud.|They were on my computer for almost three hours.|There were many voices in the background, like a big office.
|He showed me a black window with lots of text running.|I had to leave the phone on in my pocket while I drove to the bank.|They said not to tell anybody.
|My son said to turn it off but it was too late.|I gave them my date of birth, God help me.|He had a foreign accent but an English name.|The clerk at the bank asked me but I said what they told me to say.
|I now have a new card and a new password.|They kept calling back for days.|He opened an account somewhere in my name I think.|I hung up when he asked for cards.""".replace("\n", "").split("|")
END = """I have filed with the police, no number yet.|I would like my money back.|I just want to warn others.|Nobody calls me back from your office.|Thank you for your help.|I have changed all passwords.
|I am 77 years old and live on a pension.|I can be reached in the mornings.|Please advise.|My computer is at the repair shop now.||""".replace("\n", "").split("|")
LONE = """A firm repaired my roof badly and does not answer any more.|I ordered a blender and it never came.|Somebody rings and says nothing.|A survey company calls every evening.|They say that I owe a debt that is not mine.
|A charity that I do not know wants me to give.|I got a text about a parcel.|A real estate man calls about my house.|My warranty is about to expire, says a machine.|The gym keeps charging me.""".replace("\n", "").split("|")
HEX = "0123456789abcdef"
DIGITS = "oh one two three four five six seven eight nine".split()


class World:
    """Everything that a world holds; what happens in it comes from one stream of chance."""

    def __init__(self, name, seed, reports):
        self.k, self.r, self.n = {**COMMON, **WORLDS[name]}, random.Random(f"{name}/{seed}"), reports
        r, k = self.r, self.k
        self.names, self.out, self.given_up, self.ties = set(), [], [], {}  # given_up: (day, number); ties: name -> kind, indicators, rings
        self.blocks = [[f"1{a}55501{t}{i}" for i in range(10)] for a in AREAS for t in range(10)]
        self.blocks += [[f"{b}{t:02d}{i}" for i in range(10)] for b in BRITISH for t in range(30)]
        self.toll = [[f"1{a}55501{t}{i}" for i in range(10)] for a in TOLL for t in range(1, 10)]
        r.shuffle(self.blocks), r.shuffle(self.toll)
        self.kits = [([r.choice(p.split("|")) for p in POPUP], self.digits(64, HEX)) for _ in range(k["kits"])]  # text, and the hash of its alarm
        self.places = [f"{r.randint(2, 99)} {self.word()} Towers, Sector {r.randint(10, 90)}" for _ in range(k["buildings"])]
        self.boards = [r.sample(PEOPLE, 3) for _ in self.places]
        self.innocents = [(self.word() + " Business Services Ltd", p) for p in self.places or ["1 Harbour Parade"]]
        self.leads, self.brokers = (["%s-%d" % (who, i) for i in range(k[who + "s"])] for who in ("lead", "broker"))
        self.ties.update((t, [set(), set()]) for t in self.leads + self.brokers + [f for _, f in self.kits] + ["freepages.example", "relay.joinhelp.example"])
        self.lead_tracks = {t: [self.track(0, DAYS, (30, 120), lambda: self.number(True)) for _ in range(2)] for t in self.leads}
        self.broker_tracks = {t: [self.track(0, DAYS, (40, 120), self.account) for _ in range(2)] for t in self.brokers}
        self.ops = self.operators()
        for t in self.leads + self.brokers:  # a lead seller serves half of them, a broker a few
            large = [o for o in self.ops if o.size > 5]
            for o in r.sample(large, r.randint(*k["broker_ops"]) if t in self.brokers else len(large) // 2):
                (o.brokers if t in self.brokers else o.leads).append(t)

    def maybe(self, knob):
        return self.r.random() < self.k[knob]

    def digits(self, n, of="0123456789"):
        return "".join(self.r.choices(of, k=n))

    def word(self):
        while (w := "".join(self.r.choices(SYL, k=self.r.randint(2, 4)))) in self.names:
            pass
        self.names.add(w)
        return w.capitalize()

    def number(self, toll=False):
        pool = self.toll if toll and len(self.toll) > 9 else self.blocks
        block = self.r.choice(pool)
        if len(block) == 1:
            pool.remove(block)
        return block.pop(self.r.randrange(len(block)))

    def block(self, toll):
        """A maker of numbers from blocks that nobody else has."""
        held = []

        def make():
            if not held:
                held.extend((self.toll if toll and len(self.toll) > 9 else self.blocks).pop())
            return held.pop(0)
        return make

    def track(self, start, end, days, make, again=0.0, recycled=0.0):
        """One thing after the other, each for some days: (from, to, value)."""
        out, day = [], start
        while day < end:
            until = min(end, day + self.r.uniform(*days))
            old = [v for a, b, v in out if b < day - 30]
            gone = [v for d, v in self.given_up if d < day - 60] if recycled else []
            from_where = old if old and self.r.random() < again else gone if gone and self.r.random() < recycled else None
            out.append((day, until, self.r.choice(from_where) if from_where else make()))
            day = until
        if recycled:
            self.given_up += [(b, v) for a, b, v in out]
        return out

    def account(self):
        """The fields of a payment to somebody new, and the canonical indicator."""
        name = self.word() + " " + self.r.choice(["Traders", "Holdings", "Consulting", "Logistics", "Retail"])
        code, number, wallet = "80" + self.digits(6), self.digits(10), "0x" + self.digits(40, HEX)
        weights = zip((3, 7, 1, 3, 7, 1, 3, 7), code)  # the check digit of a routing number; 80 is no bank's district
        code += str(-sum(w * int(c) for w, c in weights) % 10)
        iban = "DE%02d00000000%s" % (98 - int("00000000" + number + "131400") % 97, number)
        card, upi = f"{self.word()[:3].upper()}*{name.upper()}", f"{name.lower().replace(' ', '.')}{self.digits(2)}@{self.r.choice(['okaxis', 'ybl', 'paytm'])}"
        return self.r.choice(2 * [(dict(rail="bank_wire", to_name=name, to_bank_code=code, to_account=number), ("bank_account", f"{code}/{number}"))] + [
            (dict(rail="bank_wire", to_name=name, to_account=iban), ("bank_account", iban)),
            (dict(rail="card_gateway", card_descriptor=card), ("card_descriptor", card)),
            (dict(rail="upi", to_upi=upi), ("upi", upi)), (dict(rail="crypto", to_wallet=wallet), ("wallet", wallet))])

    def operators(self):
        k, r, ops = self.k, self.r, []
        left = self.n * (1 - k["lone"] - k["feed"]) / (1 + k["twice"]) - 12 * k["poison"]
        for i in range(k["small"]):
            a = r.uniform(0, DAYS - 60)
            ops.append(Operator(self, "small-%03d" % i, a, a + r.uniform(10, 60), r.randint(2, 5)))
            left -= ops[-1].size
        if k["giant"]:
            ops.append(Operator(self, "giant", 0, DAYS, int(self.n * k["giant"])))
            ops[-1].floors[0]["lines"], left = [[(0, DAYS, self.number(True))]], left - ops[-1].size
        weights = [(i + 1) ** -k["zipf"] for i in range(k["operators"])]
        for i, w in enumerate(weights):
            life, size = r.uniform(*k["life"]), max(2, round(left * w / sum(weights)))
            a = r.uniform(0, DAYS - life)
            heirs = 2 if self.maybe("heirs") else 0  # the house ends in its time, and two that are at work at one time follow it
            life, a = (r.uniform(120, 220), r.uniform(0, 180)) if heirs else (life, a)
            ops.append(Operator(self, "op-%02d" % i, a, a + life, size // (heirs + 1)))
            for h in range(heirs):
                b = a + life + r.uniform(4, 40)
                ops.append(Operator(self, f"op-{i:02d}-heir{h}", b, min(DAYS, b + r.uniform(120, 280)), size // (heirs + 1), ops[-1 - h], h))
        return ops

    # What is told, and how.

    def slip(self, value):
        """A value as a tired person types it."""
        at = [i for i, c in enumerate(value) if c.isdigit()]
        i = self.r.choice(at[3:-1] or [0])
        return self.r.choice([value[:i] + value[i + 1:i + 2] + value[i] + value[i + 2:], value[:i] + self.digits(1) + value[i + 1:], value[:i] + value[i + 1:]])

    def spell(self, n, told, story=False):
        """A phone number as it is written down; told hears whether it can be read back."""
        r = self.r
        told.append(not self.maybe("slip"))
        if not told[-1]:
            if r.random() < 0.3:
                return ("+44 " if n[0] == "1" else "+1 ") + n[1 if n[0] == "1" else 2:]
            n = self.slip(n)
        if story and self.maybe("words"):
            body = n[1:] if n[0] == "1" else "0" + n[2:]
            return ", ".join(" ".join(DIGITS[int(c)] for c in part) for part in (body[:3], body[3:6], body[6:]))
        if n[0] == "1" and len(n) == 11:
            a, b, c = n[1:4], n[4:7], n[7:]
            return r.choice([f"+1{a}{b}{c}", f"1-{a}-{b}-{c}", f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a}{b}{c}", f"+1 ({a}) {b} {c}"])
        return r.choice(["+" + n, f"+{n[:2]} {n[2:5]} {n[5:8]} {n[8:]}", f"00{n[:2]} {n[2:5]} {n[5:8]} {n[8:]}"])

    def when(self, day, wrong=True):
        t = START + datetime.timedelta(days=day)
        if wrong and self.maybe("wrong_day"):
            swapped = t.day <= 12 and self.r.random() < 0.6
            t = t.replace(month=t.day, day=t.month) if swapped else t.replace(year=t.year + self.r.choice([-10, -2, -1, -1, 1]), day=min(t.day, 28))
        return t.strftime("%Y-%m-%dT%H:%M:%SZ")

    def quote(self, lines, fill):
        """A part of a text as it is remembered: cut at either end, a word lost here and there."""
        r = self.r
        words = ". ".join(lines[r.choice([0, 0, 0, 1]):len(lines) - r.choice([0, 0, 1])]).format(**fill).split(" ")
        return " ".join(w for w in words if r.random() > 0.03 or any(c.isdigit() for c in w))

    def emit(self, source, day, ring, role="victim", country="US", **fields):
        rep = dict(id="R" + self.digits(9), source=source, received_at=self.when(min(day + self.r.expovariate(0.2), DAYS + 60), False))
        who = dict(role=role, country=country, age_band=self.r.choice(["60_plus", "60_plus", "50_59", "30_39", "unknown"]))
        if role != "feed":
            rep.update(reporter=who, consent=dict(contact=self.r.random() < 0.7))
        rep.update((a, b) for a, b in fields.items() if b)
        self.out.append((rep, ring))

    def tell(self, f, channel, source):
        """One report of one incident: f holds what happened, the channel what comes through."""
        r, k, o = self.r, self.k, f["op"]
        ring, day, brand = o.name, f["day"], f["brand"]
        fill = dict(b=brand, n="", a=f["alias"], c=self.digits(6, HEX))
        contacts, payments, remote, subjects, evidence, story = [], [], [], [], [], []

        def shown_to(who, indicator, told=()):
            if who in self.ties and all(told):
                self.ties[who][0].add(indicator)
                self.ties[who][1].add(ring)
        if channel != "bank":
            told = []
            say = self.spell(f["line"], told, channel == "letter")
            fill["n"] = say
            c = dict(at=self.when(day), direction="to_victim", medium=f["medium"], brand=brand)
            if f["shown"] and r.random() < 0.7:
                c["shown_caller_id"] = self.spell(f["shown"], [])
            if channel == "letter":
                story.append(r.choice([f"The number on the screen was {say}.", f"I was told to call {say}.", f"They answered under {say}.",
                                       f"It said call {brand} at {say}", f"call back number: {say}"]))
                shown_to(f["lead"], ("phone", "+" + f["line"]), told)
            elif r.random() < (0.97 if channel == "hotline" else 0.85):
                c["callback"] = say
                shown_to(f["lead"], ("phone", "+" + f["line"]), told)
            if self.maybe("own_told"):
                c["callback" if r.random() < 0.4 else "shown_caller_id"] = self.spell(f["own"], [])
            contacts.append(c)
        if channel in ("form", "letter"):
            whole = channel == "form"
            if f["url"] and r.random() < 0.5:
                shown_to(f["url"].split("/")[2].split(".", 1)[1], ("domain", "freepages.example"))
                contacts[0].update(url=f["url"]) if whole else story.append(f"The page was {f['url']} I think.")
            if self.maybe("alias_told"):
                said = r.choice(["He said his name was {}.", "A man called {} took over.", "Someone named {} answered."]).format(f["alias"])
                contacts[0].update(agent_alias=f["alias"]) if whole else story.append(said)
            if self.maybe("script_told"):
                text = self.quote(f["text"], fill)
                contacts[0].update(text=text) if whole else story.append("It said: \"" + text + "\"")
                if f["file"] and r.random() < 0.4:
                    evidence.append(dict(sha256=f["file"], name="alert.mp3", media_type="audio/mpeg"))
                    shown_to(f["file"], ("file", f["file"]))
            if f["direct"]:
                say = self.spell(f["direct"], [], not whole)
                contacts.append(dict(at=self.when(day + 0.1), direction="from_victim", medium="call", callback=say))
                if not whole:  # a letter's contacts are not kept
                    story.append(r.choice(["Then he gave me his direct line, {}, in case we got cut off.", "I could reach him on {} he said.", "The technician's own number is {}."]).format(say))
            host = f["host"] if self.maybe("host_told") else "relay.joinhelp.example" if self.maybe("relay_told") else ""
            if host or r.random() < 0.3:
                ra = dict(at=self.when(day + 0.05), tool="JoinHelp" if host.startswith("relay") else f["tool"], **({"host": host} if host else {}))
                shown_to(host, ("remote_host", host)), shown_to(host, ("domain", host)), shown_to(host, ("domain", host.split(".", 1)[-1]))
                remote.append(ra) if whole else story.append(f"I had to go to {host} and type a code." if host else "They used a program to see my screen.")
            if self.maybe("firm_told"):
                who = r.choice(o.board)
                if whole:
                    subjects.append(r.choice([dict(company=o.firm, address=o.place), dict(name=who, role="director", company=o.firm), dict(address=o.place), dict(name=who, address=o.place)]))
                else:
                    story.append(r.choice([f"The receipt says {o.firm}, {o.place}.", f"The office is in {o.place}.", f"I found that {who} is behind it."]))
            if self.maybe("genuine"):
                b = r.choice([brand, brand, "Pellworth Bank"])
                g = self.spell(GENUINE[b], [], True)
                story.append(r.choice([
                    "I then called the real {b} on {g} and they said it is a fraud.", "My bank's own line {g} told me to write to you.",
                    "The genuine number of {b} is {g}, I know now.", "I should have called the number on the back of my card, {g}."]).format(b=b, g=g))
            if self.maybe("own_told"):
                story.append(f"My own number is {self.spell(f['own'], [])}.")
        if f["payee"] and (channel in ("form", "bank") or channel == "letter" and r.random() < 0.7):
            fields, indicator = f["payee"]
            p, told = dict(fields), [True]
            for key in ("to_account", "to_upi"):
                if key in p and self.maybe("slip"):
                    p[key] = self.slip(p[key])
                    told.append(p[key] == fields[key])
            if channel == "letter":
                v = next(p[x] for x in ("to_account", "card_descriptor", "to_upi", "to_wallet") if x in p)
                v = f"account {v} routing number {p['to_bank_code']}" if "to_bank_code" in p else v
                story.append(r.choice(["I sent {a} dollars to {v}", "The money ({a}) went to {v}", "They made me pay {a} to {v}"]).format(a=f["amount"], v=v) + (f", name {p['to_name']}." if "to_name" in p else "."))
            else:
                p.update(status=r.choice(["sent", "sent", "sent", "attempted", "recalled", "demanded"]), amount=f["amount"], currency="USD", at=self.when(day + 0.2))
                if self.maybe("own_told"):
                    p["from_institution"] = "Pellworth Bank, my account " + self.digits(10)
                payments.append(p)
            shown_to(f["broker"], indicator, told)
        narrative, _ = "", r.shuffle(story)
        if channel == "letter" or channel == "form" and r.random() < 0.8:
            narrative = " ".join([r.choice(OPEN).format(b=brand)] + r.sample(MIDDLE, r.randint(0, 3)) + story + [r.choice(END)]).strip()
        self.emit(source, day, ring, "company" if channel == "bank" else r.choice(["victim", "victim", "proxy"]), r.choice(HOME[f["line"][:2]]), narrative=narrative,
                  contacts=contacts if channel != "letter" else [], payments=payments, remote_access=remote, subjects=subjects, evidence=evidence)

    def happen(self, o):
        """All incidents of one operator."""
        r, k, days = self.r, self.k, []
        while len(days) < o.size:
            day = r.choice(days) + r.uniform(0, 2) if days and self.maybe("burst") else r.uniform(o.start, o.end)
            date = START + datetime.timedelta(days=day)
            if day < o.end and not o.pause[0] <= day < o.pause[1] and r.random() < (0.3 if date.weekday() > 4 else 1) * (1 if date.month in (11, 12, 1) else 1 / k["season"]):
                days.append(day)
        for day in sorted(days):
            fl = r.choice(o.floors)
            lead = r.choice(o.leads) if o.leads and self.maybe("lead_share") else None
            broker = r.choice(o.brokers) if o.brokers and self.maybe("broker_share") else None
            line = self.at(r.choice(self.lead_tracks[lead] if lead else fl["lines"]), day)
            payee = self.at(r.choice(self.broker_tracks[broker] if broker else fl["accounts"]), day) if self.maybe("paid") else None
            medium = r.choice(["popup", "popup", "popup", "call", "email", "search_result", "device_activation"])
            popup, file = r.choice(self.kits or [(fl["popup"], "")])
            url = f"https://{self.digits(6, HEX)}.freepages.example/{self.digits(4, HEX)}" if self.maybe("hosting") else f"https://{self.at(fl['domain'], day)}/{r.choice(['win', 'alert', 'help', 'id'])}"
            own, paid = "1%s55501%02d" % (r.choice(AREAS), r.randrange(100)), r.choice([199, 299, 399, 499, 1500, 4900, 12000])
            f = dict(op=o, day=day, brand=r.choice(o.brands), alias=r.choice(o.aliases), line=line, lead=lead, payee=payee, broker=broker if payee else None,
                     medium=medium, text=fl["call"] if medium == "call" else popup, file=file if medium == "popup" else "",
                     url=url if medium != "call" else "", direct=self.at(fl["direct"], day) if self.maybe("direct") else "", host=o.host, tool=o.tool, own=own,
                     amount="%d.%02d" % (paid + r.randrange(99), r.randrange(100)), shown=(line if r.random() < 0.04 else own[:9] + self.digits(2)) if medium == "call" else "")
            for _ in range(2 if self.maybe("twice") else 1):
                channel = r.choices(list(k["channels"]), list(k["channels"].values()))[0]
                if channel == "bank" and not payee:
                    channel = "form"
                self.tell(f, channel, "pellworth" if channel == "bank" else r.choice(["corvane", "haldenmart", "fraudline"]))

    def at(self, track, day):
        return next(v for a, b, v in reversed(track) if a <= day) if track[0][0] <= day else track[0][2]

    def noise(self):
        """Reports of nobody's operator, feeds, and poison."""
        r, k = self.r, self.k
        for o in r.sample([o for o in self.ops if o.size > 5], k["poison"]):  # a rival's number and an innocent firm's in one breath
            day, firm, mine = r.uniform(o.start, o.end), r.choice(self.innocents), self.number()
            for _ in range(12):
                line = self.at(r.choice(o.floors[0]["lines"]), day)
                both = [dict(at=self.when(day), direction="to_victim", medium="call", callback=self.spell(n, [])) for n in r.sample([line, mine], r.randint(1, 2))]
                self.emit("fraudline", day + r.uniform(0, 2), "", country=r.choice(HOME[line[:2]]), contacts=both, subjects=[dict(company=firm[0], address=firm[1])],
                          narrative=f"{firm[0]} are thieves, they called me and took everything. Close them down.")
        feeders = [o for o in self.ops if o.size > 5]
        spoofed = [self.number() for _ in range(12)]  # displayed numbers that many callers forge at one time
        for o in r.choices(feeders, k=int(self.n * k["feed"])):
            day = r.uniform(0, DAYS)
            true = o.start <= day < o.end and r.random() < 0.15
            shown = self.at(o.floors[0]["lines"][0], day) if true else r.choice(spoofed) if r.random() < 0.4 else "1%s55501%02d" % (r.choice(AREAS), r.randrange(100))
            self.emit("callfeed", day, o.name if true else "", "feed", contacts=[dict(at=self.when(day), direction="to_victim", medium="call", shown_caller_id=self.spell(shown, []))])
        while len(self.out) < self.n:
            day, brand = r.uniform(0, DAYS), r.choice(BRANDS)
            c = dict(at=self.when(day), direction="to_victim", medium=r.choice(["call", "popup", "sms", "email"]))
            n, story = self.number(), [r.choice(LONE + OPEN).format(b=brand)] + r.sample(MIDDLE, r.randint(0, 2))
            c["callback" if r.random() < 0.6 else "shown_caller_id"] = self.spell(n, [])
            if self.kits and r.random() < 0.3:
                c["text"] = self.quote(r.choice(self.kits)[0], dict(b=brand, n=self.spell(n, []), a="", c=self.digits(6, HEX)))
            if self.maybe("alias_told"):
                c["agent_alias"] = r.choice(ALIASES)
            if self.maybe("firm_told") and r.random() < 0.5:
                story.append("The address is %s." % r.choice(self.innocents)[1])
            if self.maybe("genuine"):
                story.append(f"The real {brand} is {self.spell(GENUINE[brand], [])}.")
            payee = self.account()[0] if r.random() < 0.15 else None
            self.emit(r.choice(["corvane", "haldenmart", "fraudline"]), day, "", country=r.choice(HOME[n[:2]]), contacts=[c], narrative=" ".join(story),
                      payments=[dict(payee, status="sent", amount="250.00", currency="USD", at=self.when(day))] if payee else [])

    def write(self, out):
        for o in self.ops:
            self.happen(o)
        self.noise()
        self.out.sort(key=lambda x: (x[0]["received_at"], x[0]["id"]))
        os.makedirs(out, exist_ok=True)
        ties = {"suppliers": [], "launderers": []}
        for name, (indicators, rings) in sorted(self.ties.items()):
            kind, where = ("mule", "launderers") if name in self.brokers else ("lead_seller" if name in self.leads else "maker_or_host", "suppliers")
            ties[where].append(dict(id=name, kind=kind, indicators=[dict(kind=a, value=b) for a, b in sorted(indicators)], rings=sorted(rings)))
        truth = sorted(f"{rep['source']}/{rep['id']}\t{ring}\n" for rep, ring in self.out)
        for name, text in (("reports.jsonl", "".join(json.dumps(rep, ensure_ascii=False) + "\n" for rep, _ in self.out)),
                           ("truth.tsv", "report_id\tring\n" + "".join(truth)), ("truth.json", json.dumps(ties, indent=1) + "\n")):
            with open(os.path.join(out, name), "w") as f:
                f.write(text)


class Operator:
    """Who stands behind a ring: what it has, floor by floor, and for how long. An heir takes part of another's."""

    def __init__(self, w, name, start, end, size, parent=None, share=0):
        r, k = w.r, w.k
        self.name, self.start, self.end, self.size, self.leads, self.brokers = name, start, end, max(size, 2), [], []
        b = r.randrange(len(w.places)) if w.places else -1
        self.place = w.places[b] if w.places else f"{r.randint(2, 99)} {w.word()} Plaza, Phase {r.randint(1, 9)}"
        self.board = w.boards[b] if w.places else ["%s %s" % (w.word(), w.word())]
        self.firm = w.word() + r.choice([" Solutions LLC", " Infotech Pvt Ltd", " Web Services", " Techcare Inc"])
        self.host, self.tool = f"{w.word().lower()}.{r.choice(['assist', 'remote', 'desk'])}-{w.word().lower()}.example", r.choice(["AnyDesk", "TeamViewer", "ScreenConnect", "UltraViewer"])
        self.aliases, self.brands = r.sample(ALIASES, 5), r.sample(BRANDS, r.randint(1, 3))
        popup, call = ([r.choice(p.split("|")) for p in pool] for pool in (POPUP, CALL))
        if parent:  # share 0 takes the money side, share 1 the voices
            self.aliases = r.sample(parent.aliases, 3) + self.aliases[:2]
            popup, call = (popup, call) if share == 0 else (parent.floors[0]["popup"], parent.floors[0]["call"])
        self.pause = (0, 0)
        if w.maybe("rest") and end - start > 200 and not parent:
            a = r.uniform(start + 50, end - 110)
            self.pause = (a, a + r.uniform(60, min(150, end - a - 40)))
        self.floors = []
        for _ in range(r.randint(*k["floors"])):
            make = w.block(r.random() < 0.4)
            self.floors.append(dict(
                lines=[w.track(start, end, k["line_days"], make, k["again"], k["recycled"]) for _ in range(k["lines"])],
                direct=w.track(start, end, (60, 200), w.block(False)),
                accounts=[w.track(start, end, k["account_days"], w.account) for _ in range(k["accounts"])],
                domain=w.track(start, end, (5, 25), lambda: f"{w.word().lower()}-{r.choice(['alert', 'care', 'secure'])}.example"),
                popup=popup, call=call))
        if parent:  # the last account lives on with one, the technicians' number with the other
            old, new = ((o.floors[0]["direct"] if share else o.floors[0]["accounts"][0]) for o in (parent, self))
            new.insert(0, (start, start + r.uniform(20, 40), old[-1][2]))
            new[1] = (new[0][1], *new[1][1:])

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-world", choices=list(WORLDS), required=True)
    p.add_argument("-seed", type=int, default=1)
    p.add_argument("-reports", type=int, default=1500)
    p.add_argument("-out", required=True)
    a = p.parse_args()
    World(a.world, a.seed, a.reports).write(a.out)


if __name__ == "__main__":
    main()
