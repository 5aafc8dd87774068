package web

func japanese() Words {
	return Words{
		Lang: "ja", Name: "日本語",

		Service: "Ringbreaker", Skip: "本文へ", Languages: "言語", Back: "戻る", Continue: "次へ", Change: "変更", Optional: "(わかる場合)", Wish: "(ご希望の場合のみ)", Yes: "はい", No: "いいえ", NotSure: "わからない",
		Problem: "直していただきたい所があります", ErrorWord: "エラー:", Home: "最初のページ",
		NotGuilty:   "応じてしまったことは、あなたの落ち度ではありません。相手は一日中これをしている、慣れた者たちです。",
		FootPrivacy: "調べた内容は保存しません。報告はこの組織が保管し、お名前とご住所は厳重にしまい、理由の記録なしには誰も見られません。",
		FootWhat:    "このページは、ほかの誰にも何も送りません。",

		HomeTitle: "パソコン、注文、お金のことで、誰かから連絡がありましたか。", HomeLead: "何があったかを知らせたり、詐欺かどうかを調べたりできます。無料です。登録はいりません。",
		DoorReport: "連絡があった、または払ってしまった", DoorReportSub: "何があったか、ご自分の言葉で教えてください。今すぐすることの一覧をお渡しします。",
		DoorCheck: "これは詐欺ですか", DoorCheckSub: "電話番号、サイト、メールアドレス、メッセージを調べます。",
		PaidTitle: "この三日のうちに払いましたか", PaidText: "まず、カードに印刷された番号で銀行に電話してください。それからここに戻ってください。お金はまだ止められることがよくあります。",
		NeverTitle: "本物の会社が決してしないこと", NeverPhone: "Microsoft のエラーメッセージに電話番号が入ることはありません。",
		NeverGift: "Amazon、銀行、税務署、警察が、ギフトカードや暗号資産、金での支払いを求めることはありません。", NeverRemote: "突然電話をかけてきてパソコンを直す会社はありません。",
		NeverSecret: "正直な人は、家族や銀行に隠すようには言いません。",
		LinkAdvice:  "助言: すること、気をつけること", LinkFigures: "数字: 報告されたこと", LinkDispute: "自分の番号やサイトが誤って載っている",
		LinkWhere: "自分の報告をもう一度開く", CodeLabel: "受付コード", CodeButton: "表示",

		CheckTitle: "これは詐欺ですか", CheckLead: "電話番号、サイト、メールアドレス、暗号資産のアドレス、またはメッセージ全体を、入力するか貼り付けてください。",
		CheckLabel: "番号、サイト、アドレス、メッセージ", CheckHint: "例: +1 212 555 0142、またはメールの本文", CheckButton: "調べる", CheckAgain: "ほかのものを調べる", CheckEmpty: "まず何か入力するか貼り付けてください", CheckLong: "長すぎます。気になる部分だけを貼り付けてください",
		WhyTitle: "そう言う理由", DoTitle: "すること", CheckAsked: "お尋ねの内容",

		ReportStep: "5 のうち %s",
		TellTitle:  "何がありましたか", TellHint: "友だちに話すように書いてください。お名前、パスワード、カード番号は書かないでください。", TellLabel: "ご自分の言葉で",
		TellPaste: "届いたメールやメッセージを、そのまま貼り付けてもかまいません。", TellFile: "画面やメッセージの画像", TellFileHint: "一つ、10 MB まで。証拠として保管し、どのページにも表示しません。", TellEmpty: "何があったか、一、二文で書いてください",
		TellMineLabel: "誰に起きたことですか", TellMine: "自分", TellOther: "手伝っている相手", CountryLabel: "起きた国", CountryOther: "ほかの国",
		FoundTitle: "こう理解しました", FoundLead: "一つずつご覧ください。それが何だったかを選ぶか、外してください。", FoundNone: "番号、サイト、口座は見つかりませんでした。下に書き足すことも、このまま進むこともできます。",
		FoundRoleLabel: "それは何でしたか", FoundAddLabel: "抜けているものはありますか", FoundAddHint: "番号、サイト、メールアドレス、口座、会社。一行に一つ。",
		RoleCallback: "電話するように言われた番号", RoleShown: "かかってきたとき表示された番号", RoleSender: "送ってきた相手", RoleLure: "見たページやリンク", RolePayee: "お金の行き先",
		RoleRemote: "パソコンに入ってきた方法", RoleNamed: "相手が使った名前や会社", RoleMine: "自分のもの", RoleGenuine: "本物の会社のもの", RoleDrop: "関係がない",
		KindPhone: "電話番号", KindSite: "サイトやリンク", KindMail: "メールアドレス", KindMoney: "口座やウォレット", KindFirm: "会社や名前", KindRemote: "遠隔操作", KindOther: "その他",
		MissingTitle: "いくつかの質問、まずお金のこと", MoneyAsk: "払いましたか", MoneySent: "はい、払いました", MoneyTried: "払おうとしたが、できなかった", MoneyAsked: "求められたが、払わなかった", MoneyNone: "お金の話はなかった",
		AmountLabel: "いくらですか", CurrencyLabel: "通貨", RailLabel: "方法", SentWhenLabel: "いつ払いましたか", BankToldLabel: "銀行にはもう知らせましたか",
		RailCard: "カード", RailWire: "銀行振込", RailGift: "ギフトカード", RailCrypto: "暗号資産", RailCash: "現金", RailCourier: "取りに来た人に金や現金を", RailUPI: "UPI", RailTransfer: "送金サービス (Western Union など)", RailOther: "ほかの方法",
		RemoteAsk: "パソコンや電話に入られましたか", RemoteHint: "例: AnyDesk、TeamViewer、番号を入力したページ", BrandLabel: "相手は誰だと名乗りましたか", BrandHint: "例: Microsoft、Amazon、銀行、警察",
		WhenLabel: "いつ始まりましたか", AgeLabel: "被害にあった方の年齢", AgeHint: "誰が狙われているかを知る助けになります。", Age60: "60 歳以上", AgeSecret: "答えたくない",
		ConsentTitle: "お話を使ってもよいですか", ConsentLead: "どれも自由に選べます。どう選んでも報告は保管し、止めるために役立てます。",
		ConsentPolice: "報告を警察に渡してよい", ConsentPoliceText: "警察が動くとき、被害者の報告として数えられます。",
		ConsentPartner: "詐欺師の番号をほかの会社に見せてよい", ConsentPartnerText: "詐欺師の番号、サイト、口座だけです。お名前やお話は決して見せません。",
		ConsentContact: "連絡してよい", ConsentContactText: "お金が見つかったときや、お尋ねしたいときだけです。パスワードや支払いを求めることはありません。",
		ConsentTestify: "法廷で話してもよい", ConsentTestifyText: "その前に、もう一度お尋ねします。",
		ContactName: "お名前", ContactMail: "メールアドレス", ContactPhone: "電話番号", ContactPrivacy: "報告とは別に、厳重に保管します。",
		ReviewTitle: "内容を確かめてください", ReviewYourWords: "何があったか", ReviewFound: "相手のもの", ReviewMoney: "お金", ReviewRemote: "パソコンへの侵入", ReviewBrand: "名乗った名前", ReviewWhen: "始まった日",
		ReviewConsents: "してよいこと", ReviewNothing: "なし", ReviewSend: "報告を送る", ReviewSendText: "ボタンを押すとすぐに保管され、コードをお渡しします。",
		AmountWrong: "金額は 299.99 のように数字で書いてください", MoneyMissing: "払ったかどうかを選んでください", MailMissing: "連絡できるように、メールアドレスか電話番号を書いてください",

		NowTitle: "今すること", NowCode: "受付コード", NowCodeText: "書き留めるか、このページを印刷してください。これでまたこのページを開けます。", NowLead: "報告を保管しました。次のことを、この順にしてください。",
		NowClock: "銀行はまだお金を取り戻せるかもしれません: %s。", NowClockOver: "一番よい時は過ぎましたが、それでもしてください。お金がまだ残っていることがあります。", NowSource: "出典", PoliceTitle: "お住まいの国での届け先",

		StandTitle: "報告は今どうなっているか", StandReceived: "受け付けました", StandReceivedText: "お預かりしています。", StandRead: "読みました", StandReadText: "担当の者が読みました。",
		StandTogether: "ほかの報告とつながりました", StandTogetherText: "同じ詐欺師について、ほかの方も報告しています。まとめて調べています。", StandPolice: "警察に渡しました", StandPoliceText: "警察に渡した資料に入っています。", StandNotYet: "まだです", StandNotAgreed: "警察に渡してよいというお返事をいただいていません。", StandBeware: "先に進めるためにお金やパスワードを求めることは決してありません。求める人は詐欺師です。",
		StandAdd: "書き足す", StandAddLabel: "何を書き足しますか", StandAddSend: "報告に書き足す", StandAdded: "報告に書き足しました。", StandAddEmpty: "書き足すことを書いてください", StandAddLong: "長すぎます。一番大事なところを書いてください",
		StandAgreed: "同意されたこと", StandWithdraw: "同意を取り消す", StandWithdrawText: "これからは、お名前をだれにも渡さず、こちらから連絡もしません。報告はお預かりしたままです。警察などにすでに渡ったもの、送っている途中のものは、そこに残ります。これは元に戻せません。", StandWithdrawYes: "はい、取り消します", StandWithdrawn: "取り消しました。報告はお預かりしたままです。", StandKeep: "いいえ、このままにします",
		StandDelete: "報告を消す", StandDeleteText: "今は消すことができません。数週間たってから、もう一度おいでください。または%sに手紙やメールで、消してほしいことと、このコードを伝えてください。そこで人が判断します。", StandDeleteFirst: "ここですぐにできること：",
		StandDeleteReferred: "消すことができません。あなたの報告は、警察に渡すために署名された事件の一部です。そこでは証拠になっているため、署名されたときのまま残さなければなりません。",
		StandDeleteGoes:     "永久に消えるもの", StandDeleteGoesText: "あなたの名前と連絡先。あなたが話したこと、付け加えたこと、送った画像。そこから私たちが取り出した詐欺師についての情報。ここではすぐにだれも読めなくなり、一日以内に私たちのディスクから消えます。",
		StandDeleteStays: "残るもの、その理由", StandDeleteStaysText: "その日に報告が一件あり、消されたこと。件数に数えられ、だれにも書き換えられない記録がそれを証明します。ほかの人も報告した詐欺師の番号や口座。警察などがすでに持っているもの。データが失われないように作った控えは、新しいものに替わるまで残ります。",
		StandDeleteLast: "元に戻すことはだれにもできません。あなたの報告がないと、詐欺師を止めるのが難しくなります。", StandDeleteYes: "はい、永久に消します", StandDeleted: "あなたの報告は消されました",
	}
}
