package web

// english is the language that the others are translated from.
func english() Words {
	return Words{
		Lang: "en", Name: "English",

		Service: "Ringbreaker", Skip: "Skip to the main part", Languages: "Languages",
		Back: "Back", Continue: "Continue", Change: "Change", Optional: "(if you know it)", Wish: "(only if you wish)", Yes: "Yes", No: "No", NotSure: "I am not sure",
		Problem: "There is a problem", ErrorWord: "Error:", Home: "Start page",
		NotGuilty:   "You did nothing wrong by answering. These people do this all day, and they are good at it.",
		FootPrivacy: "What you check is not stored. What you report is kept by this organisation; your name and address are locked away, and nobody sees them without a stated reason.",
		FootWhat:    "This page sends nothing to anybody else.",

		HomeTitle: "Has somebody contacted you about your computer, an order or your money?", HomeLead: "You can tell us here what happened, or find out whether something is a scam. It is free. You need no account.",
		DoorReport: "I was contacted, or I paid", DoorReportSub: "Tell us what happened in your own words. You get a list of what to do now.",
		DoorCheck: "Is this a scam?", DoorCheckSub: "Check a phone number, a web site, an e-mail address or a message.",
		PaidTitle: "Did you pay in the last three days?", PaidText: "Call your bank first, on the number printed on your card. Then come back. Money can often still be stopped.",
		NeverTitle: "What real companies never do", NeverPhone: "Error messages from Microsoft never include a phone number.",
		NeverGift: "Amazon, your bank, the tax office and the police never ask you to pay with gift cards, crypto or gold.", NeverRemote: "No company calls you, out of the blue, to repair your computer.",
		NeverSecret: "Nobody honest tells you to keep it secret from your family or your bank.",
		LinkAdvice:  "Advice: what to do, what to watch for", LinkFigures: "Figures: what was reported", LinkDispute: "My number or site is listed here, and should not be",
		LinkWhere: "Find my report again", CodeLabel: "Your receipt code", CodeButton: "Show",

		CheckTitle: "Is this a scam?", CheckLead: "Type or paste what you have: a phone number, a web site, an e-mail address, a crypto wallet, or the whole message.",
		CheckLabel: "Number, site, address or message", CheckHint: "For example +1 212 555 0142, or the text of an e-mail", CheckButton: "Check", CheckAgain: "Check something else", CheckEmpty: "Type or paste something first", CheckLong: "That is too long: paste the part that worries you",
		WhyTitle: "Why we say so", DoTitle: "What to do",
		CheckAsked: "You asked about",

		ReportStep: "Step %s of 5",
		TellTitle:  "What happened?", TellHint: "Write it as you would tell a friend. Leave out your own name, passwords and card numbers.", TellLabel: "In your own words",
		TellPaste: "You can also paste the e-mail or message here, as it came.", TellFile: "A picture of the screen or message", TellFileHint: "One file, up to 10 MB. It is kept as evidence and shown on no page.", TellEmpty: "Write what happened, in a sentence or two",
		TellMineLabel: "Who did it happen to?", TellMine: "To me", TellOther: "To somebody I am helping", CountryLabel: "Country where it happened", CountryOther: "Another country",
		FoundTitle: "This is what we understood", FoundLead: "Please look at each card. Say what it was, or take it out.", FoundNone: "We found no number, site or account in your words. You can add one below, or go on without.",
		FoundRoleLabel: "What was it?", FoundAddLabel: "Is something missing?", FoundAddHint: "A number, site, e-mail address, account or company. One on each line.",
		RoleCallback: "The number they told me to call", RoleShown: "The number my phone showed when they called", RoleSender: "Who it came from", RoleLure: "The page or link I saw", RolePayee: "Where the money went",
		RoleRemote: "How they got onto my computer", RoleNamed: "A name or company they used", RoleMine: "It is my own", RoleGenuine: "It belongs to the real company", RoleDrop: "It has nothing to do with it",
		KindPhone: "Phone number", KindSite: "Web site or link", KindMail: "E-mail address", KindMoney: "Account or wallet", KindFirm: "Company or name", KindRemote: "Remote access", KindOther: "Other",
		MissingTitle: "A few questions, money first", MoneyAsk: "Did you pay?", MoneySent: "Yes, I paid", MoneyTried: "I tried, but it did not go through", MoneyAsked: "They asked, and I did not pay", MoneyNone: "Money was not mentioned",
		AmountLabel: "How much?", CurrencyLabel: "Currency", RailLabel: "How?", SentWhenLabel: "When did you pay?", BankToldLabel: "Did you tell your bank already?",
		RailCard: "Card", RailWire: "Bank transfer", RailGift: "Gift cards", RailCrypto: "Crypto money", RailCash: "Cash", RailCourier: "Gold or cash, to somebody who came", RailUPI: "UPI", RailTransfer: "Money transfer (such as Western Union)", RailOther: "Another way",
		RemoteAsk: "Did they get onto your computer or phone?", RemoteHint: "For example with AnyDesk, TeamViewer or a page where you typed a code", BrandLabel: "Who did they say they were?", BrandHint: "For example Microsoft, Amazon, your bank, the police",
		WhenLabel: "When did it begin?", AgeLabel: "Age of the person it happened to", AgeHint: "It helps us to see whom they look for.", Age60: "60 or older", AgeSecret: "I would rather not say",
		ConsentTitle: "May we use what you told us?", ConsentLead: "Each is your choice. Whatever you choose, we keep your report and help to stop them.",
		ConsentPolice: "You may give my report to the police", ConsentPoliceText: "They can count it as a victim's report when they act against the people behind it.",
		ConsentPartner: "You may show the scammers' numbers to other companies", ConsentPartnerText: "Only the numbers, sites and accounts of the scammers; never your name or your story.",
		ConsentContact: "You may contact me", ConsentContactText: "If we find your money or need to ask something. We never ask for a password or a payment.",
		ConsentTestify: "I would be willing to tell a court", ConsentTestifyText: "Somebody would ask you again before anything happens.",
		ContactName: "Your name", ContactMail: "E-mail address", ContactPhone: "Phone number", ContactPrivacy: "Kept locked away, apart from your report.",
		ReviewTitle: "Check your answers", ReviewYourWords: "What happened", ReviewFound: "What belongs to them", ReviewMoney: "Money", ReviewRemote: "Access to the computer", ReviewBrand: "They said they were", ReviewWhen: "When it began",
		ReviewConsents: "What we may do", ReviewNothing: "Nothing", ReviewSend: "Send my report", ReviewSendText: "It is stored as soon as you press the button, and you get a code for it.",
		AmountWrong: "Write the amount with digits, such as 299.99", MoneyMissing: "Say whether you paid", MailMissing: "Give an e-mail address or a phone number, so that we can contact you",

		NowTitle: "What to do now", NowCode: "Your receipt code", NowCodeText: "Write it down or print this page. With it you find this page again.", NowLead: "Your report is stored. Do these things in this order.",
		NowClock: "Your bank can still try to recall the money: %s.", NowClockOver: "The best time has passed. Do it all the same: sometimes money is still there.", NowSource: "Source", PoliceTitle: "Whom to tell in your country",

		StandTitle: "Where your report stands", StandReceived: "Received", StandReceivedText: "We have it.", StandRead: "Read", StandReadText: "Somebody here has read it.",
		StandTogether: "Belongs with others", StandTogetherText: "Other people reported the same swindlers. We look at it together.", StandPolice: "With the police", StandPoliceText: "It is in what we gave to the police.", StandNotYet: "Not yet", StandNotAgreed: "You did not say that we may give it to them.", StandBeware: "We never ask you for money or a password to go on. Whoever does is a swindler.",
		StandAdd: "Add something", StandAddLabel: "What do you want to add?", StandAddSend: "Add to my report", StandAdded: "It was added to your report.", StandAddEmpty: "Write what you want to add", StandAddLong: "That is too long: add the part that matters most",
		StandAgreed: "What you agreed to", StandWithdraw: "Take back what I agreed to", StandWithdrawText: "From now on we pass your name to nobody and do not contact you. We keep your report. What the police or others already have, or what is on its way to them, stays with them: that cannot be undone.", StandWithdrawYes: "Yes, take it back", StandWithdrawn: "It is taken back. Your report stays with us.", StandKeep: "No, leave it as it is",
		StandDelete: "Delete my report", StandDeleteText: "It cannot be deleted at this moment. Come back in some weeks. Or write to %s, say that you want it deleted and give this code: people decide there.", StandDeleteFirst: "What you can do here at once:",
		StandDeleteReferred: "It cannot be deleted: your report is part of a case that was signed for the police. It is evidence there, and we must keep it as it was signed.",
		StandDeleteGoes:     "What goes, for good", StandDeleteGoesText: "Your name and how to reach you. What you told, what you added and the pictures that you sent. What we took out of it about the swindlers. At once nobody here can read it any more; within a day it is gone from our disks.",
		StandDeleteStays: "What stays, and why", StandDeleteStaysText: "That a report came on this day and was deleted: it is counted, and an entry that nobody can change proves it. The numbers and accounts of the swindlers that other people reported too. What the police or others already have. Copies that we made against loss of data, until they are replaced.",
		StandDeleteLast: "Nobody can undo this. Without your report it is harder to stop them.", StandDeleteYes: "Yes, delete it for good", StandDeleted: "Your report was deleted",
	}
}
