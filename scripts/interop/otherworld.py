"""Worlds made by another generator than `synth`, so that the linker is not
judged by its own generator's habits alone. Written from the report contract
(docs/spec/report.md) and the field's literature, without a look at synth.

Usage: otherworld.py OUT WORLD SEED [REPORTS]
writes OUT/reports.jsonl, OUT/truth.tsv and OUT/truth.json (suppliers and
launderers). WORLD is a name in KNOBS. The same arguments give the same bytes.

How it differs: operators have Zipf sizes and lives of random length in bursts
of campaigns; numbers come from lead sellers' pools and are rented by the week
to whoever asks, so one number serves operators one after another and at times
two at once; mule brokers hand out accounts by the payment; scripts are sold
and paraphrased by each buyer; a feed gives caller ids alone; letters are read
by a machine that mistakes characters. All of it is invented: numbers from the
ranges reserved for fiction, hosts under .example.
"""
import datetime
import json
import os
import random
import sys

BASE = dict(
    reports=1500, operators=14, zipf=1.1, days=400, life=120,
    sellers=3, pool=40, rent_days=12, own_numbers=0.45, double_rent=0.08,
    brokers=3, accounts=25, account_days=20, own_accounts=0.4,
    script_sellers=3, paraphrase=0.25, languages=("en",),
    feed_only=0.12, letters=0.05, spoof_equals=0.04, stray=0.08,
    paid=0.35, missing=0.25, typo=0.02, wrong_date=0.03,
    two_floors=0, shared_floor=0)
KNOBS = {
    "zipf": {},
    "brokers": dict(own_numbers=0.15, own_accounts=0.1, double_rent=0.25, brokers=2, sellers=2, pool=30),
    "floors": dict(two_floors=2, shared_floor=2, operators=12),
    "feeds": dict(feed_only=0.5, spoof_equals=0.1, missing=0.4),
    "letters": dict(letters=0.4, paraphrase=0.4, typo=0.05),
    "tongues": dict(languages=("en", "de", "es", "fr"), script_sellers=2),
}

GREETING = {
    "en": "This is {brand}. Your account has been charged {sum}. If you did not authorise this, call {phone} now. Agent {alias} will open {tool} and return the money to your bank. Do not close this window and do not tell anybody at the counter why you need cash.|We found a virus that sends your passwords to strangers. To keep your files, do not switch off. Call the {brand} desk on {phone} and ask for {alias}. You will be asked to install {tool} so that our engineer can clean the machine today.|Your subscription to {brand} renews today for {sum}. To cancel and be paid back call {phone} within 24 hours. Our officer {alias} needs {tool} to fill in the refund form with you on the screen.",
    "de": "Hier spricht {brand}. Ihr Konto wurde mit {sum} belastet. Wenn Sie das nicht waren, rufen Sie sofort {phone} an. Unser Mitarbeiter {alias} öffnet {tool} und überweist Ihnen das Geld zurück. Schalten Sie den Rechner nicht aus.|Ihr Abonnement bei {brand} verlängert sich heute um {sum}. Zum Kündigen wählen Sie {phone} und verlangen {alias}. Sie werden gebeten {tool} zu installieren, damit wir das Formular gemeinsam ausfüllen.",
    "es": "Le llama {brand}. Su cuenta ha sido cargada con {sum}. Si usted no lo autorizó, llame ahora al {phone}. Nuestro agente {alias} abrirá {tool} y le devolverá el dinero a su banco. No apague el ordenador.|Su suscripción a {brand} se renueva hoy por {sum}. Para cancelar llame al {phone} y pregunte por {alias}. Le pedirán instalar {tool} para rellenar juntos el formulario de devolución.",
    "fr": "Ici {brand}. Votre compte a été débité de {sum}. Si vous n'avez rien autorisé, appelez tout de suite le {phone}. Notre agent {alias} ouvrira {tool} et vous rendra l'argent. N'éteignez pas votre ordinateur.|Votre abonnement {brand} se renouvelle aujourd'hui pour {sum}. Pour annuler appelez le {phone} et demandez {alias}. Il faudra installer {tool} afin de remplir ensemble le formulaire.",
}
SWAPS = {
    "en": {"now": "at once", "money": "amount", "call": "dial", "today": "this day", "found": "detected", "needs": "requires", "window": "page", "stranger": "hacker", "return": "send back", "charged": "debited", "install": "download", "cancel": "stop it", "engineer": "technician", "strangers": "criminals"},
    "de": {"sofort": "umgehend", "Geld": "Guthaben", "heute": "am heutigen Tag", "wählen": "rufen", "Rechner": "Computer"},
    "es": {"ahora": "de inmediato", "dinero": "importe", "hoy": "este día", "llame": "marque", "ordenador": "equipo"},
    "fr": {"tout": "aussi", "argent": "montant", "aujourd'hui": "ce jour", "annuler": "résilier", "ordinateur": "poste"},
}
STORY = [
    "I got a call from people who said they were {brand}. The man, {alias}, had me install {tool} and then I saw him move things on my screen.",
    "My mother was phoned about a refund. She says the name was {alias}. She gave them access.",
    "pop up with loud voice, could not close it. rang the number, was told to pay.",
    "They kept me on the phone for three hours and I was not to tell the bank. I feel foolish writing this down.",
    "Neighbour asked me to file this. He paid and wants it back, he is 81.",
    "Wanted gift cards first, then a wire. I stopped when my son came home.",
    "",
]
BRANDS = ["Microsoft", "Amazon", "Norton", "PayPal", "Geek Squad", "McAfee", "Apple"]
TOOLS = ["AnyDesk", "TeamViewer", "UltraViewer", "ScreenConnect", "Supremo"]
NAMES = "Adam Brian Carl Dora Eric Frank Gina Harry Iris Jack Kevin Lisa Mike Nancy Oscar Peter Ray Sam Tina Victor".split()
AREAS = [201, 205, 212, 213, 305, 312, 404, 415, 503, 602, 617, 702, 713, 800, 808, 818, 833, 844, 855, 866, 877, 888, 901, 917]


class World:
    def __init__(self, name, seed, reports=0):
        self.k = dict(BASE, **KNOBS[name])
        if reports:
            self.k["reports"] = reports
        self.name = name
        self.r = random.Random(f"{name}/{seed}")
        self.numbers_left = [f"+1{a}55501{n:02d}" for a in AREAS for n in range(100)] + [f"+44207946{n:04d}" for n in range(1000)]
        self.r.shuffle(self.numbers_left)
        self.alone = [f"+447700900{n:03d}" for n in range(1000)]  # one for each report that belongs to nobody
        self.r.shuffle(self.alone)
        self.start = datetime.datetime(2022, 3, 1, tzinfo=datetime.timezone.utc)
        self.sellers = [self.seller(i) for i in range(self.k["sellers"])]
        self.brokers = [self.broker(i) for i in range(self.k["brokers"])]
        self.sold = [{lang: self.r.choice(texts.split("|")) for lang, texts in GREETING.items()} for _ in range(self.k["script_sellers"])]
        self.operators = [self.operator(i) for i in range(self.k["operators"])]
        self.lay_floors()
        self.used = {}  # value of a seller or broker → the rings that reports show it with

    # what is traded

    def number(self):
        return self.numbers_left.pop()

    def seller(self, i):
        return {"id": f"seller{i}", "numbers": [{"value": self.number(), "rents": []} for _ in range(self.k["pool"])]}

    def broker(self, i):
        rows = []
        for _ in range(self.k["accounts"]):
            at = self.r.uniform(0, self.k["days"])
            rows.append({"account": self.account(), "from": at, "to": at + self.r.expovariate(1 / self.k["account_days"]) + 3})
        return {"id": f"broker{i}", "accounts": rows}

    def account(self):
        r = self.r
        if r.random() < 0.5:
            digits = [r.randint(0, 3)] + [r.randint(0, 9) for _ in range(7)]
            digits.append(-sum(d * w for d, w in zip(digits, (3, 7, 1, 3, 7, 1, 3, 7))) % 10)
            return {"to_bank_code": "".join(map(str, digits)), "to_account": str(r.randint(10**8, 10**10))}
        bban = "".join(str(r.randint(0, 9)) for _ in range(18))
        return {"to_account": "DE%02d%s" % (98 - int(bban + "131400") % 97, bban)}

    def wallet(self):
        return "0x" + "".join(self.r.choice("0123456789abcdef") for _ in range(40))

    def rent(self, op, at):
        """A number for some days: an own one, or one of a seller's, which may
        still be another's."""
        r = self.r
        until = at + 2 + r.expovariate(1 / self.k["rent_days"])
        if r.random() < self.k["own_numbers"]:
            return {"value": self.number(), "until": until}
        pool = op["seller"]["numbers"]
        idle = [n for n in pool if all(u < at for _, u in n["rents"])]
        n = r.choice(pool if not idle or r.random() < self.k["double_rent"] else idle)
        n["rents"].append((op["id"], until))
        return {"value": n["value"], "until": until, "seller": op["seller"]["id"]}

    # who trades

    def operator(self, i):
        r, k = self.r, self.k
        born = r.uniform(0, k["days"] * 0.8)
        language = r.choice(k["languages"])
        script = {lang: self.paraphrased(t, lang) for lang, t in r.choice(self.sold).items()}
        languages = [language] if r.random() < 0.7 else list(dict.fromkeys([language, r.choice(k["languages"])]))
        return {
            "id": f"op{i:02d}", "weight": 1 / (i + 1) ** k["zipf"], "born": born, "dies": min(born + 15 + r.expovariate(1 / k["life"]), k["days"] + 60.0),
            "seller": r.choice(self.sellers), "broker": r.choice(self.brokers), "script": script, "languages": languages,
            "brands": r.sample(BRANDS, 2), "aliases": r.sample(NAMES, r.randint(3, 6)), "tools": r.sample(TOOLS, r.randint(1, 2)),
            "desks": [str(r.randint(10**8, 10**10 - 1)) for _ in range(r.randint(1, 4))],
            "relay": f"relay{r.randint(100, 999)}.{r.choice('fast safe net sky blue'.split())}{r.randint(10, 99)}help.example",
            "sites": [f"{r.choice('secure my the go'.split())}-{r.choice('refund billing renew support'.split())}{r.randint(10, 999)}.example" for _ in range(r.randint(1, 5))],
            "accounts": [self.account() for _ in range(r.randint(1, 4))], "wallet": self.wallet(), "spoofs": [self.number() for _ in range(4)],
            "rented": [], "mail": f"desk{r.randint(100, 9999)}@{r.choice(['post', 'reply', 'inbox'])}{r.randint(10, 99)}.example"}

    def paraphrased(self, text, lang):
        return " ".join(SWAPS[lang].get(w, w) if self.r.random() < self.k["paraphrase"] * 2 else w for w in text.split(" "))

    def lay_floors(self):
        """Some operators have two floors that answer different numbers and share
        desks' accounts; some pairs of operators take calls on one floor's numbers."""
        k = self.k
        for op in self.operators[:k["two_floors"]]:
            op["floors"] = [[], []]
        for i in range(k["shared_floor"]):
            a, b = self.operators[2 + 2 * i], self.operators[3 + 2 * i]
            b["rented"] = a["rented"]  # one list: both advertise and answer them
            b["born"], b["dies"] = a["born"] + 5, a["dies"]

    def callback(self, op, at):
        held = op["rented"]
        if "floors" in op:
            held = op["floors"][self.r.randint(0, 1)]
        for n in list(held):
            if n["until"] < at:
                held.remove(n)
        while len(held) < 2:
            held.append(self.rent(op, at))
        return self.r.choice(held)

    # reports

    def reports(self):
        k, r = self.k, self.r
        plan = []
        for _ in range(k["reports"]):
            if r.random() < k["stray"]:
                plan.append((r.uniform(0, k["days"]), None))
                continue
            op = r.choices(self.operators, [o["weight"] for o in self.operators])[0]
            # campaigns: half of the calls fall on few days
            day = r.uniform(op["born"], op["dies"])
            if r.random() < 0.5:
                day = op["born"] + (op["dies"] - op["born"]) * round((day - op["born"]) / (op["dies"] - op["born"]) * 5) / 5 + r.uniform(0, 3)
            plan.append((day, op))
        plan.sort(key=lambda x: x[0])
        return [self.report(i, at, op) for i, (at, op) in enumerate(plan)]

    def when(self, day):
        return (self.start + datetime.timedelta(days=day)).replace(microsecond=0)

    def report(self, i, day, op):
        r, k = self.r, self.k
        source = r.choice(["north", "harbour", "elder-line", "feed"])
        feed = op is not None and r.random() < k["feed_only"]
        source = "feed" if feed else source
        received = self.when(day + r.expovariate(1 / 4))
        told = self.when(day)
        if r.random() < k["wrong_date"]:
            told = told.replace(year=told.year - 1) if r.random() < 0.5 else told - datetime.timedelta(days=r.randint(20, 200))
        rep = {"id": f"Q{i:06d}", "source": source, "received_at": received.isoformat(), "reporter": {"role": "feed" if feed else "victim"}}
        if op is None:
            op, ring = self.operator(900 + i), ""
            op["seller"] = {"id": "", "numbers": [{"value": self.alone.pop(), "rents": []}]}
            contact = {"at": told.isoformat(), "medium": "call", "callback": op["seller"]["numbers"][0]["value"]}
            number, broker = {"value": contact["callback"]}, None
        else:
            ring, broker, number = op["id"], op["broker"], self.callback(op, day)
            contact = {"at": told.isoformat(), "medium": r.choice(["call", "popup", "email", "sms", "voicemail"])}
        # Who has no country code in mind writes a number as at home.
        rep["reporter"]["country"] = "US" if number["value"].startswith("+1") else "GB"
        if feed:
            shown = number["value"] if r.random() < k["spoof_equals"] * 3 else r.choice(op["spoofs"]) if r.random() < 0.3 else self.any_number()
            rep["contacts"] = [{"at": told.isoformat(), "medium": "call", "shown_caller_id": shown}]
            rep["narrative"] = r.choice(["Computer & technical support", "Unwanted call", "Refund", ""])
            return rep, ring
        self.fill(rep, contact, op, number, told, ring)
        if r.random() < k["paid"]:
            rep["payments"] = [self.payment(op, broker, told, day, ring)]
        return rep, ring

    def any_number(self):
        return f"+44{self.r.choice([113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161, 191])}496{self.r.randint(0, 999):04d}"

    def fill(self, rep, contact, op, number, told, ring):
        r, k = self.r, self.k
        alias, brand, tool, lang = r.choice(op["aliases"]), r.choice(op["brands"]), r.choice(op["tools"]), r.choice(op["languages"])
        keep = lambda: r.random() >= k["missing"]
        written = self.mistyped(self.written(number["value"]))
        letter = r.random() < k["letters"]
        if keep() or letter:
            text = op["script"][lang].format(brand=brand, sum="$" + str(r.choice([199, 299, 349, 399, 499])) + ".99", phone=written, alias=alias, tool=tool)
            if letter:
                contact["medium"], text = "letter", self.scanned(text)
            if r.random() < 0.45 or letter:
                contact["text"] = text
        if not letter and keep():
            contact["callback"] = written
        if "callback" in contact or "text" in contact:
            self.saw(number.get("seller"), ("phone", number["value"]), ring)
        if keep():
            contact["brand"] = brand
        if keep():
            contact["agent_alias"] = alias
        if r.random() < 0.3:
            contact["shown_caller_id"] = r.choice(op["spoofs"]) if r.random() < 0.5 else self.any_number()
        if contact["medium"] == "email":
            contact["sender"] = op["mail"]
        if contact["medium"] in ("popup", "sms") and keep():
            contact["url"] = "https://" + r.choice(op["sites"]) + r.choice(["/", "/login", "/pay?id=" + str(r.randint(1, 999))])
        rep["contacts"] = [contact]
        if r.random() < 0.35:
            access = {"at": told.isoformat(), "tool": tool}
            if r.random() < 0.4:
                access["session_id"] = r.choice(op["desks"])
            if tool == "ScreenConnect" and keep():
                access["host"] = op["relay"]
            rep["remote_access"] = [access]
        story = r.choice(STORY).format(brand=brand, alias=alias, tool=tool)
        if r.random() < 0.2:
            story += " The number was " + self.mistyped(self.written(number["value"])) + "."
            self.saw(number.get("seller"), ("phone", number["value"]), ring)
        rep["narrative"] = story

    def payment(self, op, broker, told, day, ring):
        r = self.r
        pay = {"status": r.choice(["sent", "sent", "demanded", "attempted"]), "amount": f"{r.randint(200, 9000)}.{r.randint(0, 99):02d}", "currency": "USD", "at": told.isoformat()}
        if r.random() < 0.25:
            return dict(pay, rail="gift_card", gift_card_brand=r.choice(["Target", "Google Play"]))
        if r.random() < 0.15:
            return dict(pay, rail="crypto", currency="ETH", amount="0.8", to_wallet=op["wallet"])
        account = r.choice(op["accounts"])
        if broker and r.random() >= self.k["own_accounts"]:
            live = [a for a in broker["accounts"] if a["from"] <= day <= a["to"]]
            if live:
                account = r.choice(live)["account"]
                value = account["to_account"] if "to_bank_code" not in account else account["to_bank_code"] + "/" + account["to_account"]
                self.saw(broker["id"], ("bank_account", value), ring)
        return dict(pay, rail="bank_wire", **account)

    # how people write

    def written(self, e164):
        r = self.r
        if e164.startswith("+1"):
            d = e164[2:]
            return r.choice([f"({d[:3]}) {d[3:6]}-{d[6:]}", f"{d[:3]}-{d[3:6]}-{d[6:]}", f"+1 {d[:3]} {d[3:6]} {d[6:]}", f"1{d}", f"{d[:3]}.{d[3:6]}.{d[6:]}"]) if r.random() < 0.8 else e164
        return r.choice([e164, "+44 " + e164[3:5] + " " + e164[5:9] + " " + e164[9:], "0044" + e164[3:]])

    def mistyped(self, s):
        if self.r.random() >= self.k["typo"]:
            return s
        at = [i for i, c in enumerate(s) if c.isdigit()]
        i = self.r.choice(at)
        return s[:i] + str(self.r.randint(0, 9)) + s[i + 1:]

    def scanned(self, text):
        wrong = {"l": "1", "O": "0", "o": "0", "rn": "m", "e": "c", "i": "l", "S": "5"}
        out = []
        for c in text:
            out.append(wrong[c] if c in wrong and self.r.random() < 0.015 else c)
            if c == " " and self.r.random() < 0.06:
                out[-1] = "\n"
        return "".join(out)

    # truth

    def saw(self, who, value, ring):
        if who and ring:
            self.used.setdefault(who, {}).setdefault(value, set()).add(ring)

    def ties(self, prefix, kind):
        out = []
        for who, values in sorted(self.used.items()):
            shared = {v: rings for v, rings in values.items() if len(rings) > 1}
            if who.startswith(prefix) and shared:
                out.append({"id": who, "kind": kind, "indicators": [{"kind": k, "value": v} for k, v in sorted(shared)],
                            "rings": sorted(set().union(*shared.values()))})
        return out


def main():
    out, name, seed = sys.argv[1:4]
    world = World(name, seed, int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    made = world.reports()
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "reports.jsonl"), "w", encoding="utf-8") as file:
        for rep, _ in made:
            file.write(json.dumps(rep, ensure_ascii=False) + "\n")
    with open(os.path.join(out, "truth.tsv"), "w", encoding="utf-8") as file:
        file.write("report_id\tring\n")
        for line in sorted(f"{rep['source']}/{rep['id']}\t{ring}\n" for rep, ring in made):
            file.write(line)
    with open(os.path.join(out, "truth.json"), "w", encoding="utf-8") as file:
        json.dump({"scenario": "other-" + name, "suppliers": world.ties("seller", "lead_seller"), "launderers": world.ties("broker", "mule_broker")}, file, indent=1)


if __name__ == "__main__":
    main()
