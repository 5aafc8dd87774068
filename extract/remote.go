package extract

// remoteTool is a remote-access product. All of them are lawful: the name is
// context, the id and the relay are what links.
type remoteTool struct {
	word   string // as a text names it, lower case
	name   string // canonical
	least  int    // digits of an id, 0 if ids have no fixed form
	most   int
	vendor string // its maker's site: shared by all customers
}

// remoteTools are products that support fraudsters have been seen to use
// (general knowledge; the names are what victims write).
var remoteTools = []remoteTool{
	{"anydesk", "anydesk", 9, 10, "anydesk.com"},
	{"teamviewer", "teamviewer", 8, 10, "teamviewer.com"},
	{"ultraviewer", "ultraviewer", 7, 9, "ultraviewer.net"},
	{"rustdesk", "rustdesk", 8, 10, "rustdesk.com"},
	{"supremo", "supremo", 8, 10, "supremocontrol.com"},
	{"alpemix", "alpemix", 6, 10, "alpemix.com"},
	{"hoptodesk", "hoptodesk", 8, 10, "hoptodesk.com"},
	{"aweray", "aweray", 8, 10, "aweray.com"},
	{"awesun", "awesun", 8, 10, "aweray.com"},
	{"iperius", "iperius", 7, 10, "iperiusremote.com"},
	{"quicksupport", "teamviewer", 8, 10, "teamviewer.com"},
	{"logmein", "logmein", 6, 9, "logmein.com"},
	{"logmein123", "logmein", 6, 9, "logmein123.com"},
	{"gotoassist", "gotoassist", 6, 9, "gotoassist.com"},
	{"gotomypc", "gotomypc", 0, 0, "gotomypc.com"},
	{"fastsupport", "gotoassist", 6, 9, "fastsupport.com"},
	{"screenconnect", "screenconnect", 0, 0, "screenconnect.com"},
	{"connectwise", "screenconnect", 0, 0, "connectwise.com"},
	{"zoho", "zohoassist", 6, 10, "zoho.com"},
	{"zohoassist", "zohoassist", 6, 10, "zoho.com"},
	{"splashtop", "splashtop", 9, 9, "splashtop.com"},
	{"ammyy", "ammyy", 7, 9, "ammyy.com"},
	{"aeroadmin", "aeroadmin", 8, 10, "aeroadmin.com"},
	{"dwservice", "dwservice", 9, 9, "dwservice.net"},
	{"dwagent", "dwservice", 9, 9, "dwservice.net"},
	{"simplehelp", "simplehelp", 0, 0, "simple-help.com"},
	{"meshcentral", "meshcentral", 0, 0, "meshcentral.com"},
	{"netsupport", "netsupport", 0, 0, "netsupportsoftware.com"},
	{"atera", "atera", 0, 0, "atera.com"},
	{"remotepc", "remotepc", 0, 0, "remotepc.com"},
	{"getscreen", "getscreen", 9, 9, "getscreen.me"},
	{"parsec", "parsec", 0, 0, "parsec.app"},
	{"helpwire", "helpwire", 0, 0, "helpwire.app"},
	{"syncro", "syncro", 0, 0, "syncromsp.com"},
	{"airdroid", "airdroid", 9, 9, "airdroid.com"},
	{"litemanager", "litemanager", 6, 10, "litemanager.com"},
	{"showmypc", "showmypc", 0, 0, "showmypc.com"},
	{"bomgar", "bomgar", 0, 0, "bomgar.com"},
	{"beyondtrust", "bomgar", 0, 0, "beyondtrust.com"},
	{"islonline", "islonline", 0, 0, "islonline.com"},
	{"rescueassist", "rescueassist", 6, 9, "logmeinrescue.com"},
	{"xeox", "xeox", 0, 0, "xeox.com"},
	{"todesk", "todesk", 9, 9, "todesk.com"},
	{"sunlogin", "sunlogin", 9, 10, "oray.com"},
}

// giftBrand is a brand of gift card, named by its first word.
type giftBrand struct {
	word string
	name string
}

// giftBrands are the brands that victims are told to buy (FTC and AARP
// warnings, general knowledge). The code on a card is never kept.
var giftBrands = []giftBrand{
	{"apple", "apple"},
	{"itunes", "apple"},
	{"google", "google play"},
	{"steam", "steam"},
	{"amazon", "amazon"},
	{"target", "target"},
	{"walmart", "walmart"},
	{"ebay", "ebay"},
	{"sephora", "sephora"},
	{"vanilla", "vanilla"},
	{"razer", "razer gold"},
	{"nordstrom", "nordstrom"},
	{"macys", "macys"},
	{"xbox", "xbox"},
	{"playstation", "playstation"},
	{"visa", "visa"},
	{"nike", "nike"},
	{"costco", "costco"},
	{"neosurf", "neosurf"},
	{"paysafecard", "paysafecard"},
	{"lowes", "lowes"},
	{"starbucks", "starbucks"},
	{"netflix", "netflix"},
	{"kroger", "kroger"},
	{"ikea", "ikea"},
	{"bitrefill", "bitrefill"},
	{"flexepin", "flexepin"},
	{"webmoney", "webmoney"},
	{"bitcash", "bitcash"},
	{"moneypak", "moneypak"},
	{"footlocker", "footlocker"},
	{"doordash", "doordash"},
	{"uber", "uber"},
}
