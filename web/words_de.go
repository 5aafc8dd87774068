package web

func german() Words {
	return Words{
		Lang: "de", Name: "Deutsch",

		Service: "Ringbreaker", Skip: "Zum Hauptteil", Languages: "Sprachen", Back: "Zurück", Continue: "Weiter", Change: "Ändern", Optional: "(falls Sie es wissen)", Wish: "(nur wenn Sie möchten)", Yes: "Ja", No: "Nein", NotSure: "Ich bin nicht sicher",
		Problem: "Etwas fehlt noch", ErrorWord: "Fehler:", Home: "Startseite",
		NotGuilty:   "Sie haben nichts falsch gemacht, als Sie geantwortet haben. Diese Leute tun das den ganzen Tag, und sie können es gut.",
		FootPrivacy: "Was Sie prüfen, wird nicht gespeichert. Was Sie melden, bewahrt diese Organisation auf; Ihr Name und Ihre Adresse liegen verschlossen, und niemand sieht sie ohne angegebenen Grund.",
		FootWhat:    "Diese Seite sendet nichts an andere.",

		HomeTitle: "Hat sich jemand wegen Ihres Computers, einer Bestellung oder Ihres Geldes gemeldet?", HomeLead: "Hier können Sie uns sagen, was passiert ist, oder herausfinden, ob etwas Betrug ist. Das kostet nichts. Sie brauchen kein Konto.",
		DoorReport: "Ich wurde kontaktiert oder habe bezahlt", DoorReportSub: "Erzählen Sie mit Ihren eigenen Worten, was passiert ist. Sie bekommen eine Liste, was jetzt zu tun ist.",
		DoorCheck: "Ist das Betrug?", DoorCheckSub: "Prüfen Sie eine Telefonnummer, eine Website, eine E-Mail-Adresse oder eine Nachricht.",
		PaidTitle: "Haben Sie in den letzten drei Tagen bezahlt?", PaidText: "Rufen Sie zuerst Ihre Bank an, unter der Nummer auf Ihrer Karte. Kommen Sie dann wieder. Oft lässt sich das Geld noch aufhalten.",
		NeverTitle: "Was echte Firmen nie tun", NeverPhone: "Fehlermeldungen von Microsoft enthalten nie eine Telefonnummer.",
		NeverGift: "Amazon, Ihre Bank, das Finanzamt und die Polizei verlangen nie, mit Geschenkkarten, Kryptogeld oder Gold zu bezahlen.", NeverRemote: "Keine Firma ruft Sie unaufgefordert an, um Ihren Computer zu reparieren.",
		NeverSecret: "Niemand Ehrliches verlangt, dass Sie es vor Familie oder Bank geheim halten.",
		LinkAdvice:  "Rat: was zu tun ist, worauf zu achten ist", LinkFigures: "Zahlen: was gemeldet wurde", LinkDispute: "Meine Nummer oder Website steht zu Unrecht auf der Liste",
		LinkWhere: "Meine Meldung wiederfinden", CodeLabel: "Ihr Quittungscode", CodeButton: "Anzeigen",

		CheckTitle: "Ist das Betrug?", CheckLead: "Tippen oder fügen Sie ein, was Sie haben: eine Telefonnummer, eine Website, eine E-Mail-Adresse, eine Krypto-Wallet oder die ganze Nachricht.",
		CheckLabel: "Nummer, Website, Adresse oder Nachricht", CheckHint: "Zum Beispiel +1 212 555 0142 oder der Text einer E-Mail", CheckButton: "Prüfen", CheckAgain: "Etwas anderes prüfen", CheckEmpty: "Tippen oder fügen Sie zuerst etwas ein", CheckLong: "Das ist zu lang: Fügen Sie den Teil ein, der Ihnen Sorgen macht",
		WhyTitle: "Warum wir das sagen", DoTitle: "Was zu tun ist", CheckAsked: "Sie haben gefragt nach",

		ReportStep: "Schritt %s von 5",
		TellTitle:  "Was ist passiert?", TellHint: "Schreiben Sie es so, wie Sie es Freunden erzählen würden. Lassen Sie Ihren Namen, Passwörter und Kartennummern weg.", TellLabel: "Mit Ihren eigenen Worten",
		TellPaste: "Sie können auch die E-Mail oder Nachricht hier einfügen, so wie sie kam.", TellFile: "Ein Bild vom Bildschirm oder der Nachricht", TellFileHint: "Eine Datei bis 10 MB. Sie wird als Beweis aufbewahrt und auf keiner Seite gezeigt.", TellEmpty: "Schreiben Sie in ein, zwei Sätzen, was passiert ist",
		TellMineLabel: "Wem ist es passiert?", TellMine: "Mir", TellOther: "Jemandem, dem ich helfe", CountryLabel: "Land, in dem es passiert ist", CountryOther: "Ein anderes Land",
		FoundTitle: "Das haben wir verstanden", FoundLead: "Bitte sehen Sie jede Karte an. Sagen Sie, was es war, oder nehmen Sie sie heraus.", FoundNone: "Wir haben in Ihren Worten keine Nummer, Website oder kein Konto gefunden. Sie können unten etwas ergänzen oder ohne weitermachen.",
		FoundRoleLabel: "Was war das?", FoundAddLabel: "Fehlt etwas?", FoundAddHint: "Nummer, Website, E-Mail-Adresse, Konto oder Firma. Eine je Zeile.",
		RoleCallback: "Die Nummer, die ich anrufen sollte", RoleShown: "Die Nummer, die mein Telefon beim Anruf zeigte", RoleSender: "Von wem es kam", RoleLure: "Die Seite oder der Link, den ich sah", RolePayee: "Wohin das Geld ging",
		RoleRemote: "Wie sie auf meinen Computer kamen", RoleNamed: "Ein Name oder eine Firma, die sie nannten", RoleMine: "Das ist meins", RoleGenuine: "Das gehört der echten Firma", RoleDrop: "Das hat nichts damit zu tun",
		KindPhone: "Telefonnummer", KindSite: "Website oder Link", KindMail: "E-Mail-Adresse", KindMoney: "Konto oder Wallet", KindFirm: "Firma oder Name", KindRemote: "Fernzugriff", KindOther: "Anderes",
		MissingTitle: "Ein paar Fragen, zuerst zum Geld", MoneyAsk: "Haben Sie bezahlt?", MoneySent: "Ja, ich habe bezahlt", MoneyTried: "Ich habe es versucht, es ging nicht durch", MoneyAsked: "Sie verlangten Geld, ich habe nicht bezahlt", MoneyNone: "Von Geld war keine Rede",
		AmountLabel: "Wie viel?", CurrencyLabel: "Währung", RailLabel: "Womit?", SentWhenLabel: "Wann haben Sie bezahlt?", BankToldLabel: "Haben Sie es Ihrer Bank schon gesagt?",
		RailCard: "Karte", RailWire: "Überweisung", RailGift: "Geschenkkarten", RailCrypto: "Kryptogeld", RailCash: "Bargeld", RailCourier: "Gold oder Bargeld, an jemanden, der kam", RailUPI: "UPI", RailTransfer: "Geldversand (etwa Western Union)", RailOther: "Anders",
		RemoteAsk: "Waren sie auf Ihrem Computer oder Telefon?", RemoteHint: "Zum Beispiel mit AnyDesk, TeamViewer oder einer Seite, auf der Sie einen Code eingaben", BrandLabel: "Für wen gaben sie sich aus?", BrandHint: "Zum Beispiel Microsoft, Amazon, Ihre Bank, die Polizei",
		WhenLabel: "Wann fing es an?", AgeLabel: "Alter der Person, der es passiert ist", AgeHint: "Es hilft uns zu sehen, wen sie suchen.", Age60: "60 oder älter", AgeSecret: "Das möchte ich nicht sagen",
		ConsentTitle: "Dürfen wir verwenden, was Sie erzählt haben?", ConsentLead: "Jeden Punkt entscheiden Sie. Was Sie auch wählen: Wir bewahren Ihre Meldung auf und helfen, sie zu stoppen.",
		ConsentPolice: "Sie dürfen meine Meldung der Polizei geben", ConsentPoliceText: "Sie kann als Meldung eines Opfers zählen, wenn gegen die Hintermänner vorgegangen wird.",
		ConsentPartner: "Sie dürfen anderen Firmen die Nummern der Betrüger zeigen", ConsentPartnerText: "Nur Nummern, Websites und Konten der Betrüger; nie Ihren Namen oder Ihre Geschichte.",
		ConsentContact: "Sie dürfen mich kontaktieren", ConsentContactText: "Wenn wir Ihr Geld finden oder etwas fragen müssen. Wir fragen nie nach Passwörtern oder Zahlungen.",
		ConsentTestify: "Ich wäre bereit, vor Gericht auszusagen", ConsentTestifyText: "Vorher würde man Sie noch einmal fragen.",
		ContactName: "Ihr Name", ContactMail: "E-Mail-Adresse", ContactPhone: "Telefonnummer", ContactPrivacy: "Wird verschlossen aufbewahrt, getrennt von Ihrer Meldung.",
		ReviewTitle: "Prüfen Sie Ihre Antworten", ReviewYourWords: "Was passiert ist", ReviewFound: "Was den Betrügern gehört", ReviewMoney: "Geld", ReviewRemote: "Zugriff auf den Computer", ReviewBrand: "Sie gaben sich aus als", ReviewWhen: "Wann es anfing",
		ReviewConsents: "Was wir dürfen", ReviewNothing: "Nichts", ReviewSend: "Meine Meldung senden", ReviewSendText: "Sie wird gespeichert, sobald Sie den Knopf drücken, und Sie bekommen einen Code dafür.",
		AmountWrong: "Schreiben Sie den Betrag mit Ziffern, etwa 299.99", MoneyMissing: "Sagen Sie, ob Sie bezahlt haben", MailMissing: "Geben Sie eine E-Mail-Adresse oder Telefonnummer an, damit wir Sie erreichen",

		NowTitle: "Was jetzt zu tun ist", NowCode: "Ihr Quittungscode", NowCodeText: "Schreiben Sie ihn auf oder drucken Sie diese Seite. Damit finden Sie sie wieder.", NowLead: "Ihre Meldung ist gespeichert. Tun Sie dies in dieser Reihenfolge.",
		NowClock: "Ihre Bank kann noch versuchen, das Geld zurückzurufen: %s.", NowClockOver: "Die beste Zeit ist vorbei. Tun Sie es trotzdem: Manchmal ist das Geld noch da.", NowSource: "Quelle", PoliceTitle: "Wem Sie es in Ihrem Land sagen",

		StandTitle: "Wie es um Ihre Meldung steht", StandReceived: "Angekommen", StandReceivedText: "Wir haben sie.", StandRead: "Gelesen", StandReadText: "Jemand hier hat sie gelesen.",
		StandTogether: "Gehört zu anderen", StandTogetherText: "Andere haben dieselben Betrüger gemeldet. Wir sehen es gemeinsam an.", StandPolice: "Bei der Polizei", StandPoliceText: "Sie ist in dem, was wir der Polizei gegeben haben.", StandNotYet: "Noch nicht", StandNotAgreed: "Sie haben nicht gesagt, dass wir sie ihr geben dürfen.", StandBeware: "Wir verlangen nie Geld oder ein Passwort, damit es weitergeht. Wer das tut, ist ein Betrüger.",
		StandAdd: "Etwas hinzufügen", StandAddLabel: "Was möchten Sie hinzufügen?", StandAddSend: "Zu meiner Meldung hinzufügen", StandAdded: "Es wurde Ihrer Meldung hinzugefügt.", StandAddEmpty: "Schreiben Sie, was Sie hinzufügen möchten", StandAddLong: "Das ist zu lang: Fügen Sie das Wichtigste hinzu",
		StandAgreed: "Wozu Sie zugestimmt haben", StandWithdraw: "Meine Zustimmung zurücknehmen", StandWithdrawText: "Von jetzt an geben wir Ihren Namen niemandem und melden uns nicht bei Ihnen. Ihre Meldung behalten wir. Was die Polizei oder andere schon haben oder was zu ihnen unterwegs ist, bleibt bei ihnen: Das lässt sich nicht rückgängig machen.", StandWithdrawYes: "Ja, zurücknehmen", StandWithdrawn: "Es ist zurückgenommen. Ihre Meldung bleibt bei uns.", StandKeep: "Nein, so lassen",
		StandDelete: "Meine Meldung löschen", StandDeleteText: "Im Moment kann sie nicht gelöscht werden. Kommen Sie in einigen Wochen wieder. Oder schreiben Sie an %s, dass Sie sie löschen lassen wollen, und geben Sie diesen Code an: Dort entscheiden Menschen.", StandDeleteFirst: "Was Sie hier sofort tun können:",
		StandDeleteReferred: "Sie kann nicht gelöscht werden: Ihre Meldung gehört zu einem Fall, der für die Polizei unterschrieben wurde. Dort ist sie ein Beweis, und wir müssen sie so aufbewahren, wie sie unterschrieben wurde.",
		StandDeleteGoes:     "Was verschwindet, für immer", StandDeleteGoesText: "Ihr Name und wie man Sie erreicht. Was Sie erzählt und ergänzt haben und die Bilder, die Sie geschickt haben. Was wir daraus über die Betrüger entnommen haben. Sofort kann es hier niemand mehr lesen; innerhalb eines Tages ist es von unseren Festplatten verschwunden.",
		StandDeleteStays: "Was bleibt, und warum", StandDeleteStaysText: "Dass an diesem Tag eine Meldung kam und gelöscht wurde: Sie wird gezählt, und ein Eintrag, den niemand ändern kann, beweist es. Die Nummern und Konten der Betrüger, die auch andere gemeldet haben. Was die Polizei oder andere schon haben. Kopien gegen Datenverlust, bis sie ersetzt werden.",
		StandDeleteLast: "Niemand kann das rückgängig machen. Ohne Ihre Meldung ist es schwerer, die Betrüger aufzuhalten.", StandDeleteYes: "Ja, für immer löschen", StandDeleted: "Ihre Meldung wurde gelöscht",
	}
}
