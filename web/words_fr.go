package web

//nolint:misspell // it is French
func french() Words {
	return Words{
		Lang: "fr", Name: "Français",

		Service: "Ringbreaker", Skip: "Aller au contenu principal", Languages: "Langues", Back: "Retour", Continue: "Continuer", Change: "Modifier", Optional: "(si vous le savez)", Wish: "(seulement si vous le voulez)", Yes: "Oui", No: "Non", NotSure: "Je ne suis pas sûr",
		Problem: "Il y a un problème", ErrorWord: "Erreur :", Home: "Accueil",
		NotGuilty:   "Vous n'avez rien fait de mal en répondant. Ces gens font cela toute la journée, et ils le font bien.",
		FootPrivacy: "Ce que vous vérifiez n'est pas conservé. Ce que vous signalez est gardé par cette organisation ; votre nom et votre adresse sont sous clé, et personne ne les voit sans motif déclaré.",
		FootWhat:    "Cette page n'envoie rien à personne d'autre.",

		HomeTitle: "Quelqu'un vous a contacté au sujet de votre ordinateur, d'une commande ou de votre argent ?", HomeLead: "Vous pouvez nous dire ici ce qui s'est passé, ou savoir si c'est une arnaque. C'est gratuit. Aucun compte n'est nécessaire.",
		DoorReport: "On m'a contacté, ou j'ai payé", DoorReportSub: "Racontez ce qui s'est passé avec vos mots. Vous recevez la liste de ce qu'il faut faire maintenant.",
		DoorCheck: "Est-ce une arnaque ?", DoorCheckSub: "Vérifiez un numéro de téléphone, un site, une adresse e-mail ou un message.",
		PaidTitle: "Avez-vous payé ces trois derniers jours ?", PaidText: "Appelez d'abord votre banque, au numéro imprimé sur votre carte. Revenez ensuite. L'argent peut souvent encore être bloqué.",
		NeverTitle: "Ce que les vraies entreprises ne font jamais", NeverPhone: "Les messages d'erreur de Microsoft ne comportent jamais de numéro de téléphone.",
		NeverGift: "Amazon, votre banque, les impôts et la police ne demandent jamais de payer en cartes cadeaux, en crypto ou en or.", NeverRemote: "Aucune entreprise ne vous appelle à l'improviste pour réparer votre ordinateur.",
		NeverSecret: "Personne d'honnête ne vous demande de le cacher à votre famille ou à votre banque.",
		LinkAdvice:  "Conseils : que faire, à quoi faire attention", LinkFigures: "Chiffres : ce qui a été signalé", LinkDispute: "Mon numéro ou mon site est dans la liste à tort",
		LinkWhere: "Retrouver mon signalement", CodeLabel: "Votre code de reçu", CodeButton: "Afficher",

		CheckTitle: "Est-ce une arnaque ?", CheckLead: "Tapez ou collez ce que vous avez : un numéro, un site, une adresse e-mail, un portefeuille crypto ou le message entier.",
		CheckLabel: "Numéro, site, adresse ou message", CheckHint: "Par exemple +1 212 555 0142, ou le texte d'un e-mail", CheckButton: "Vérifier", CheckAgain: "Vérifier autre chose", CheckEmpty: "Tapez ou collez d'abord quelque chose", CheckLong: "C'est trop long : collez la partie qui vous inquiète",
		WhyTitle: "Pourquoi nous le disons", DoTitle: "Que faire", CheckAsked: "Votre question portait sur",

		ReportStep: "Étape %s sur 5",
		TellTitle:  "Que s'est-il passé ?", TellHint: "Écrivez-le comme à un ami. N'indiquez ni votre nom, ni mots de passe, ni numéros de carte.", TellLabel: "Avec vos mots",
		TellPaste: "Vous pouvez aussi coller ici l'e-mail ou le message, tel qu'il est arrivé.", TellFile: "Une image de l'écran ou du message", TellFileHint: "Un fichier, 10 Mo au plus. Il est gardé comme preuve et n'est montré sur aucune page.", TellEmpty: "Écrivez ce qui s'est passé, en une phrase ou deux",
		TellMineLabel: "À qui est-ce arrivé ?", TellMine: "À moi", TellOther: "À une personne que j'aide", CountryLabel: "Pays où cela s'est passé", CountryOther: "Un autre pays",
		FoundTitle: "Voici ce que nous avons compris", FoundLead: "Regardez chaque fiche. Dites ce que c'était, ou retirez-la.", FoundNone: "Nous n'avons trouvé ni numéro, ni site, ni compte dans vos mots. Vous pouvez en ajouter ci-dessous, ou continuer sans.",
		FoundRoleLabel: "Qu'était-ce ?", FoundAddLabel: "Manque-t-il quelque chose ?", FoundAddHint: "Un numéro, un site, une adresse, un compte ou une entreprise. Un par ligne.",
		RoleCallback: "Le numéro qu'on m'a dit d'appeler", RoleShown: "Le numéro affiché quand ils ont appelé", RoleSender: "De qui cela venait", RoleLure: "La page ou le lien que j'ai vu", RolePayee: "Où l'argent est allé",
		RoleRemote: "Comment ils sont entrés dans mon ordinateur", RoleNamed: "Un nom ou une entreprise qu'ils ont utilisés", RoleMine: "C'est à moi", RoleGenuine: "C'est à la vraie entreprise", RoleDrop: "Cela n'a rien à voir",
		KindPhone: "Numéro de téléphone", KindSite: "Site ou lien", KindMail: "Adresse e-mail", KindMoney: "Compte ou portefeuille", KindFirm: "Entreprise ou nom", KindRemote: "Accès à distance", KindOther: "Autre",
		MissingTitle: "Quelques questions, l'argent d'abord", MoneyAsk: "Avez-vous payé ?", MoneySent: "Oui, j'ai payé", MoneyTried: "J'ai essayé, mais cela n'est pas passé", MoneyAsked: "Ils l'ont demandé, je n'ai pas payé", MoneyNone: "Il n'a pas été question d'argent",
		AmountLabel: "Combien ?", CurrencyLabel: "Devise", RailLabel: "Comment ?", SentWhenLabel: "Quand avez-vous payé ?", BankToldLabel: "L'avez-vous déjà dit à votre banque ?",
		RailCard: "Carte", RailWire: "Virement", RailGift: "Cartes cadeaux", RailCrypto: "Crypto-monnaie", RailCash: "Espèces", RailCourier: "Or ou espèces, à quelqu'un qui est venu", RailUPI: "UPI", RailTransfer: "Envoi d'argent (comme Western Union)", RailOther: "Autrement",
		RemoteAsk: "Sont-ils entrés dans votre ordinateur ou téléphone ?", RemoteHint: "Par exemple avec AnyDesk, TeamViewer ou une page où vous avez tapé un code", BrandLabel: "Pour qui se faisaient-ils passer ?", BrandHint: "Par exemple Microsoft, Amazon, votre banque, la police",
		WhenLabel: "Quand cela a-t-il commencé ?", AgeLabel: "Âge de la personne concernée", AgeHint: "Cela nous aide à voir qui ils visent.", Age60: "60 ans ou plus", AgeSecret: "Je préfère ne pas le dire",
		ConsentTitle: "Pouvons-nous utiliser ce que vous nous avez dit ?", ConsentLead: "Chaque point est votre choix. Quel qu'il soit, nous gardons votre signalement et aidons à les arrêter.",
		ConsentPolice: "Vous pouvez donner mon signalement à la police", ConsentPoliceText: "Il peut compter comme celui d'une victime quand elle agit contre les responsables.",
		ConsentPartner: "Vous pouvez montrer les numéros des escrocs à d'autres entreprises", ConsentPartnerText: "Seulement les numéros, sites et comptes des escrocs ; jamais votre nom ni votre récit.",
		ConsentContact: "Vous pouvez me contacter", ConsentContactText: "Si nous retrouvons votre argent ou avons une question. Nous ne demandons jamais de mot de passe ni de paiement.",
		ConsentTestify: "Je serais prêt à le dire devant un tribunal", ConsentTestifyText: "On vous le redemanderait avant.",
		ContactName: "Votre nom", ContactMail: "Adresse e-mail", ContactPhone: "Numéro de téléphone", ContactPrivacy: "Gardé sous clé, à part de votre signalement.",
		ReviewTitle: "Vérifiez vos réponses", ReviewYourWords: "Ce qui s'est passé", ReviewFound: "Ce qui est à eux", ReviewMoney: "Argent", ReviewRemote: "Accès à l'ordinateur", ReviewBrand: "Ils se faisaient passer pour", ReviewWhen: "Quand cela a commencé",
		ReviewConsents: "Ce que nous pouvons faire", ReviewNothing: "Rien", ReviewSend: "Envoyer mon signalement", ReviewSendText: "Il est enregistré dès que vous appuyez, et vous recevez un code.",
		AmountWrong: "Écrivez le montant en chiffres, comme 299.99", MoneyMissing: "Dites si vous avez payé", MailMissing: "Donnez une adresse e-mail ou un téléphone pour que nous puissions vous joindre",

		NowTitle: "Que faire maintenant", NowCode: "Votre code de reçu", NowCodeText: "Notez-le ou imprimez cette page. Il permet de la retrouver.", NowLead: "Votre signalement est enregistré. Faites ceci, dans cet ordre.",
		NowClock: "Votre banque peut encore tenter de rappeler l'argent : %s.", NowClockOver: "Le meilleur moment est passé. Faites-le quand même : parfois l'argent est encore là.", NowSource: "Source", PoliceTitle: "À qui le dire dans votre pays",

		StandTitle: "Où en est votre signalement", StandReceived: "Reçu", StandReceivedText: "Nous l'avons.", StandRead: "Lu", StandReadText: "Une personne d'ici l'a lu.",
		StandTogether: "Rejoint d'autres signalements", StandTogetherText: "D'autres personnes ont signalé les mêmes escrocs. Nous les examinons ensemble.", StandPolice: "Chez la police", StandPoliceText: "Il fait partie de ce que nous avons remis à la police.", StandNotYet: "Pas encore", StandNotAgreed: "Vous n'avez pas dit que nous pouvons le lui donner.", StandBeware: "Nous ne demandons jamais d'argent ni de mot de passe pour continuer. Qui le fait est un escroc.",
		StandAdd: "Ajouter quelque chose", StandAddLabel: "Que voulez-vous ajouter ?", StandAddSend: "Ajouter à mon signalement", StandAdded: "C'est ajouté à votre signalement.", StandAddEmpty: "Écrivez ce que vous voulez ajouter", StandAddLong: "C'est trop long : ajoutez le plus important",
		StandAgreed: "Ce que vous avez accepté", StandWithdraw: "Retirer mon accord", StandWithdrawText: "Dès maintenant, nous ne donnons votre nom à personne et ne vous contactons pas. Nous gardons votre signalement. Ce que la police ou d'autres ont déjà, ou qui est en route, reste chez eux : cela ne peut pas être annulé.", StandWithdrawYes: "Oui, le retirer", StandWithdrawn: "C'est retiré. Votre signalement reste chez nous.", StandKeep: "Non, laisser ainsi",
		StandDelete: "Supprimer mon signalement", StandDeleteText: "Il ne peut pas être supprimé en ce moment. Revenez dans quelques semaines. Ou écrivez à %s, dites que vous voulez le faire supprimer et donnez ce code : là, des personnes décident.", StandDeleteFirst: "Ce que vous pouvez faire ici tout de suite :",
		StandDeleteReferred: "Il ne peut pas être supprimé : votre signalement fait partie d’un dossier signé pour la police. Il y est une preuve, et nous devons le garder tel qu’il a été signé.",
		StandDeleteGoes:     "Ce qui disparaît, pour toujours", StandDeleteGoesText: "Votre nom et vos coordonnées. Ce que vous avez raconté, ce que vous avez ajouté et les images que vous avez envoyées. Ce que nous en avons tiré sur les escrocs. Tout de suite, plus personne ici ne peut le lire ; en un jour, c’est effacé de nos disques.",
		StandDeleteStays: "Ce qui reste, et pourquoi", StandDeleteStaysText: "Qu’un signalement est arrivé ce jour-là et a été supprimé : il est compté, et une inscription que personne ne peut changer le prouve. Les numéros et les comptes des escrocs que d’autres ont signalés aussi. Ce que la police ou d’autres ont déjà. Les copies de sécurité, jusqu’à leur remplacement.",
		StandDeleteLast: "Personne ne peut revenir en arrière. Sans votre signalement, il est plus difficile de les arrêter.", StandDeleteYes: "Oui, supprimer pour toujours", StandDeleted: "Votre signalement a été supprimé",
	}
}
