package synth

// The words of pop-up kits and call scripts. A {slot} is filled when a report
// is written; a list within a list holds wordings of one sentence, of which
// each operator uses one.

// popupKits are what pop-up makers sell. Rivals buy the same one.
var popupKits = [][]string{
	{
		"{brand} Security Alert. Error code {code}. Access to this computer has been blocked for security reasons. " +
			"Your computer has reported to us that it is infected with Trojan spyware. The following data is at risk: e-mail credentials, " +
			"banking passwords, photos and documents. You must contact us immediately so that our engineers can walk you through the removal process " +
			"over the phone. Call {brand} support within 5 minutes to keep your computer from being disabled: {phone} (toll free).",
		"** {brand} WARNING ** Your device has been locked. Illegal activity was found from your address. Do not shut down or restart. " +
			"Your registration key is blocked. Why we blocked your computer: it is sending viruses over the internet, it is using a pirated or out of date licence. " +
			"Please call {brand} help desk at {phone} to unlock. Ref {code}.",
		"{brand} Defender: threat detected, App: Ads.financetrack(2).dll, status quarantined. The access to this PC has been suspended. " +
			"Enter user name and password or call support {phone} now. If you close this page before calling us, your access will be disabled " +
			"and your information will be lost. Ticket {code}.",
		"Firewall notice from {brand}. Suspicious movement of data to a foreign server was stopped at the last moment. A technician is waiting. " +
			"Case {code} stays open for 10 minutes. Dial {phone} and do not use online banking until the scan is over. Closing this window will erase the disk.",
		"Important: hard drive safety delete starting in 5:00 minutes. {brand} found that your private keys, saved passwords and webcam were opened by a stranger. " +
			"To stop the countdown call the {brand} certified line {phone}. Quote {code} to the operator.",
	},
}

// activationKits are the pages met when setting up a device.
var activationKits = []string{
	"{brand} device activation. Your activation code {code} could not be verified. A setup specialist must register the device by hand. " +
		"Call activation support: {phone}. Lines are open every day. A one time setup fee may apply for lifetime membership.",
	"Welcome to {brand} Stick setup. Server busy, error {code}. To finish the activation of your {brand} account please chat with us or call {phone}. " +
		"Do not unplug the device. Our agents will verify your network.",
	"{brand} TV code portal. The code {code} has expired. Your network is not protected and the device was blocked. For a new code dial {phone} and keep a card at hand to confirm your identity.",
}

// callScripts are what agents read. Each sentence has several wordings.
var callScripts = [][][]string{
	{
		{
			"Thank you for calling {brand} technical support, my name is {alias}, how may I assist you today?",
			"{brand} support desk, this is {alias} speaking, may I have your first name please?",
			"Good day, you have reached the {brand} security department, I am {alias}, employee number {code}.",
		},
		{
			"I want you to stay calm and do exactly what I tell you because hackers are inside your network right now.",
			"Do not touch the computer, there are foreign connections in your network at this very moment.",
			"First of all do not worry, you called in time, but there is somebody sitting in your machine.",
		},
		{
			"Please press the Windows key together with the letter R and type what I spell for you.",
			"Open the little window at the bottom left, type eventvwr, and tell me how many errors you can count.",
			"Go to your browser and type the address I am going to spell letter by letter.",
		},
		{
			"You see all these red and yellow marks, each of them is a virus that cannot be deleted.",
			"Every line you see there as established is one hacker who is connected.",
			"Those warnings mean that your network security expired and your licence was stolen.",
		},
		{
			"I will connect you to our secure server with {tool} so that my senior technician can run a scan.",
			"Please download {tool} and read me the numbers that you see so that I can help you faster.",
			"We use {tool} which is the approved tool, just click allow and accept.",
		},
		{
			"There is a one time charge of {amount} for lifetime protection of all your devices.",
			"The network firewall costs {amount} and it is refundable after ninety days.",
			"For the cleaning and three years of security the fee is {amount} only.",
		},
		{
			"Do not tell the bank what it is for because the bank people are also being watched by the hackers.",
			"If the bank asks, say that it is for a family member, otherwise they will block it.",
			"Keep me on the line while you make the payment, this is for your own safety.",
		},
		{
			"If the line drops call me back directly on {phone}, extension {ext}.",
			"My direct number is {phone}, please write it down in capital letters.",
			"For any question just dial {phone} and ask for {alias}.",
		},
	},
	{
		{
			"This is the {brand} activation team, {alias} here, I can see your device is not registered.",
			"Hello and welcome to {brand} setup, I am {alias}, can you read me the code on your television?",
			"You are through to {brand} device care, my name is {alias}, is the light on the stick orange or blue?",
		},
		{
			"The code did not work because your network has been compromised by a foreign address.",
			"It cannot be activated since the account server was hacked from outside.",
			"Your device was flagged because someone used your internet to watch illegal things.",
		},
		{
			"We have to check the computer or the phone on the same network first.",
			"Please take your phone and open the store so that we can install the checking program.",
			"Switch on your laptop, the device and the laptop share one connection.",
		},
		{
			"Install {tool} and give me the nine digits, this is how we synchronise the device.",
			"I am sending you the secure link of {tool}, tell me when you see my name.",
			"Look for {tool}, it is a screen sharing for certified staff.",
		},
		{
			"The lifetime activation is {amount}, there will be no other charges ever.",
			"You pay {amount} once and the streaming is free for three years.",
			"To release the block there is a security fee of {amount} which we refund by cheque.",
		},
		{
			"We only take cards from a shop today because the card machine is under maintenance.",
			"Please read me the long number on the card and the date so that I can register it.",
			"I will transfer you to our billing department, stay on the line.",
		},
		{
			"You can reach us on {phone} at any time of the day.",
			"Please save {phone} under {brand} support on your phone.",
			"In case of error call {phone} and mention {alias}.",
		},
	},
}

// narrative sentences of victims, in the order in which a story goes.
type story struct {
	popup, device, call   [][]string // how it began
	remote                []string
	asked, sent, notSent  []string
	number, site, account []string // told in passing
	alias, again, end     []string
}

var stories = map[string]story{
	"en": {
		popup: [][]string{{
			"I was reading the news when a page took over my whole screen with a loud alarm.",
			"A red box came up that said my computer was infected and I could not close it.",
			"My mother (she is on her own) was looking for a recipe when the computer froze and a woman's voice said it was locked.",
			"A blue full screen warning appeared, it beeped and told me not to turn off the machine.",
			"I clicked a wrong link and then a {brand} warning covered everything.",
			"Popup on the laptop, would not go away.",
		}},
		device: [][]string{{
			"I bought a {brand} stick and wanted to activate it, so I searched for the activation page.",
			"The new device asked for a code and the first result in the search took me to a page that looked like {brand}.",
			"Trying to set up my {brand} TV box I typed the address wrong and got a help page.",
			"My father wanted to register his {brand} device and found a number on the internet.",
		}},
		call: [][]string{{
			"I got a call from someone who said he was from {brand}.",
			"A man rang and told me my {brand} account had been charged for something I never bought.",
			"They left a voicemail about a {brand} order over $900.",
		}},
		number: []string{
			"The number on the screen was {phone}.", "It said to call {phone}, so I did.", "I dialled {phone} and a man answered.",
			"They told me to ring {phone}.", "phone no {phone}", "I still have the number: {phone}", "The number he gave me for calling back is {phone}.",
		},
		site:    []string{"The address at the top was {url}.", "The page was {url}", "I found it in my history: {url}", "He had me open {url} first."},
		alias:   []string{"He called himself {alias}.", "The man said his name was {alias} but he had a heavy accent.", "I spoke to {alias} and later to a supervisor.", "\"{alias}\" was very polite at the beginning."},
		remote:  []string{"They had me install {tool} and took over the mouse.", "He asked for the {tool} number and then I could see him moving things.", "I let him in with {tool}. The id on the window was {session}.", "They connected through {tool} ({session}) and showed me lots of errors."},
		asked:   []string{"They wanted {amount}.", "He said it would cost {amount}.", "The price was {amount} for lifetime protection."},
		sent:    []string{"I paid {amount} by {rail}.", "I am ashamed to say I sent {amount} ({rail}).", "In the end {amount} went out by {rail} before my daughter stopped me.", "{amount} was taken."},
		account: []string{"The money went to {payee}.", "On my statement it shows as {payee}.", "He gave me these details: {payee}", "It was paid to {payee}."},
		notSent: []string{"I hung up before I paid anything.", "My bank stopped it.", "I got suspicious and pulled the plug.", "I did not pay."},
		again:   []string{"A week later they rang again and wanted more.", "They said the first payment did not go through and I paid a second time.", "Then came another one who said he was from the refund department."},
		end: []string{
			"Please stop these people.", "I feel so stupid.", "My computer is still slow.", "I have told my bank and changed my passwords.",
			"I am 78 and live alone, this was my savings.", "Can I get my money back?", "I want to warn others.", "", "",
		},
	},
	"de": {
		popup:   [][]string{{"Beim Lesen der Zeitung ging plötzlich eine Seite mit lautem Alarm auf.", "Auf dem Bildschirm stand, mein Rechner sei gesperrt, angeblich von {brand}.", "Eine rote Warnung bedeckte alles und liess sich nicht schliessen."}},
		device:  [][]string{{"Ich wollte meinen {brand} Stick aktivieren und kam auf eine falsche Hilfeseite.", "Bei der Einrichtung des {brand} Geräts fand ich im Internet eine Nummer."}},
		call:    [][]string{{"Ein Mann rief an und sagte, er sei von {brand}.", "Jemand von {brand} meldete sich wegen einer Bestellung."}},
		number:  []string{"Die Nummer auf dem Schirm war {phone}.", "Ich sollte {phone} anrufen.", "Tel. {phone}", "Zurückrufen sollte ich unter {phone}."},
		site:    []string{"Die Adresse war {url}.", "Oben stand {url}"},
		alias:   []string{"Er nannte sich {alias}.", "Der Techniker hiess angeblich {alias}."},
		remote:  []string{"Ich musste {tool} installieren, die Kennung war {session}.", "Über {tool} hat er den Rechner übernommen."},
		asked:   []string{"Er verlangte {amount}.", "Es sollte {amount} kosten."},
		sent:    []string{"Ich habe {amount} bezahlt ({rail}).", "{amount} sind weg."},
		account: []string{"Das Geld ging an {payee}.", "Empfänger: {payee}"},
		notSent: []string{"Bezahlt habe ich nichts.", "Ich habe aufgelegt."},
		again:   []string{"Eine Woche später riefen sie wieder an."},
		end:     []string{"Bitte tun Sie etwas.", "Ich bin 81 Jahre alt.", "", "Meine Bank weiss Bescheid."},
	},
	"es": {
		popup:   [][]string{{"Estaba leyendo el correo y la pantalla se bloqueó con una alarma.", "Salió un aviso de {brand} que decía que mi ordenador tenía un virus."}},
		device:  [][]string{{"Quería activar mi {brand} y encontré una página de ayuda falsa.", "Al instalar el aparato de {brand} busqué el número en internet."}},
		call:    [][]string{{"Me llamó un señor que decía ser de {brand}."}},
		number:  []string{"El número era {phone}.", "Me pidieron llamar al {phone}.", "tel {phone}", "Para devolver la llamada: {phone}"},
		site:    []string{"La página era {url}.", "La dirección: {url}"},
		alias:   []string{"Dijo llamarse {alias}."},
		remote:  []string{"Tuve que instalar {tool}, el número era {session}.", "Entraron con {tool}."},
		asked:   []string{"Pedían {amount}."},
		sent:    []string{"Pagué {amount} ({rail}).", "Me quitaron {amount}."},
		account: []string{"El dinero fue a {payee}.", "Beneficiario: {payee}"},
		notSent: []string{"No pagué nada.", "Colgué."},
		again:   []string{"A la semana volvieron a llamar."},
		end:     []string{"Quiero denunciarlo.", "", "Mi banco ya lo sabe."},
	},
}

var (
	firstNames = []string{"Mary", "Robert", "Patricia", "James", "Linda", "John", "Barbara", "Michael", "Susan", "William", "Dorothy", "Richard", "Helen", "Charles", "Ruth", "Thomas", "Margaret", "Donald", "Carol", "George", "Joan", "Kenneth", "Shirley", "Edward", "Judith", "Ronald", "Betty", "Frank", "Evelyn", "Harold"}
	// holderNames are of people who lend an account. They are kept apart from
	// the victims' so that a scan for victims' names finds victims.
	holderNames = []string{"Applegarth", "Blenkin", "Copperwaite", "Drax", "Entwhistle", "Fothergill", "Garside", "Heslop", "Illingworth", "Jephcott", "Kershaw", "Lofthouse", "Micklethwait", "Nettleton", "Ogleby", "Postgate", "Raistrick", "Sugden", "Tunnicliffe", "Wolstenholme"}
	lastNames   = []string{"Ashdown", "Birkett", "Coldwell", "Dunmore", "Eastlake", "Farrow", "Greaves", "Hollins", "Ingram", "Jarvis", "Kettering", "Lowry", "Maddox", "Northcote", "Oakes", "Pemberton", "Quill", "Radley", "Selwyn", "Thornbury", "Underhill", "Vickers", "Wetherby", "Yardley", "Ackland", "Brandt", "Castellan", "Delmar", "Engel", "Fuentes"}
	agentNames  = []string{"Kevin Wilson", "Ryan Parker", "Alex Morgan", "David Miller", "Sam Cooper", "Jack Turner", "Mike Anderson", "Steve Harris", "Peter Clark", "Eric Johnson", "Daniel Scott", "Chris Baker", "Justin Reed", "Adam Brown", "Brian Foster", "Nick Carter", "Rose Martin", "Jessica Adams", "Emily Stone", "Olivia Hall", "Nancy Price", "Victor Lane", "Oscar Bell", "Leo Grant", "Max Porter", "Tony Hayes", "Harry Cole", "Simon West", "Frank Dean", "Julia Cruz"}
	directors   = []string{"Arvind Maheshwar", "Nitin Solankar", "Farhan Qadeeri", "Sunil Bhardvaj", "Rakesh Tomarel", "Imran Sheikhani", "Deepak Vashisht", "Pooja Narangal", "Manish Kothariya", "Vikas Chaturvedan", "Harpreet Gillon", "Anjali Deshmukhe", "Rohit Senguptan", "Kiran Pillaiyar", "Tarun Oberaj", "Neha Kapurwala", "Sameer Ansariq", "Ashok Trivedan", "Gaurav Malhotran", "Ritu Saxenai"}
	firmWords   = []string{"Northstar", "Bluepine", "Silverline", "Quickfix", "Brightway", "Clearpath", "Skyhelp", "Trueguard", "Optiserve", "Proassist", "Netcarelink", "Zenith Desk", "Primeroot", "Everon", "Techlyne", "Globosol", "Infocradle", "Safehaven", "Cloudmere", "Digicrest", "Maxisure", "Fastlane", "Purelogic", "Corebridge", "Vantiq", "Summitra", "Orbitel", "Kinetiq", "Lumora", "Novexa"}
	firmEnds    = []string{"Solutions", "Infotech", "Services", "Technologies", "Softcare", "Global", "Systems"}
	siteWords   = []string{"alert", "secure", "help", "support", "pc", "fix", "care", "scan", "shield", "warning", "error", "desk", "safe", "check", "cloud", "update", "online", "service", "guard", "portal", "center", "system", "live", "tech", "code"}
	activeWords = []string{"activate", "setup", "tv", "stick", "code", "register", "stream", "device", "link", "pair", "start", "login", "box", "cast", "home", "player", "channel", "guide", "member", "prime"}
	giftBrands  = []string{"applestone", "playgreen", "steamhill", "targetway", "razorgold"}
	banks       = []string{"First Harbor Bank", "Union Lake Credit", "Meadow National Bank", "Cresta Savings", "Old Mill Trust", "Pacific Pine Bank"}
	cities      = []struct{ City, State, Code string }{{"Gurugram", "Haryana", "HR"}, {"Noida", "Uttar Pradesh", "UP"}, {"New Delhi", "Delhi", "DL"}, {"Kolkata", "West Bengal", "WB"}, {"Indore", "Madhya Pradesh", "MP"}, {"Bengaluru", "Karnataka", "KA"}, {"Kochi", "Kerala", "KL"}, {"Chennai", "Tamil Nadu", "TN"}, {"Mohali", "Punjab", "PB"}, {"Patna", "Bihar", "BR"}, {"Shimla", "Himachal Pradesh", "HP"}}
)
