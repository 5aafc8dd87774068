package extract

import (
	"slices"
	"strings"
	"testing"

	"ringbreaker.example/fraud"
)

// valuesOf is what Text finds, "kind:value role" each, without amounts and
// products.
func valuesOf(text string, opt Options) []string {
	var out []string
	for _, f := range Text(text, opt) {
		if f.Kind != "amount" && f.Kind != "remote_tool" {
			out = append(out, f.String()+" "+string(f.Role))
		}
	}
	return out
}

func TestWhatTextsAreKnownToHold(t *testing.T) {
	const key = "BgIAAACkAABSU0ExAAgAAAEAAQBhbGxvZnRoaXNpc2ludmVudGVkYW5kbm9yZWFsa2V5YXRhbGxidXRsb25nZW5vdWdodG9jb3VudA%3d%3d"
	for _, tt := range []struct {
		name, country string
		scam          bool
		text          string
		want          []string
	}{
		{"digit by digit", "US", true, "To cancel dial 8 8 8 - 5 5 5 - 0 1 9 1 now", []string{"phone:+18885550191 callback"}},
		{"digit by digit in one row", "US", true, "Call us at 8 4 4 5 5 5 0 1 8 1 at once", []string{"phone:+18445550181 callback"}},
		{"swung dashes", "US", true, "helpline 1~877~555~0103", []string{"phone:+18775550103 callback"}},
		{"commas of dictation", "US", true, "To cancel call area code 806, 555, 0114.", []string{"phone:+18065550114 callback"}},
		{"commas of a list", "US", false, "The rooms were 806, 555, 0114 and 12.", nil},
		{"India's five and five", "IN", false, "मो. 98765 43215", []string{"phone:+919876543215 callback"}},
		{"letters behind a whole number", "US", true, "TOLL FREE +1.(855).555.0165 // TOLL FREE", []string{"phone:+18555550165 callback"}},
		{"a serial's letter", "DE", false, "Mein Router, Seriennr. K447.188.00.213.882", nil},
		{"a day and an hour", "DE", true, "Ihre IP-Adresse: 203.0.113.61 | 18.11.2026 14:05", []string{"ip:203.0.113.61 victim_owned"}},
		{"a number that is free to call in North America", "IN", false, "We answered calls on 888-555-0136.", []string{"phone:+18885550136 callback"}},
		{"the same digits as India groups them", "IN", true, "Call 88855 50136", []string{"phone:+918885550136 callback"}},
		{"a card's number", "US", false, "Patron's card no. 2 1555 01000 4471.", nil},
		{"a customer's number", "IN", true, "उपभोक्ता संख्या 4471203355", nil},
		{"a name in quotes that ends a sentence", "US", false, "Mbr authorized $49.98. Mbr recalls rep 'Olivia'. Provisional credit given.", []string{"person_alias:olivia alias"}},
		{"a field's label before a firm", "US", false, "Acct 8841200773\nName Halden Supply Group LLC", []string{"bank_account:8841200773 payee", "company:name:halden supply group llc company"}},
		{"a date and an hour", "JP", false, "相談受付 2024-03-14 10:42", nil},
		{"a brand's own line of copyright", "US", true, "© 2024 Gen Digital Inc. All rights reserved. ©2025 Charles Schwab & Co., Inc.", []string{"company:name:gen digital inc genuine_brand", "company:name:charles schwab co inc genuine_brand"}},
		{"another firm's", "US", true, "© 2024 Gen Digital Care Inc.", []string{"company:name:gen digital care inc company"}},
		{"00 dialled from a home that dials 011", "US", true, "Call 0044 20 7946 0254 now", []string{"phone:+442079460254 callback"}},
		{"the same in one row", "US", true, "Call 00442079460254 now", []string{"phone:+442079460254 callback"}},
		{"an order's number that begins so", "US", false, "My order 004412345678901 was shipped", nil},
		{"Ofcom's number without an area", "GB", false, "My line is 01632 960118.", []string{"phone:+441632960118 victim_owned"}},
		{"Japanese around digits", "JP", false, "株式会社、TEL06-1234-5678 と書いてありました", []string{"phone:+81612345678 callback"}},
		{"Japanese after a URL", "JP", false, "海外の取引所https://coin-asia.example/jpのサポート", []string{"url:https://coin-asia.example/jp lure", "domain:coin-asia.example lure"}},
		{"Japanese before an address", "JP", false, "メールはhanako@jmail.example です", []string{"email:hanako@jmail.example sender"}},
		{"a sentence without its blank", "US", false, "Please sign.in to continue and call.me later, see you at home.now", nil},
		{"a site that is one", "US", false, "I visited the site help.me and paid", []string{"domain:help.me lure"}},
		{"at, the word", "US", false, "he was blogging at songs.example yesterday", []string{"domain:songs.example lure"}},
		{"at, the sign in a mail", "US", false, "email me: john at songs.example", []string{"email:john@songs.example victim_owned"}},
		{"a host spelled out", "US", false, "go to w w w dot support hyphen desk dot example", []string{"domain:support-desk.example lure"}},
		{"a relay in a link", "US", false, "https://pc.example/Bin/support.Client.exe?e=Support&y=Guest&h=rly.aid.example&p=8041&s=0f8fad5b-d9cb-469f-a165-70867728950e&k=" + key, []string{
			"url:https://pc.example/Bin/support.Client.exe?e=Support&y=Guest&h=rly.aid.example&p=8041&s=0f8fad5b-d9cb-469f-a165-70867728950e&k=" + key + " remote",
			"domain:pc.example remote", "remote_host:rly.aid.example remote", "remote_id:screenconnect:0f8fad5bd9cb469fa16570867728950e remote", "remote_id:screenconnect:key7a300365d7623ad9 remote",
		}},
		{"a service's command line", "US", false, `ClientService.exe "?e=Access&y=Guest&h=rly.aid.example&p=8041&k=` + key + `"`, []string{"remote_host:rly.aid.example remote", "remote_id:screenconnect:key7a300365d7623ad9 remote"}},
		{"a relay named", "US", false, "Relay: instance-k4x7q2-relay.screenconnect.com port 443", []string{"remote_host:instance-k4x7q2-relay.screenconnect.com remote"}},
		{"a relay by its port", "US", false, "it connected to sc.aid.example:8041.", []string{"remote_host:sc.aid.example remote"}},
		{"the maker's own page", "US", false, "I looked at www.screenconnect.com", []string{"domain:screenconnect.com genuine_brand"}},
		{"money to a number", "US", false, "I zelled $995 to phone number 786-555-0166", []string{"phone:+17865550166 payee"}},
		{"a title and a name", "US", false, "A Mr. Jacob Turner answered", []string{"person_alias:jacob turner alias"}},
		{"a name in a letter's greeting", "US", true, "Dear Mr. Jacob Turner, your order", nil},
		{"a name in Japanese", "JP", false, "片言の男性でジョンと名乗りました", []string{"person_alias:ジョン alias"}},
		{"a name in Spanish", "ES", false, "Un tal Roberto me dijo que pagara", []string{"person_alias:roberto alias"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := valuesOf(tt.text, Options{Country: tt.country, FromFraudster: tt.scam}); !slices.Equal(got, tt.want) {
				t.Errorf("%s\ngot  %s\nwant %s", tt.text, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
			}
		})
	}
}

// Numbers as people say them, and the digits that are meant.
func TestNumbersSaidAloud(t *testing.T) {
	for _, tt := range []struct{ country, said, want string }{
		{"US", "please call eight eight eight, five five five, oh one four two today", "+18885550142"},
		{"US", "call one eight hundred five five five zero one nine nine", "+18005550199"},
		{"US", "dial eight hundred, five five five, oh one four two", "+18005550142"},
		{"US", "call eight double five, five five five, zero one double four", "+18555550144"},
		{"US", "call eight four four triple five oh one eighteen", "+18445550118"},
		{"US", "call two one two five fifty five zero one forty two", "+12125550142"},
		{"US", "it was 1 877, 555, 01 double 4 I think", "+18775550144"},
		{"US", "to renew call 646 triple five 0178", "+16465550178"},
		{"US", "call three one two five five five, uh, zero one five three, thanks", "+13125550153"},
		{"GB", "ring oh two oh seven nine four six oh one two three", "+442079460123"},
		{"GB", "call zero seven seven double zero nine double zero one two three", "+447700900123"},
		{"GB", "oh eight oh eight one five seven oh one nine two please", "+448081570192"},
		{"ES", "llame al nueve uno dos tres cuatro cinco seis siete ocho", "+34912345678"},
		{"ES", "marque novecientos no, nueve doce treinta y cuatro cincuenta y seis setenta y ocho", "+34912345678"},
		{"ES", "llame al nueve uno dos, treinta y cuatro, cincuenta y seis, setenta y ocho", "+34912345678"},
		{"DE", "rufen Sie null drei null zwei drei eins zwei fünf null eins zwei an", "+493023125012"},
		{"DE", "Telefon null drei null dreiundzwanzig zwölf fünfzig zwölf", "+493023125012"},
		{"FR", "appelez le zéro un quatre-vingt-dix-neuf zéro zéro douze vingt et un", "+33199001221"},
		{"FR", "appelez le zéro un soixante-dix soixante-dix-huit quatre-vingts trente-deux", "+33170788032"},
		{"IN", "कॉल करें नौ आठ सात छह पांच चार तीन दो एक शून्य", "+919876543210"},
		{"IN", "call karo nau aath saat chhe paanch char teen do ek shunya", "+919876543210"},
		{"IN", "कॉल करें नौ आठ सात छह पांच डबल तीन दो एक शून्य", "+919876533210"},
	} {
		t.Run(tt.said, func(t *testing.T) {
			got := ""
			for _, f := range Text(tt.said, Options{Country: tt.country}) {
				if f.Kind == "phone" {
					got += f.Value
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Amounts as people write them, and what is meant; a code before a case's
// number, a weight and a bare factor are no money.
func TestAmountsAsPeopleWriteThem(t *testing.T) {
	for _, tt := range []struct{ country, text, want string }{
		{"US", "lost $12k to him", "USD 12000.00"},
		{"US", "won $2.5 million and a car", "USD 2500000.00"},
		{"GB", "about £1.2m in all", "GBP 1200000.00"},
		{"US", "10k euros gone", "EUR 10000.00"},
		{"US", "sent 500eur and Rs.2,150/- more", "EUR 500.00 INR 2150.00"},
		{"CA", "il voulait 1 200 $ en cartes", "CAD 1200.00"},
		{"US", "paid $500 CAD and A$40, R$ 1.350,00", "CAD 500.00 AUD 40.00 BRL 1350.00"},
		{"CH", "Fr. 480.- und CHF 1'250.00, CHF 640.--", "CHF 480.00 CHF 1250.00 CHF 640.00"},
		{"DE", "ich habe 3.600,- € und 1,5 Mio. Euro und 3 Tsd. Euro bezahlt", "EUR 3600.00 EUR 1500000.00 EUR 3000.00"},
		{"FR", "2 millions d'euros et 80 k€", "EUR 2000000.00 EUR 80000.00"},
		{"ES", "0,0310 BTC y 2 millones de pesos", "BTC 0.03100000 MXN 2000000.00"},
		{"IN", "Rs 3.2 lakh and 2 crore rupees, ₹2.5 लाख, 3 करोड़ रुपये", "INR 320000.00 INR 20000000.00 INR 250000.00 INR 30000000.00"},
		{"JP", "料金が29万8000円、10万円分、1億2000万円", "JPY 298000 JPY 100000 JPY 120000000"},
		{"JP", "9999億9999万円、5千万円、売上20000000千円", "JPY 999999990000 JPY 50000000 JPY 20000000000"},
		{"JP", "999999999億億億円、9千千千千千千千円", ""},
		{"PE", "monto S/ 350.00", "PEN 350.00"},
		{"US", "1.200 € is a thousand, 0.031 BTC is not", "EUR 1200.00 BTC 0.03100000"},
		{"US", "911 CAD 24-0188213, peso 2,13 kg, 5 m away, 3k people, I won 500 times", ""},
	} {
		t.Run(tt.text, func(t *testing.T) {
			var got []string
			for _, f := range Text(tt.text, Options{Country: tt.country}) {
				if f.Kind == "amount" {
					got = append(got, f.Value)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", strings.Join(got, " "), tt.want)
			}
		})
	}
}

// An address whose own check digits fail is no wallet; where a chain has none
// the value is kept.
func TestAWalletWhoseCheckFailsIsNone(t *testing.T) {
	for _, tt := range []struct {
		raw, want string
		ok        bool
	}{
		{"bc1q9ejzpr7k9df2p8aqx6tptwxzem47hxdjukafqg", "bc1q9ejzpr7k9df2p8aqx6tptwxzem47hxdjukafqg", true},
		{"bc1q9ejzpr7k9df2p8aqx6tptwxzem47hxdjukafqq", "bc1q9ejzpr7k9df2p8aqx6tptwxzem47hxdjukafqq", false},
		{"TB8pUn8SKrT3MSEMvzSwMCaK5ZZyXfWZvp", "TB8pUn8SKrT3MSEMvzSwMCaK5ZZyXfWZvp", true},
		{"TB8pUn8SKrT3MSEMvzSwMCaK5ZZyXfWZvq", "TB8pUn8SKrT3MSEMvzSwMCaK5ZZyXfWZvq", false},
		{"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", true},
		{"0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", false},
		{"bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", true},
		{"qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", true}, // of another chain, for all we know
		{"GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7", "GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7", true},
	} {
		if got, ok := Canonical(fraud.Wallet, tt.raw, ""); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %q %v, want %q %v", tt.raw, got, ok, tt.want, tt.ok)
		}
	}
}

// Names that agents gave, and the ones beside them that are nobody's or the
// victim's own.
func TestNamesThatAgentsGave(t *testing.T) {
	for _, tt := range []struct {
		scam       bool
		text, want string
	}{
		{false, `the guy "Eric Watson" asked me to install it`, "eric watson"},
		{false, "The woman, Emily Watkins (heavy accent) gave me a case", "emily watkins"},
		{false, "Man on phone, Ethan Clark, was screaming", "ethan clark"},
		{false, "it was hosted by Michael Brooks; he wore a headset", "michael brooks"},
		{false, "decía llamarse Kevin Martínez, empleado 7741", "kevin martinez"},
		{false, "angeblich Kommissar Thomas Weber vom LKA", "thomas weber"},
		{false, "Un tal Roberto me llamó", "roberto"},
		{false, "s'est présenté comme Julien Morel du service fraude", "julien morel"},
		{false, "बोला मैं बैंक मैनेजर राहुल शर्मा बोल रहा हूँ", "राहुल शर्मा"},
		{false, "फोन आ गया, नाम बताया संजय", "संजय"},
		{false, "[14:02] Maxwell (Tech Desk): go there. [14:05] Visitor: why?", "maxwell"},
		{false, "[14:03] Priya: Please turn it off.\n[14:04] Customer: a man is in my computer\n[14:05] Priya: What number did he call from?\n[14:06] Me: 914-555-0167", ""},
		{false, "[14:03] Priya: Please turn it on.\n[14:04] Me: why\n[14:05] Priya: What number do you have, sir?", "priya, priya"},
		{false, "[09:12] Moi : qui ? [09:13] Kevin : technicien", "kevin"},
		{true, "reach our billing team.\nRegards,\nJulia Ramsey\nSenior Executive", "julia ramsey"},
		{true, "yeah hi it's Tyler over at Solar Savers", "tyler"},
		{true, "Hi! this is Grace from recruiters", "grace"},
		{true, "main Vikram bol raha hu", "vikram"},
		{true, "contactez Maître Henri Vasseur du cabinet", "henri vasseur"},

		{false, "Then Alex took over my mouse. Jessica said she works for a bank.", "alex, jessica"},
		{false, "My sister Alice called me. Alice told me to hang up.", ""},
		{false, "Alex told me it was a scam.", ""},
		{false, "a bloke called Nigel rang", "nigel"},
		{false, "une certaine Julie de la banque", "julie"},

		{false, "The kid who picked up goes by Ricky. I rang 844-555-0186.", "ricky"},
		{false, "My son goes by Ricky. I rang 844-555-0186.", ""},
		{false, "one boy saying I am Deepak Mishra from gas office", "deepak mishra"},
		{false, "相手はスミスと言っていました。日本語の上手なリンダという人も。", "スミス, リンダ"},
		{false, "区役所の佐々木という人から電話がありました。", "佐々木"},
		{false, "「警視庁の黒田」と名乗る者に電話しました。", "黒田"},
		{false, "受付の花子という女性が出ました。", "花子"},
		{false, "警視庁の山口健一を名乗る男から着信を受けた。", "山口健一"},
		{false, "銀行という人もいれば、警察署と言う人もいます。", ""},

		{false, "Trust me. Even if it is so, tell me. Please", ""},
		{false, "My husband David Miller paid. I am Carol Jennings.", ""},
		{false, "account name: Tiffany Rowe", ""},
		{false, "Please help.\nThanks,\nCarol Jennings", ""},
		{true, "hold for the next available officer. Press 1", ""},
		{true, "Dear Mr. Jacob Turner, Hi Andrew, hello James", ""},
		{true, "Max Discount Rs 100 per card at Marks Spencer Sale", ""},
		{true, "Hier Paket verfolgen. This is URGENT. This is Amazon.", ""},
		{true, "Norton Support <a@b.example>, \"David Chen, CFO\" <d@c.example>", ""},
		{false, "company Shri Balaji Infosolutions Pvt Ltd in San Diego", ""},
	} {
		t.Run(tt.text, func(t *testing.T) {
			var got []string
			for _, f := range Text(tt.text, Options{FromFraudster: tt.scam}) {
				if f.Kind == "person_alias" {
					got = append(got, f.Value)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("got %q, want %q", strings.Join(got, ", "), tt.want)
			}
		})
	}
}

// What a statement says, brands of cards and merchants' ids, and what only
// looks like them.
func TestStatementsCardsAndMerchants(t *testing.T) {
	for _, tt := range []struct {
		scam bool
		text string
		want []string
	}{
		{false, "15.03. LASTSCHRIFT PAYDESK*SUPPORT247 DUBLIN 447188", []string{"card_descriptor:PAYDESK*SUPPORT247 payee"}},
		{false, `merchant naam "EASEBUZZ*TASKPAY" likha tha`, []string{"card_descriptor:EASEBUZZ*TASKPAY payee"}},
		{false, "SP * BRIGHTLANE STORE", []string{"card_descriptor:SP * BRIGHTLANE STORE payee"}},
		{false, "03/07 ACH DEBIT IT SOLUTNS 8005550163 WEB ID: 1882213447 $349.99", []string{"card_descriptor:IT SOLUTNS payee", "phone:+18005550163 callback"}},
		{false, "have a *NICE EVENING* FRIENDS, card ****4471, TEL 8005550163", []string{"phone:+18005550163 callback"}},
		{true, "*FREE* POLYPHONIC RINGTONE", nil},
		{false, "merchant of record MID 8812300447183, MIDs 445019928374, 445019928375", []string{"merchant_id:8812300447183 payee", "merchant_id:445019928374 payee", "merchant_id:445019928375 payee"}},
		{false, "bought 2 x Apple $500 cards, 1 x Home Depot $400", []string{"gift_card:apple mention", "gift_card:home depot mention"}},
		{false, "per Paysafecard, coupons Transcash, a Green Dot Moneypak", []string{"gift_card:paysafecard mention", "gift_card:transcash mention", "gift_card:green dot mention"}},
		{false, "my Visa card at home, the best of the green fields", nil},
	} {
		t.Run(tt.text, func(t *testing.T) {
			if got := valuesOf(tt.text, Options{Country: "US", FromFraudster: tt.scam}); !slices.Equal(got, tt.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
			}
		})
	}
}

// Handles, accounts and firms as people write them, and what is none.
func TestHandlesAccountsAndFirms(t *testing.T) {
	for _, tt := range []struct {
		country, text string
		want          []string
	}{
		{"US", "on skype live:refund.desk88 or live:.cid.4471aa88", []string{"handle:skype:live:refund.desk88 sender", "handle:skype:live:.cid.4471aa88 sender"}},
		{"US", "discord @crypto_kyle#4471, Cash App $homes4rentTX, DM IG @meta_911", []string{"handle:discord:crypto_kyle#4471 sender", "handle:cashapp:homes4renttx payee", "handle:instagram:meta_911 callback"}},
		{"JP", "インスタの@mika_88からDM", []string{"handle:instagram:mika_88 sender"}},
		{"IN", "money to 918020044718821 IFSC UTIB0000447; then 777705447188 ICIC0000104", []string{"bank_account:UTIB0000447/918020044718821 payee", "bank_account:ICIC0000104/777705447188 payee"}},
		{"AU", "BSB 062-000 acc 4471 8821", []string{"bank_account:062000/44718821 payee"}},
		{"GB", "sort: 60-83-71 acc: 44718821", []string{"bank_account:608371/44718821 payee"}},
		{"DE", "an IBAN DE00 1234 5678 9012 3456 78", nil},
		{"ES", "a nombre de Inversiones Delmar S.L.; y Comercializadora Rivas S.A. de C.V. la cantidad", []string{"company:name:inversiones delmar sl company", "company:name:comercializadora rivas sa de cv company"}},
		{"DE", "firma Digital Support 24 GmbH & Co. KG, web", []string{"company:name:digital support 24 gmbh co kg company"}},
		{"CA", "company on invoice 1447188 Ontario Inc.", []string{"company:name:1447188 ontario inc company"}},
	} {
		t.Run(tt.text, func(t *testing.T) {
			if got := valuesOf(tt.text, Options{Country: tt.country}); !slices.Equal(got, tt.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
			}
		})
	}
}

// A bank's code is written with hyphens, with blanks or in one piece.
func TestBankCodesInGroups(t *testing.T) {
	for _, text := range []string{
		"Sort code 20-45-77, account number 41772093.",
		"Sort code: 20 45 77 account 41772093",
		"sort code 204577, account no 41772093",
	} {
		found := Text(text, Options{Country: "GB"})
		if len(found) != 1 || found[0].Kind != fraud.BankAccount || found[0].Value != "204577/41772093" {
			t.Errorf("%q: %v", text, found)
		}
	}
	found := Text("BSB 062 000 account 10447712", Options{Country: "AU"})
	if len(found) != 1 || found[0].Value != "062000/10447712" {
		t.Errorf("a BSB with a blank: %v", found)
	}
}

// What a number or an address is told by the text's own form.
func TestRolesByForm(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		fraudster  bool
		value      string
		want       fraud.Role
	}{
		{"the head of a screenshot", "10:42\n<\n+1 (860) 555-0135 >\nText Message\nToday 9:04 AM\nYour parcel is held: parcel.example/x", true, "+18605550135", fraud.RoleSender},
		{"a pop-up's own line", "WINDOWS BLOCKED\n+1 (860) 555-0135\nDo not close this window", true, "+18605550135", fraud.RoleCallback},
		{"a chat's line", "[3/14/25, 8:01 AM] +1 (518) 555-0116: Hi mom\n[3/14/25, 8:03 AM] Me: ok", false, "+15185550116", fraud.RoleSender},
		{"a form's label", "Caller ID: +1 347 555 0188\nCallback given: +1 888 555 0122", false, "+18885550122", fraud.RoleCallback},
		{"the label above it", "Caller ID: +1 347 555 0188\nCallback given: +1 888 555 0122", false, "+13475550188", fraud.RoleShownCallerID},
		{"the head of a table", "day | number shown | number to call\nMon | 213-555-0141 | 888-555-0166\nTue | 213-555-0142 | 888-555-0167", false, "+12135550142", fraud.RoleShownCallerID},
		{"another line tells", "Bad: (470) 555-0128. The call came from (470) 555-0128.", false, "+14705550128", fraud.RoleShownCallerID},
		{"a speaker's lawyer", "My lawyer at 206-555-0158 says I should not pay.", false, "+12065550158", fraud.RoleBystander},
		{"his chat", "His WhatsApp is +1 929 555 0173.", false, "+19295550173", fraud.RoleCallback},
		{"the extortioner's wallet", "My BTC address: 1PzeQtaGLfBkwbuj5jUcPoK7gwbxiK8k2H", true, "1PzeQtaGLfBkwbuj5jUcPoK7gwbxiK8k2H", fraud.RolePayee},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := fraud.Role("")
			for _, f := range Text(tt.text, Options{Country: "US", FromFraudster: tt.fraudster}) {
				if f.Value == tt.value {
					got = f.Role
				}
			}
			if got != tt.want {
				t.Errorf("%s is %q, want %q", tt.value, got, tt.want)
			}
		})
	}
}
