package web

//nolint:misspell // it is Spanish
func spanish() Words {
	return Words{
		Lang: "es", Name: "Español",

		Service: "Ringbreaker", Skip: "Ir a la parte principal", Languages: "Idiomas", Back: "Atrás", Continue: "Continuar", Change: "Cambiar", Optional: "(si lo sabe)", Wish: "(solo si quiere)", Yes: "Sí", No: "No", NotSure: "No estoy seguro",
		Problem: "Hay un problema", ErrorWord: "Error:", Home: "Inicio",
		NotGuilty:   "Usted no hizo nada malo por contestar. Esta gente lo hace todo el día y sabe hacerlo.",
		FootPrivacy: "Lo que usted consulta no se guarda. Lo que denuncia lo conserva esta organización; su nombre y dirección quedan bajo llave y nadie los ve sin un motivo declarado.",
		FootWhat:    "Esta página no envía nada a nadie más.",

		HomeTitle: "¿Alguien le ha contactado por su ordenador, un pedido o su dinero?", HomeLead: "Aquí puede contarnos qué pasó o saber si algo es una estafa. Es gratis. No necesita cuenta.",
		DoorReport: "Me contactaron, o pagué", DoorReportSub: "Cuéntenos qué pasó con sus palabras. Recibirá una lista de lo que debe hacer ahora.",
		DoorCheck: "¿Es una estafa?", DoorCheckSub: "Compruebe un número de teléfono, una página, una dirección de correo o un mensaje.",
		PaidTitle: "¿Pagó en los últimos tres días?", PaidText: "Llame primero a su banco, al número impreso en su tarjeta. Después vuelva aquí. Muchas veces el dinero aún se puede detener.",
		NeverTitle: "Lo que las empresas de verdad nunca hacen", NeverPhone: "Los mensajes de error de Microsoft nunca incluyen un número de teléfono.",
		NeverGift: "Amazon, su banco, Hacienda y la policía nunca le piden pagar con tarjetas regalo, criptomonedas u oro.", NeverRemote: "Ninguna empresa le llama de repente para reparar su ordenador.",
		NeverSecret: "Nadie honrado le pide que lo oculte a su familia o a su banco.",
		LinkAdvice:  "Consejos: qué hacer, en qué fijarse", LinkFigures: "Cifras: lo que se ha denunciado", LinkDispute: "Mi número o mi página está en la lista y no debería",
		LinkWhere: "Volver a encontrar mi denuncia", CodeLabel: "Su código de recibo", CodeButton: "Mostrar",

		CheckTitle: "¿Es una estafa?", CheckLead: "Escriba o pegue lo que tenga: un teléfono, una página, un correo, un monedero de criptomonedas o el mensaje entero.",
		CheckLabel: "Número, página, dirección o mensaje", CheckHint: "Por ejemplo +1 212 555 0142, o el texto de un correo", CheckButton: "Comprobar", CheckAgain: "Comprobar otra cosa", CheckEmpty: "Escriba o pegue algo primero", CheckLong: "Es demasiado largo: pegue la parte que le preocupa",
		WhyTitle: "Por qué lo decimos", DoTitle: "Qué hacer", CheckAsked: "Usted preguntó por",

		ReportStep: "Paso %s de 5",
		TellTitle:  "¿Qué pasó?", TellHint: "Escríbalo como se lo contaría a un amigo. No ponga su nombre, contraseñas ni números de tarjeta.", TellLabel: "Con sus palabras",
		TellPaste: "También puede pegar aquí el correo o el mensaje tal como llegó.", TellFile: "Una imagen de la pantalla o del mensaje", TellFileHint: "Un archivo de hasta 10 MB. Se guarda como prueba y no se muestra en ninguna página.", TellEmpty: "Escriba qué pasó, en una o dos frases",
		TellMineLabel: "¿A quién le pasó?", TellMine: "A mí", TellOther: "A una persona a la que ayudo", CountryLabel: "País donde ocurrió", CountryOther: "Otro país",
		FoundTitle: "Esto es lo que entendimos", FoundLead: "Mire cada tarjeta, por favor. Diga qué era, o quítela.", FoundNone: "No encontramos ningún número, página o cuenta en sus palabras. Puede añadirlo abajo o seguir sin él.",
		FoundRoleLabel: "¿Qué era?", FoundAddLabel: "¿Falta algo?", FoundAddHint: "Un número, página, correo, cuenta o empresa. Uno por línea.",
		RoleCallback: "El número al que me dijeron que llamara", RoleShown: "El número que mostró mi teléfono cuando llamaron", RoleSender: "De quién venía", RoleLure: "La página o el enlace que vi", RolePayee: "Adonde fue el dinero",
		RoleRemote: "Cómo entraron en mi ordenador", RoleNamed: "Un nombre o empresa que usaron", RoleMine: "Es mío", RoleGenuine: "Es de la empresa de verdad", RoleDrop: "No tiene nada que ver",
		KindPhone: "Número de teléfono", KindSite: "Página o enlace", KindMail: "Dirección de correo", KindMoney: "Cuenta o monedero", KindFirm: "Empresa o nombre", KindRemote: "Acceso remoto", KindOther: "Otra cosa",
		MissingTitle: "Unas preguntas, primero el dinero", MoneyAsk: "¿Pagó usted?", MoneySent: "Sí, pagué", MoneyTried: "Lo intenté, pero no se hizo", MoneyAsked: "Me lo pidieron y no pagué", MoneyNone: "No se habló de dinero",
		AmountLabel: "¿Cuánto?", CurrencyLabel: "Moneda", RailLabel: "¿Cómo?", SentWhenLabel: "¿Cuándo pagó?", BankToldLabel: "¿Ya avisó a su banco?",
		RailCard: "Tarjeta", RailWire: "Transferencia bancaria", RailGift: "Tarjetas regalo", RailCrypto: "Criptomonedas", RailCash: "Efectivo", RailCourier: "Oro o efectivo, a alguien que vino", RailUPI: "UPI", RailTransfer: "Envío de dinero (como Western Union)", RailOther: "De otra forma",
		RemoteAsk: "¿Entraron en su ordenador o teléfono?", RemoteHint: "Por ejemplo con AnyDesk, TeamViewer o una página donde escribió un código", BrandLabel: "¿Quiénes dijeron ser?", BrandHint: "Por ejemplo Microsoft, Amazon, su banco, la policía",
		WhenLabel: "¿Cuándo empezó?", AgeLabel: "Edad de la persona a la que le pasó", AgeHint: "Nos ayuda a ver a quién buscan.", Age60: "60 o más", AgeSecret: "Prefiero no decirlo",
		ConsentTitle: "¿Podemos usar lo que nos contó?", ConsentLead: "Cada punto lo decide usted. Decida lo que decida, guardamos su denuncia y ayudamos a detenerlos.",
		ConsentPolice: "Pueden dar mi denuncia a la policía", ConsentPoliceText: "Puede contar como denuncia de una víctima cuando actúe contra quienes están detrás.",
		ConsentPartner: "Pueden mostrar los números de los estafadores a otras empresas", ConsentPartnerText: "Solo números, páginas y cuentas de los estafadores; nunca su nombre ni su historia.",
		ConsentContact: "Pueden contactarme", ConsentContactText: "Si encontramos su dinero o necesitamos preguntarle algo. Nunca pedimos contraseñas ni pagos.",
		ConsentTestify: "Estaría dispuesto a contarlo ante un tribunal", ConsentTestifyText: "Antes se le volvería a preguntar.",
		ContactName: "Su nombre", ContactMail: "Correo electrónico", ContactPhone: "Teléfono", ContactPrivacy: "Se guarda bajo llave, separado de su denuncia.",
		ReviewTitle: "Revise sus respuestas", ReviewYourWords: "Qué pasó", ReviewFound: "Lo que es de ellos", ReviewMoney: "Dinero", ReviewRemote: "Acceso al ordenador", ReviewBrand: "Dijeron ser", ReviewWhen: "Cuándo empezó",
		ReviewConsents: "Lo que podemos hacer", ReviewNothing: "Nada", ReviewSend: "Enviar mi denuncia", ReviewSendText: "Se guarda en cuanto pulse el botón y recibirá un código.",
		AmountWrong: "Escriba la cantidad con cifras, como 299.99", MoneyMissing: "Diga si pagó", MailMissing: "Dé un correo o un teléfono para que podamos contactarle",

		NowTitle: "Qué hacer ahora", NowCode: "Su código de recibo", NowCodeText: "Apúntelo o imprima esta página. Con él volverá a encontrarla.", NowLead: "Su denuncia está guardada. Haga estas cosas en este orden.",
		NowClock: "Su banco aún puede intentar recuperar el dinero: %s.", NowClockOver: "El mejor momento ya pasó. Hágalo de todos modos: a veces el dinero sigue ahí.", NowSource: "Fuente", PoliceTitle: "A quién avisar en su país",

		StandTitle: "En qué punto está su denuncia", StandReceived: "Recibida", StandReceivedText: "La tenemos.", StandRead: "Leída", StandReadText: "Una persona de aquí la ha leído.",
		StandTogether: "Va con otras", StandTogetherText: "Otras personas denunciaron a los mismos estafadores. Lo miramos todo junto.", StandPolice: "En manos de la policía", StandPoliceText: "Está en lo que entregamos a la policía.", StandNotYet: "Todavía no", StandNotAgreed: "Usted no dijo que podamos dársela.", StandBeware: "Nunca le pedimos dinero ni una contraseña para seguir. Quien lo haga es un estafador.",
		StandAdd: "Añadir algo", StandAddLabel: "¿Qué quiere añadir?", StandAddSend: "Añadir a mi denuncia", StandAdded: "Se añadió a su denuncia.", StandAddEmpty: "Escriba lo que quiere añadir", StandAddLong: "Es demasiado largo: añada lo más importante",
		StandAgreed: "Lo que usted aceptó", StandWithdraw: "Retirar lo que acepté", StandWithdrawText: "Desde ahora no damos su nombre a nadie ni nos ponemos en contacto con usted. Conservamos su denuncia. Lo que la policía u otros ya tienen, o va de camino, se queda con ellos: eso no se puede deshacer.", StandWithdrawYes: "Sí, retirarlo", StandWithdrawn: "Queda retirado. Su denuncia sigue con nosotros.", StandKeep: "No, dejarlo como está",
		StandDelete: "Borrar mi denuncia", StandDeleteText: "No se puede borrar en este momento. Vuelva dentro de unas semanas. O escriba a %s, diga que quiere que se borre y dé este código: allí deciden personas.", StandDeleteFirst: "Lo que puede hacer aquí ahora mismo:",
		StandDeleteReferred: "No se puede borrar: su denuncia forma parte de un caso firmado para la policía. Allí es una prueba y debemos guardarla tal como se firmó.",
		StandDeleteGoes:     "Lo que desaparece, para siempre", StandDeleteGoesText: "Su nombre y cómo localizarle. Lo que contó, lo que añadió y las imágenes que envió. Lo que sacamos de ello sobre los estafadores. De inmediato nadie aquí podrá leerlo; en un día habrá desaparecido de nuestros discos.",
		StandDeleteStays: "Lo que queda, y por qué", StandDeleteStaysText: "Que ese día llegó una denuncia y se borró: se cuenta, y una anotación que nadie puede cambiar lo prueba. Los números y las cuentas de los estafadores que otras personas también denunciaron. Lo que la policía u otros ya tienen. Las copias de seguridad, hasta que se sustituyan.",
		StandDeleteLast: "Nadie puede deshacerlo. Sin su denuncia es más difícil detenerlos.", StandDeleteYes: "Sí, borrarla para siempre", StandDeleted: "Su denuncia se borró",
	}
}
